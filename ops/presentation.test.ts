import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadInventory } from "../stacks";
import { attempt } from "./process";
import { elapsed, step } from "./progress";
import { projectRoot } from "./project";
import { describeStep } from "./pulumi";
import { summary } from "./summary";
import { table } from "./table";
import { cut, folded } from "./terminal";

describe("a step of the engine", () => {
  it("is its resource and what happens to it", () => {
    expect(describeStep(" +  docker:index:Container server-84-loki creating (3s) ")).toBe("server-84-loki creating");
    expect(describeStep(" ++ docker:index:Container server-84-loki replacing (3s)")).toBe("server-84-loki replacing");
    expect(describeStep(" ~  docker:index:Container server-84-loki refreshing (0s) ")).toBe(
      "server-84-loki refreshing",
    );
    expect(describeStep(" -  docker:index:Network server-84-network deleted (0.2s)")).toBe("server-84-network deleted");
  });
  it("is none in any other line", () => {
    for (const line of [
      " ~  docker:index:Network net refresh (0.02s)",
      "@ updating....",
      "Resources:",
      "    + 54 created",
      "",
    ])
      expect(describeStep(line)).toBeUndefined();
  });
});

it("time is told in minutes and seconds", () => {
  expect([0, 9_600, 65_000, 600_000].map(elapsed)).toEqual(["0:00", "0:10", "1:05", "10:00"]);
});

it("a step says how far it is by one line, which is not replaced by an older one", async () => {
  const lines: string[] = [];
  const said = await step(
    (line) => lines.push(line),
    "looking at everything",
    async (say) => {
      for (const line of ["10 of 60", "10 of 60", "20 of 60"]) say(line);
      return "done";
    },
  );
  expect(said).toBe("done");
  expect(lines).toEqual(["looking at everything", "10 of 60", "20 of 60"]);
});

