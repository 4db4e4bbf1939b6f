import * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../../stacks/images";
import { containerPorts } from "../../stacks/inventory";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { ServiceContainer } from "../service-container/service-container";
import { securityMetricsFiles, securityMetricsMountPath } from "./configuration";
import { securityMetricsImage } from "./security-metrics-image";

export interface SecurityMetricsArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
  credentials: pulumi.Input<Credentials>;
}

/** Where the container keeps what must outlive it: how far logs were read, and what files were like. */
const dataPath = "/state";
const program = ["/usr/local/bin/node", "/security-metrics/main.js"];

/** security-metrics on one server: refused logins, open ports, suspicious files and processes, for who has the password. */
export class SecurityMetrics extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityMetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:SecurityMetrics", name, {}, opts);
    const { server, port, credentials } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "security-metrics",
        image: securityMetricsImage(imageReference("node", server.inventory.imageSource)),
        // Root, with nothing of root's power but to look: at files of others, and at what processes have open.
        user: 0,
        capabilities: ["CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"],
        // Docker's profile forbids a look at processes outside of the container, whatever its capabilities.
        securityOpts: ["apparmor=unconfined"],
        // Three times what it takes itself: the kernel counts what it remembers of every file that was looked at, and on
        // a busy host gives that back late.
        memory: 256,
        cpuShares: 64,
        ports: [{ internal: containerPorts["security-metrics"], external: port }],
        // The root as a whole: what is mounted below it later is seen too, and Docker's socket after a restart of Docker.
        hostPaths: { "/host": "/" },
        dataPath,
        command: [
          `--web.config.file=${securityMetricsMountPath}/web.yml`,
          `--config.file=${securityMetricsMountPath}/security-metrics.yml`,
        ],
        config: {
          files: pulumi.output(credentials).apply((known) => securityMetricsFiles(server.server, known)),
          mountPath: securityMetricsMountPath,
          reload: { by: "restart" },
        },
        healthcheck: [
          "CMD",
          ...program,
          "--healthcheck",
          "--listen",
          `127.0.0.1:${containerPorts["security-metrics"]}`,
        ],
        // Each is a Node.js of its own, for 0.05 s of a processor.
        healthInterval: "20s",
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
