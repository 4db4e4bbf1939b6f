import type * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, it, vi } from "vitest";
import { loadInventory } from "../../stacks";
import type { Inventory } from "../../stacks/inventory";
import { singleSignOnSchema } from "../../stacks/single-sign-on";
import { readSingleSignOnSecrets } from "./single-sign-on-secrets";

const singleSignOn = singleSignOnSchema.parse({
  issuer: "https://keycloak.example.org/realms/staff",
  clientId: "grafana",
  roles: { viewer: ["staff"] },
});

/** As the engine gives a setting to the program. */
const configOf = (values: Record<string, string>) =>
  ({
    get: (name: string) => values[name],
    requireSecret: (name: string) => values[name],
  }) as unknown as pulumi.Config;

async function prod(isOn: boolean): Promise<Inventory> {
  const { services, ...rest } = await loadInventory("prod");
  return { ...rest, services: { ...services, grafana: { ...services.grafana, ...(isOn ? { singleSignOn } : {}) } } };
}

afterEach(() => vi.unstubAllEnvs());

it("asks for nothing where there is no single sign-on", async () => {
  const secrets = readSingleSignOnSecrets(configOf({}), await prod(false));
  expect(await new Promise((resolve) => secrets.apply(resolve))).toEqual({});
});

it("says which setting is missing, and where it comes from", async () => {
  const inventory = await prod(true);
  expect(() => readSingleSignOnSecrets(configOf({ grafanaClientSecret: "" }), inventory)).toThrow(
    /Keycloak's client grafana: pulumi config set --secret grafanaClientSecret --stack prod/,
  );
});

it("refuses one in plain text, and takes an encrypted one", async () => {
  const inventory = await prod(true);
  const config = configOf({ grafanaClientSecret: "s" });
  expect(() => readSingleSignOnSecrets(config, inventory)).toThrow(/in plain text/);
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", '["monitoring:grafanaClientSecret"]');
  const secrets = readSingleSignOnSecrets(config, inventory);
  expect(await new Promise((resolve) => secrets.apply(resolve))).toEqual({ grafanaClientSecret: "s" });
});
