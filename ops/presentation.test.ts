import { describe, expect, it } from "vitest";
import { loadInventory } from "../stacks";
import { elapsed } from "./progress";
import { describeStep } from "./pulumi";
import { summary } from "./summary";
import { table } from "./table";

describe("a step of the engine", () => {
  it("is its resource and what happens to it", () => {
    expect(describeStep(" +  docker:index:Container server-84-loki creating (3s) ")).toBe("server-84-loki creating");
    expect(describeStep(" ++ docker:index:Container server-84-loki replacing (3s)")).toBe("server-84-loki replacing");
    expect(describeStep(" -  docker:index:Network server-84-network deleted (0.2s)")).toBe("server-84-network deleted");
  });
  it("is none in any other line", () => {
    for (const line of ["@ updating....", "Resources:", "    + 54 created", ""])
      expect(describeStep(line)).toBeUndefined();
  });
});

it("time is told in minutes and seconds", () => {
  expect([0, 9_600, 65_000, 600_000].map(elapsed)).toEqual(["0:00", "0:10", "1:05", "10:00"]);
});

it("a table is as wide as its content, and has no blanks at its lines' ends", () => {
  expect(
    table([
      ["A", "Long head"],
      ["longer", "b"],
    ]),
  ).toBe("A       Long head\n──────  ─────────\nlonger  b");
});

describe("what npm start ends with", async () => {
  const inventory = await loadInventory("local");
  const states = [{ job: "loki", server: "server-local", health: "up" as const, lastError: "" }];

  it("names every service with its URL and state, and fits an 80-column terminal", () => {
    const text = summary(inventory, states, undefined);
    expect(text).toMatch(/^loki +server-local +http:\/\/127\.0\.0\.1:3100 +up$/m);
    expect(text).toMatch(/^grafana +server-local +http:\/\/127\.0\.0\.1:3002 +unknown$/m);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("says how to see the passwords, and that nobody is told of alerts", () => {
    const text = summary(inventory, states, undefined);
    expect(text).toContain("pulumi stack output passwords --show-secrets --stack local");
    expect(text).toContain("No channel is configured");
    expect(text).not.toContain("stand-in");
  });

  it("says plainly what takes Grafana's place, and what was started", () => {
    const text = summary(inventory, states, {
      engine: { version: "20.10.24", started: "systemctl stop docker" },
      builtImages: { grafana: "monitoring-as-code/grafana-stand-in:13.1.3" },
    });
    expect(text).toMatch(/A stand-in .*/);
    expect(text).toContain("systemctl stop docker");
  });
});
