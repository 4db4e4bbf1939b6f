import type { DriftInjection, InjectedDrift } from "../drift-row";
import type { Fleet } from "../fleet";

const server = "server-84";
const root = "/srv/monitoring";
const on = (script: string) => (fleet: Fleet) => fleet.on(server, `cd ${root}; ${script}`);

function file(drift: string, script: string, path: string, what: RegExp, differences = {}): InjectedDrift {
  return {
    drift,
    server,
    inject: on(script),
    says: [{ type: "file", resource: `${root}/${path}`, what, differences }],
  };
}

/** What people do to configuration files. */
export const fileDrifts: DriftInjection[] = [
  file(
    "config file edited",
    "echo '# by hand' >> prometheus/prometheus.yml",
    "prometheus/prometheus.yml",
    /^was edited$/,
    {
      content: /^sha256:/,
    },
  ),
  file(
    "rules of a category deleted",
    "rm prometheus/rules/storage.yml",
    "prometheus/rules/storage.yml",
    /^was deleted$/,
  ),
  file("config file added", "echo x > prometheus/rules/by-hand.yml", "prometheus/rules/by-hand.yml", /^was added$/),
  file("config file's mode changed", "chmod 666 loki/loki.yml", "loki/loki.yml", /^has another mode$/, {
    mode: /^0666$/,
  }),
  file("config file's owner changed", "chown 1:1 loki/loki.yml", "loki/loki.yml", /^has another owner$/, {
    owner: /^1:1$/,
  }),
  file(
    "config file replaced by a link",
    "ln -sf /etc/passwd promtail/promtail.yml",
    "promtail/promtail.yml",
    /^was replaced by something else$/,
    { kind: /^symlink/ },
  ),
  file(
    "credentials: a password file changed",
    "echo by-hand > prometheus/secrets/exporters-password",
    "prometheus/secrets/exporters-password",
    /^was edited$/,
  ),
  file(
    "credentials: the passwords that a service asks for changed",
    "echo 'basic_auth_users: {}' > alertmanager/web.yml",
    "alertmanager/web.yml",
    /^was edited$/,
  ),
  {
    drift: "config directory replaced by a copy of itself, which its container does not see",
    server,
    inject: on("sleep 1; cp -a loki loki.new && mv loki loki.old && mv loki.new loki && rm -rf loki.old"),
    says: [{ type: "container", resource: "loki", what: /^reads a directory that was replaced$/ }],
  },
  {
    drift: "config directory moved away",
    server,
    inject: on("mv promtail promtail.old"),
    says: [{ type: "directory", resource: `${root}/promtail`, what: /^is gone$/ }],
    byHand: on("rm -rf promtail.old"),
  },
  {
    drift: "a config file edited and put back, while the service has read the edited one",
    cannot: "the files are as they were written; what a process has read is only in its memory, until its next reload",
  },
  {
    drift: "a package, a kernel setting or a firewall rule of the server changed",
    cannot:
      "the stack declares nothing of the server beyond its containers and files; security-metrics watches some of it",
  },
];
