import type * as pulumi from "@pulumi/pulumi";
import { type ExporterSecretName, type ExporterSecrets, exporterSecrets } from "../../stacks/exporters";
import type { Inventory } from "../../stacks/inventory";
import { readSecretSettings } from "./secret-settings";

const whatIsNeeded: Record<ExporterSecretName, string> = {
  postgresPassword: "the password of the exporter's user in PostgreSQL",
  redisPassword: "the password of Redis",
  celeryBrokerPassword: "the password of Celery's broker",
};

/** What would break an exporter, or be shown by it. */
const without: Partial<Record<ExporterSecretName, { pattern: RegExp; why: string }>> = {
  postgresPassword: {
    pattern: /\s/,
    why: "a password with a space makes postgres_exporter fail, and write it to its log. Give its user another one.",
  },
};

/**
 * What the inventory's exporters log in with, as far as the stack has it; the same on every server.
 * @throws {SettingsError} which names those that are missing or stand there in plain text, and how to set them
 */
export function readExporterSecrets(
  config: pulumi.Config,
  { servers, stack }: Inventory,
): pulumi.Output<ExporterSecrets> {
  const deployed = (["postgres", "redis", "celery"] as const).filter((name) =>
    servers.some(({ exporters }) => exporters[name]),
  );
  const settings = deployed.map((name) => {
    const { secret, optional } = exporterSecrets[name];
    return { name: secret, what: whatIsNeeded[secret], optional, without: without[secret] };
  });
  return readSecretSettings(config, stack, settings, {
    who: `The exporters of stacks/${stack}.ts`,
    otherwise: "An exporter that others run is moved from `exporters` to `scraped` there instead.",
  });
}
