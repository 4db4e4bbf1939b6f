import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { leftOutVariable } from "../../components/server/left-out";
import { loadInventory } from "../../stacks";
import type { Inventory } from "../../stacks/inventory";
import { CommandError } from "../command";
import { interrupted } from "../process";
import type { PulumiOptions } from "../pulumi";
import { deploy } from "./deploy";

/** The engine as these tests have it: what it was asked for, and what it answers. */
const engine = vi.hoisted(() => ({
  calls: [] as { args: string[]; options: PulumiOptions }[],
  answer: (_args: string[]): string => "",
}));

vi.mock("../pulumi", () => ({
  houseRules: ["--policy-pack", "policy"],
  pulumi: async (args: string[], options: PulumiOptions) => {
    engine.calls.push({ args, options });
    return engine.answer(args);
  },
}));

let prod: Inventory;
const named = (name: string) => {
  const server = prod.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no ${name}`);
  return server;
};

beforeAll(async () => {
  prod = await loadInventory("prod");
});
beforeEach(() => {
  engine.calls = [];
  engine.answer = () => "";
});
afterEach(() => vi.restoreAllMocks());

const replacing = (...servers: string[]) =>
  JSON.stringify({
    steps: servers.map((server) => ({
      op: "replace",
      urn: `urn:pulumi:prod::monitoring::monitoring:Monitoring$docker:index/container:Container::${server}-promtail`,
    })),
  });
const everywhere = replacing("server-80", "server-81", "server-82", "server-84");
/** The deployments that it was asked for: which servers each left alone. */
const ups = () =>
  engine.calls
    .filter(({ args }) => args[0] === "up")
    .map(({ args }) => prod.servers.map(({ name }) => name).filter((name) => args.join(" ").includes(`::${name}-**`)));
const commands = () =>
  engine.calls.map(({ args }) => [args[0], args.includes("--refresh") ? "refresh" : ""].join(" ").trim());

describe("a deployment that replaces containers on several servers", () => {
  it("is one after the other, the monitoring's own last", async () => {
    engine.answer = ([command]) => (command === "preview" ? everywhere : "done");
    expect(await deploy(prod)).toBe("done\ndone\ndone\ndone");
    expect(ups()).toEqual([["server-81", "server-82", "server-84"], ["server-81", "server-84"], ["server-84"], []]);
    expect(commands()).toEqual(["preview", "up", "up", "up", "up"]);
  });

  it("looks once at what is there, not at every server's turn", async () => {
    engine.answer = ([command]) => (command === "preview" ? everywhere : "");
    await deploy(prod, { refresh: true });
    expect(commands()).toEqual(["preview refresh", "refresh", "up", "up", "up", "up"]);
  });

  it("stops at a container that does not become healthy, and says where nothing was begun", async () => {
    engine.answer = ([command, ...args]) => {
      if (command === "preview") return everywhere;
      if (args.join(" ").includes("::server-82-**")) return "";
      throw new CommandError("server-82 (10.0.0.82): promtail does not become healthy (exit code 1)");
    };
    await expect(deploy(prod)).rejects.toThrow(
      /^server-82 .*does not become healthy.*\nThe roll stops at server-82\. Nothing was begun on server-81, server-84, where/,
    );
    expect(ups()).toHaveLength(2);
  });

  it("goes on where a server is lost on the way, and ends with what failed, once", async () => {
    engine.answer = ([command]) => {
      if (command === "preview") return everywhere;
      throw new CommandError("server-80 (10.0.0.80): the connection was lost");
    };
    await expect(deploy(prod)).rejects.toThrow(/^server-80 \(10\.0\.0\.80\): the connection was lost$/);
    expect(ups()).toHaveLength(4);
  });

  it("leaves out who is lost on the way", async () => {
    let isLost = false;
    engine.answer = ([command, ...args]) => {
      if (command === "preview") return everywhere;
      // From the second turn on, which is its own, until nothing is asked of it.
      isLost ||= ups().length === 2;
      if (isLost && !args.join(" ").includes("::server-82-**")) {
        throw new CommandError("server-82 (10.0.0.82): no answer");
      }
      return "";
    };
    const problems = async () => new Map([["server-82", isLost ? ["no answer"] : []]]);
    await expect(deploy(prod, { problems })).rejects.toThrow(/^server-82 \(10\.0\.0\.82\): no answer$/);
    expect(ups()).toEqual([
      ["server-81", "server-82", "server-84"],
      ["server-81", "server-84"],
      ["server-82", "server-84"],
      ["server-82"],
    ]);
  });

  it("does a turn again in which another server was lost", async () => {
    engine.answer = ([command, ...args]) => {
      if (command === "preview") return replacing("server-80", "server-82");
      if (args.join(" ").includes("::server-84-**")) return "";
      throw new CommandError("server-84 (10.0.0.84): no answer");
    };
    const problems = async () => new Map([["server-84", ["no answer"]]]);
    await expect(deploy(prod, { problems })).rejects.toThrow(/^server-84 \(10\.0\.0\.84\): no answer$/);
    expect(ups()).toEqual([["server-82"], ["server-82", "server-84"], ["server-84"]]);
  });

  it("goes no further once it is interrupted", async () => {
    const stop = new AbortController();
    engine.answer = ([command]) => {
      if (command === "preview") return everywhere;
      stop.abort();
      throw interrupted();
    };
    await expect(deploy(prod, { signal: stop.signal })).rejects.toThrow(interrupted().message);
    expect(ups()).toHaveLength(1);
  });

  it("leaves out at every turn who is left out of it", async () => {
    engine.answer = ([command]) => (command === "preview" ? replacing("server-80", "server-84") : "");
    await deploy(prod, { leftOut: [named("server-82")] });
    expect(ups()).toEqual([["server-82", "server-84"], ["server-82"]]);
    for (const { options } of engine.calls) expect(options.env?.[leftOutVariable]).toBe("server-82");
  });
});

describe("any other deployment", () => {
  it("is done at once", async () => {
    engine.answer = ([command]) => (command === "preview" ? replacing("server-82") : "done");
    expect(await deploy(prod, { refresh: true })).toBe("done");
    expect(ups()).toEqual([[]]);
    expect(commands()).toEqual(["preview refresh", "up refresh"]);
  });

  it("is not looked at first on one server", async () => {
    await deploy(await loadInventory("local"));
    expect(commands()).toEqual(["up"]);
  });

  it("says itself why it cannot be looked at", async () => {
    engine.answer = ([command]) => {
      throw new CommandError(command === "preview" ? "in JSON" : "a setting is missing");
    };
    await expect(deploy(prod)).rejects.toThrow(/^a setting is missing$/);
  });
});

describe("a Grafana that does not answer", () => {
  const refused = "grafana:oss:DataSource datasource-loki: Get http://10.0.0.81:3002/api: connection refused";

  it("is put right first, without what is in it, and then all is", async () => {
    let isUp = false;
    engine.answer = ([command, ...args]) => {
      if (args.some((arg) => arg.endsWith("$grafana:**"))) isUp = true;
      else if (!isUp) throw new CommandError(refused);
      return command === "preview" ? "{}" : "done";
    };
    expect(await deploy(prod, { refresh: true })).toBe("done");
    expect(commands().filter((command) => command === "up refresh")).toHaveLength(3);
  });

  it("that stays so is said", async () => {
    engine.answer = ([command]) => {
      if (command === "up") throw new CommandError(refused);
      return "{}";
    };
    await expect(deploy(prod, { refresh: true })).rejects.toThrow(/10\.0\.0\.81:3002/);
  });
});
