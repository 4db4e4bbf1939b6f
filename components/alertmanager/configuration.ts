import { stringify } from "yaml";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";

/** Where the container sees its files. */
export const mountPath = "/etc/alertmanager";

/** Alertmanager's files. As long as the stack names no channel, alerts are kept and shown, and nobody is told. */
export function alertmanagerFiles(credentials: Credentials): ConfigFiles {
  return {
    "alertmanager.yml": { content: stringify(alertmanagerConfiguration(), { lineWidth: 0 }) },
    "web.yml": webConfiguration(credentials.alertmanager),
  };
}

/** @see https://prometheus.io/docs/alerting/latest/configuration/ */
function alertmanagerConfiguration() {
  return {
    route: { receiver: "alert-store", group_by: ["alertname", "server"] },
    receivers: [{ name: "alert-store" }],
  };
}
