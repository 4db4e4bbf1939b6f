import { containerPorts, type Inventory, serverOf } from "../../stacks/inventory";
import type { SingleSignOnSecrets } from "../../stacks/single-sign-on";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { singleSignOnSettings } from "./single-sign-on";

/** Where the container sees its files. */
export const mountPath = "/etc/grafana";
const adminPasswordFile = "secrets/admin-password";
const clientSecretFile = "secrets/client-secret";

/** Grafana's settings; its folders, datasources and dashboards are managed over its API. */
export function grafanaFiles(
  inventory: Inventory,
  credentials: Credentials,
  { grafanaClientSecret = "" }: SingleSignOnSecrets = {},
): ConfigFiles {
  const { singleSignOn } = inventory.services.grafana;
  return {
    "grafana.ini": { content: ini(grafanaSettings(inventory, credentials)) },
    [adminPasswordFile]: { content: credentials.grafana.password, secret: true },
    ...(singleSignOn ? { [clientSecretFile]: { content: grafanaClientSecret, secret: true } } : {}),
  };
}

type Settings = Record<string, Record<string, string | number | boolean>>;

/** @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/ */
function grafanaSettings(inventory: Inventory, credentials: Credentials): Settings {
  const { port, singleSignOn } = inventory.services.grafana;
  return {
    server: {
      http_port: containerPorts.grafana,
      root_url: `http://${serverOf(inventory, "grafana").address}:${port}/`,
    },
    security: {
      admin_user: credentials.grafana.user,
      admin_password: fromFile(adminPasswordFile),
      disable_gravatar: true,
      // Not "strict": the answer of a login at Keycloak comes from there.
      cookie_samesite: "lax",
    },
    users: { allow_sign_up: false, allow_org_create: false, auto_assign_org_role: "Viewer" },
    auth: { login_maximum_inactive_lifetime_duration: "7d", login_maximum_lifetime_duration: "30d" },
    "auth.anonymous": { enabled: false },
    ...(singleSignOn ? { "auth.generic_oauth": singleSignOnSettings(singleSignOn, fromFile(clientSecretFile)) } : {}),
    // No picture of a panel and no copy of a dashboard leaves for a service on the internet.
    snapshots: { external_enabled: false },
    "unified_alerting.screenshots": { capture: false, upload_external_image_storage: false },
    dashboards: { min_refresh_interval: "10s" },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    // Rules are Prometheus' and routing is Alertmanager's; a second place for either would be one too many.
    unified_alerting: { enabled: false },
    plugins: { preinstall_disabled: true },
    log: { mode: "console", level: "warn" },
  };
}

function fromFile(file: string): string {
  return `$__file{${mountPath}/${file}}`;
}

function ini(settings: Settings): string {
  return Object.entries(settings)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
      return [`[${section}]`, ...lines, ""].join("\n");
    })
    .join("\n");
}
