import { stringify } from "yaml";
import type { ConfigFile } from "../config-directory/archive";
import type { Credential } from "./credentials";

/**
 * The web configuration of Prometheus' exporter toolkit: who may ask. It is read anew at every request.
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export function webConfiguration(credential: Credential): ConfigFile {
  return { content: stringify({ basic_auth_users: { [credential.user]: credential.bcrypt } }), secret: true };
}
