import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { Monitoring } from "../../components/monitoring/monitoring";
import { buildFunctions } from "../../functions/build";
import { buildImageContext } from "../../images/security-metrics/bundle";
import { loadInventory } from "../../stacks";
import { placeholderSecrets } from "../../stacks/channels";
import type { Inventory } from "../../stacks/inventory";
import { alsoExcluded, exclusionsOf } from "./exclusions";
import { divide, divisionPage } from "./left-out";

let inventory: Inventory;
const named = (name: string) => {
  const server = inventory.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no ${name}`);
  return server;
};

beforeAll(async () => {
  inventory = await loadInventory("prod");
});

describe("what is excluded with a server", () => {
  /** URNs as the engine makes them, with the types of all parents. */
  const urns: string[] = [];
  /** Not what is real somewhere: components and providers. */
  const isReal = (urn: string) => !/[:$](monitoring|pulumi:providers):[^$]*$/.test(urn);

  beforeAll(async () => {
    await Promise.all([buildFunctions(), buildImageContext()]);
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, inputs }) => ({
          id: name,
          state: { ...inputs, imageId: "sha256:1", result: "password" },
        }),
        call: () => ({}),
      },
      "monitoring",
      "prod",
      false,
    );
    const types = new Map<pulumi.Resource | undefined, string>();
    const record: pulumi.ResourceTransformation = ({ resource, type, name, opts }) => {
      const above = types.get(opts.parent);
      const path = above ? `${above}$${type}` : type;
      types.set(resource, path);
      urns.push(`urn:pulumi:prod::monitoring::${path}::${name}`);
      return undefined;
    };
    const secrets = pulumi.secret(placeholderSecrets);
    const monitoring = new Monitoring(
      "monitoring",
      { inventory, identity: {}, secrets },
      { transformations: [record] },
    );
    await new Promise((resolve) => monitoring.passwords.apply(resolve));
    await pulumi.runtime.disconnect();
  }, 60_000);

  /** By its name; what is in Grafana has others. */
  const isOn = (urn: string, server: string) => {
    const name = urn.split("::").at(-1) ?? "";
    if (name === server || name.startsWith(`${server}-`)) return true;
    return urn.includes("$monitoring:grafana:Grafana$") && server === inventory.services.grafana.server;
  };

  /** As the engine does. */
  const matches = (pattern: string, urn: string) => {
    const quoted = pattern
      .split("**")
      .map((part) =>
        part
          .split("*")
          .map((text) => text.replace(/[.$+?()[\]{}|\\^]/g, "\\$&"))
          .join("[^:]*"),
      )
      .join(".*");
    return new RegExp(`^${quoted}$`).test(urn);
  };

  it.each(["server-80", "server-81", "server-82", "server-84"])(
    "is all that is real on %s, and nothing else",
    (name) => {
      const patterns = exclusionsOf(named(name), inventory);
      const excluded = urns.filter((urn) => patterns.some((pattern) => matches(pattern, urn)));
      const wanted = urns.filter((urn) => isReal(urn) && isOn(urn, name));
      expect(wanted.length).toBeGreaterThan(9);
      expect(excluded.sort()).toEqual(wanted.sort());
    },
  );

  it("is, with Grafana's server, what is in Grafana", () => {
    const patterns = exclusionsOf(named("server-81"), inventory);
    const contents = urns.filter((urn) => isReal(urn) && /\$grafana:/.test(urn));
    expect(contents.length).toBeGreaterThan(2);
    expect(contents.filter((urn) => !patterns.some((pattern) => matches(pattern, urn)))).toEqual([]);
  });
});

describe("the servers are divided", () => {
  const away = "server-82 (10.0.0.82): no answer on SSH port 22 within 15 s; is the server up?";

  it("into those without a problem and those left out, which are named with why", () => {
    const division = divide(inventory, new Map([["server-82", [away]]]));
    expect(division.deployedTo.map(({ name }) => name)).toEqual(["server-80", "server-81", "server-84"]);
    expect(divisionPage(division)).toBe(
      [
        "Deployed to server-80, server-81, server-84.",
        "Left out, and as before: server-82. Put this right, and run the same command again:",
        `  - ${away}`,
      ].join("\n"),
    );
  });

  it("not at all when all are well", () => {
    const page = divisionPage(divide(inventory, new Map([["server-80", []]])));
    expect(page).toBe("Deployed to server-80, server-81, server-82, server-84.");
  });

  it("and when none is left, that is an error with every reason", () => {
    const problems = new Map(inventory.servers.map(({ name }) => [name, [`${name}: away`]]));
    expect(() => divide(inventory, problems)).toThrow(
      /no server can be deployed to[\s\S]*server-80: away[\s\S]*server-84/,
    );
  });

  it("and who is excluded with another, because of its name, is said to be", () => {
    const [first] = inventory.servers;
    if (!first) throw new Error("no server");
    const fleet = { ...inventory, servers: [...inventory.servers, { ...first, name: "server-80-b" }] };
    expect(alsoExcluded(first, fleet).map(({ name }) => name)).toEqual(["server-80-b"]);
    const page = divisionPage(divide(fleet, new Map([["server-80", ["server-80: away"]]])));
    expect(page).toContain("server-80-b: left out with server-80");
  });
});
