import { channelsIn, hasChannel } from "../alerts/receivers";
import { credentialUsers } from "../components/credentials/credentials";
import { type Inventory, publishedPorts } from "../stacks/inventory";
import { targetsOf } from "../stacks/targets";
import { shown } from "./project";
import { table } from "./table";
import type { TargetState } from "./targets";
import type { Preparation } from "./toolchain/prepare";
import { toolPath } from "./toolchain/tools";

/** What `npm start` ends with: what runs where, in which state, and how to get in. */
export function summary(inventory: Inventory, states: TargetState[], preparation?: Preparation): string {
  const grafanaStandIn = preparation?.builtImages.grafana !== undefined;
  const jobs = new Map(targetsOf(inventory).map((target) => [`${target.server.name} ${target.port}`, target.job]));
  const rows = inventory.servers.flatMap((server) =>
    publishedPorts(inventory, server)
      .filter(({ isInternal }) => !isInternal)
      .map(({ service, port }) => {
        const job = jobs.get(`${server.name} ${port}`);
        const health = states.find((state) => state.job === job && state.server === server.name)?.health ?? "unknown";
        const what = job === "grafana" && grafanaStandIn ? `${health} (a stand-in, see below)` : health;
        return [service, server.name, `http://${server.address}:${port}`, what];
      }),
  );
  return [
    "",
    table([["Service", "Server", "URL", "State"], ...rows]),
    "",
    `Users: ${credentialUsers.grafana} in Grafana, ${credentialUsers.prometheus} elsewhere. The passwords are shown by`,
    `  ${shown(toolPath("pulumi"))} stack output passwords --show-secrets --stack ${inventory.stack}`,
    "",
    hasChannel(inventory)
      ? `Alerts leave by ${channelsIn(inventory).join(", ")}; to see one arrive: npm run test-alert -- --stack ${inventory.stack}`
      : "No channel is configured: alerts are seen in Alertmanager and Grafana only.",
    ...(grafanaStandIn
      ? [
          "Grafana's image cannot be had from here. A stand-in keeps its datasources and",
          "answers its API; it draws nothing, and its own page says so.",
        ]
      : []),
    "To take everything down again: npm start -- --stop",
    ...(preparation?.engine.started
      ? [`A Docker engine was started; it is stopped by: ${preparation.engine.started}`]
      : []),
  ].join("\n");
}