describe("a line that is longer than the terminal's", () => {
  it("is cut, and says so, where the next one replaces it", () => {
    expect(cut("waiting for one and another", 12)).toBe("waiting for…");
    expect(cut("waiting for one and another (1:05)", 19)).toBe("waiting for… (1:05)");
    expect(cut("waiting for one and another", 27)).toBe("waiting for one and another");
    expect(cut("waiting for one and another", undefined)).toBe("waiting for one and another");
  });
  it("goes on below, further in and between words, where it stays; what is one word can still be copied", () => {
    const page = "Everywhere\n  image: declared one, found another one\n  /a/very/long/path/that/nobody/cuts\n";
    expect(folded(page, 24)).toBe(
      "Everywhere\n  image: declared one,\n    found another one\n  /a/very/long/path/that/nobody/cuts\n",
    );
    expect(folded(page, undefined)).toBe(page);
  });
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

const hasScript = spawnSync("script", ["--version"]).status === 0;

/** As somebody sees it who sits before it: `script`, of util-linux, is the terminal. */
describe.skipIf(!hasScript)(`in a terminal${hasScript ? "" : " (skipped: no `script` on the PATH)"}`, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "terminal-"));
  const ended = path.join(folder, "ended");
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const program = `"${process.execPath}" --import="${tsx}" "${path.join(folder, "program.ts")}"`;
  const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...env } = process.env;
  const long = "waiting for node-exporter on server-local, cadvisor on server-local, prometheus on server-local";

  beforeAll(() => {
    const from = (file: string) => JSON.stringify(path.join(projectRoot, file));
    // Two tasks: one whose line is too long, and one that ends by itself, however it is asked.
    writeFileSync(
      path.join(folder, "program.ts"),
      `import { writeFileSync } from "node:fs";
       import { Command } from ${JSON.stringify(createRequire(import.meta.url).resolve("commander"))};
       import { run } from ${from("ops/command.ts")};
       import { runTasks } from ${from("ops/tasks.ts")};
       const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
       run(new Command("program"), async () => {
         await runTasks([
           { title: "First", work: async (report) => { report(${JSON.stringify(long)}); await pause(700); } },
           { title: "Second", work: async (report) => { report("begun"); await pause(700); } },
         ]);
         writeFileSync(${JSON.stringify(ended)}, "");
         console.log("at its end");
       });`,
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What a command prints in a terminal, escape sequences and all; as soon as it prints `on`, `type` is typed. */
  async function shown(
    command: string,
    {
      size = "cols 80 rows 24",
      more = {},
      on = "",
      type = "",
    }: Partial<Record<"size" | "on" | "type", string>> & {
      more?: NodeJS.ProcessEnv;
    } = {},
  ): Promise<{ printed: string; code: number | null }> {
    // `exec`: some shells (dash) are ended by Ctrl-C themselves, and the command's own exit code would be lost.
    const child = spawn("script", ["-qec", `stty ${size}; exec ${command}`, "/dev/null"], {
      cwd: projectRoot,
      env: { TERM: "xterm-256color", ...env, ...more },
    });
    let printed = "";
    let isTyped = type === "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk;
      if (isTyped || !printed.includes(on)) return;
      isTyped = true;
      child.stdin.write(type);
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { printed, code };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const escapes = /\u001b\[[?0-9;]*[A-Za-z]/g;
  const linesOf = (printed: string) => printed.split(/\r*\n/).map((line) => line.replace(escapes, ""));
  /** A colour, bold or dim. */
  const colour = "\u001b[3";
  const hides = "\u001b[?25l";
  const showsAgain = (printed: string) => printed.lastIndexOf("\u001b[?25h") > printed.lastIndexOf(hides);

  it("a list is as narrow as the terminal, a line a thing, and leaves the cursor as it was", async () => {
    const { printed, code } = await shown(program);
    expect(code).toBe(0);
    expect(printed).toContain(hides);
    expect(showsAgain(printed)).toBe(true);
    expect(printed).toContain(colour);
    const lines = linesOf(printed);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.includes("waiting for node-exporter"))[0]).toMatch(/…$/);
    expect(lines.join("\n")).toMatch(/✔ First\n✔ Second\nat its end/);
  });

  it("Ctrl-C is answered at once, what is under way ends, and the cursor is there again", async () => {
    rmSync(ended, { force: true });
    const { printed, code } = await shown(program, { on: "waiting for", type: "\u0003" });
    expect(printed).toContain("stopping: what is under way comes to its end first");
    expect(printed).toContain("error: interrupted; run the same command again to go on.");
    expect(printed).not.toContain("begun");
    expect(code).toBe(2);
    expect(showsAgain(printed)).toBe(true);
    expect(existsSync(ended)).toBe(false);
  });

  it("nothing has a colour where none is wanted", async () => {
    const { printed } = await shown(program, { more: { NO_COLOR: "1" } });
    expect(printed).toContain("✔ Second");
    expect(printed).not.toContain(colour);
  });

  it.each([
    ["that knows no size", { size: "cols 80 rows 0" }],
    ["that cannot replace a line", { more: { TERM: "dumb" } }],
  ])("%s, every step is a line that stays", async (_, options) => {
    const { printed } = await shown(program, options);
    expect(printed).not.toContain(hides);
    expect(printed.split("\r\n").filter((line) => line.includes("begun"))).toHaveLength(1);
    expect(printed).toContain("at its end");
  });

  it.each(["start", "verify", "drift", "up", "lab"])("the help of `%s` fits into 80 columns", async (command) => {
    const { printed } = await shown(`"${process.execPath}" ops/run.mjs ${command} --help`);
    expect(printed).toContain("--help");
    for (const line of linesOf(printed)) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it.each([{}, { CI: "true" }])("nothing but text leaves by a pipe, whole lines, with %j", async (more) => {
    const { stdout, stderr } = await attempt("sh", ["-c", program], { env: { ...env, ...more } });
    expect(stdout + stderr).not.toContain("\u001b");
    expect(stdout).toContain(long);
    expect(stdout).toMatch(/at its end\n$/);
  });

  it("the work goes on when nobody reads its output any longer", async () => {
    rmSync(ended, { force: true });
    const { stdout, stderr } = await attempt("sh", ["-c", `${program} | head -n 1`], { env });
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(stderr).toBe("");
    expect(existsSync(ended)).toBe(true);
  });
});
