import type * as pulumi from "@pulumi/pulumi";
import type { Inventory } from "../../stacks/inventory";
import type { SingleSignOnSecrets } from "../../stacks/single-sign-on";
import { readSecretSettings } from "./secret-settings";

/**
 * What Grafana proves with to Keycloak that it is itself, where the stack has single sign-on.
 * @throws {SettingsError} when it is missing or stands there in plain text, and how to set it
 */
export function readSingleSignOnSecrets(
  config: pulumi.Config,
  { services, stack }: Inventory,
): pulumi.Output<SingleSignOnSecrets> {
  const { singleSignOn } = services.grafana;
  const settings = singleSignOn
    ? [{ name: "grafanaClientSecret" as const, what: `the secret of Keycloak's client ${singleSignOn.clientId}` }]
    : [];
  return readSecretSettings(config, stack, settings, {
    who: `Services with single sign-on (services.grafana.singleSignOn of stacks/${stack}.ts)`,
    otherwise: "Where people log in with Grafana's own password only, `singleSignOn` is removed there instead.",
  });
}
