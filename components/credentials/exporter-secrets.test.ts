import type * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import { readExporterSecrets } from "./exporter-secrets";
import { configOf, forgetEncrypted } from "./testing";

afterEach(forgetEncrypted);

const valuesOf = (secrets: pulumi.Output<object>) => new Promise((resolve) => secrets.apply(resolve));

describe("the secrets of a stack's exporters", () => {
  it("are read when they are there, and those that are optional left out when they are not", async () => {
    const prod = await loadInventory("prod");
    const all = { postgresPassword: "a", redisPassword: "b", celeryBrokerPassword: "c" };
    expect(await valuesOf(readExporterSecrets(configOf(all), prod))).toEqual(all);
    const least = { postgresPassword: "a" };
    expect(await valuesOf(readExporterSecrets(configOf({ ...least, redisPassword: "" }), prod))).toEqual(least);
  });

  it("are not asked for where no exporter needs one", async () => {
    expect(await valuesOf(readExporterSecrets(configOf({}), await loadInventory("local")))).toEqual({});
  });

  it("are named when they are missing, with the command that sets them and the other way out", async () => {
    const prod = await loadInventory("prod");
    expect(() => readExporterSecrets(configOf({ redisPassword: "b" }), prod)).toThrow(
      /^The exporters of stacks\/prod\.ts need settings[\s\S]*user in PostgreSQL: pulumi config set --secret postgresPassword --stack prod\n.*moved from `exporters` to `scraped`/,
    );
  });

  it("are refused in plain text, also one that is optional, without being shown", async () => {
    const prod = await loadInventory("prod");
    const config = configOf({ postgresPassword: "a", redisPassword: "plainly" }, ["postgresPassword"]);
    expect(() => readExporterSecrets(config, prod)).toThrow(
      /Pulumi\.prod\.yaml holds secrets in plain text[\s\S]*redisPassword/,
    );
    expect(() => readExporterSecrets(config, prod)).not.toThrow(/plainly/);
  });

  it("are refused where the exporter would write them to its log, without being shown", async () => {
    const prod = await loadInventory("prod");
    const config = configOf({ postgresPassword: "two words" });
    expect(() => readExporterSecrets(config, prod)).toThrow(/^Setting postgresPassword: a password with a space/);
    expect(() => readExporterSecrets(config, prod)).not.toThrow(/two words/);
  });
});
