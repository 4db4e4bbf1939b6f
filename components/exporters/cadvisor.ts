import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import type { MonitoredServer } from "../server/monitored-server";
import { answersWell } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";

export interface CadvisorArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
}

/** cAdvisor on one server: what each container uses, against what it may. */
export class Cadvisor extends pulumi.ComponentResource {
  constructor(name: string, args: CadvisorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:Cadvisor", name, {}, opts);
    const { server, port } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "cadvisor",
        // Root, because only root may read other users' cgroups and Docker's socket; not privileged.
        user: 0,
        // The kernel's log tells of containers killed for want of memory.
        capabilities: ["CAP_SYS_PTRACE", "CAP_SYSLOG"],
        devices: ["/dev/kmsg"],
        memory: 256,
        ports: [{ internal: containerPorts.cadvisor, external: port }],
        hostPaths: {
          "/rootfs": "/",
          "/var/run": "/var/run",
          "/sys": "/sys",
          "/var/lib/docker": "/var/lib/docker",
        },
        command: [],
        healthcheck: answersWell(`http://127.0.0.1:${containerPorts.cadvisor}/healthz`),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
