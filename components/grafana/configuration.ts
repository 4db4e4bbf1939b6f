import { containerPorts, type Inventory, serverOf } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";

/** Where the container sees its files. */
export const mountPath = "/etc/grafana";
const adminPasswordFile = "secrets/admin-password";

/** Grafana's settings; its folders, datasources and dashboards are managed over its API. */
export function grafanaFiles(inventory: Inventory, credentials: Credentials): ConfigFiles {
  return {
    "grafana.ini": { content: ini(grafanaSettings(inventory, credentials)) },
    [adminPasswordFile]: { content: credentials.grafana.password, secret: true },
  };
}

type Settings = Record<string, Record<string, string | number | boolean>>;

/** @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/ */
function grafanaSettings(inventory: Inventory, credentials: Credentials): Settings {
  const { port } = inventory.services.grafana;
  return {
    server: {
      http_port: containerPorts.grafana,
      root_url: `http://${serverOf(inventory, "grafana").address}:${port}/`,
    },
    security: {
      admin_user: credentials.grafana.user,
      admin_password: `$__file{${mountPath}/${adminPasswordFile}}`,
      disable_gravatar: true,
    },
    users: { allow_sign_up: false },
    "auth.anonymous": { enabled: false },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    // Rules are Prometheus' and routing is Alertmanager's; a second place for either would be one too many.
    unified_alerting: { enabled: false },
    plugins: { preinstall_disabled: true },
    log: { mode: "console", level: "warn" },
  };
}

function ini(settings: Settings): string {
  return Object.entries(settings)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
      return [`[${section}]`, ...lines, ""].join("\n");
    })
    .join("\n");
}
