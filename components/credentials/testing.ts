import type * as pulumi from "@pulumi/pulumi";

const environmentVariable = "PULUMI_CONFIG_SECRET_KEYS";
const before = process.env[environmentVariable];

/** A stack's settings as the engine gives them to the program; it says which of them are encrypted in its environment. */
export function configOf(values: Record<string, string>, encrypted = Object.keys(values)): pulumi.Config {
  process.env[environmentVariable] = JSON.stringify(encrypted.map((name) => `monitoring:${name}`));
  const get = (name: string) => values[name];
  return { get, requireSecret: get } as unknown as pulumi.Config;
}

/** Forgets which settings were encrypted. */
export function forgetEncrypted(): void {
  process.env[environmentVariable] = before ?? "[]";
}
