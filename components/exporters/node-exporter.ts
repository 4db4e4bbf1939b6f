import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersHttp } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { nodeExporterAddresses, nodeExporterFiles, nodeExporterMountPath } from "./configuration";

export interface NodeExporterArgs {
  server: MonitoredServer;
  /** On the server's own address. */
  port: number;
  credentials: pulumi.Input<Credentials>;
}

/** node-exporter on one server: its processors, memory, disks and interfaces as metrics, for who has the password. */
export class NodeExporter extends pulumi.ComponentResource {
  constructor(name: string, args: NodeExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:NodeExporter", name, {}, opts);
    const { server, port, credentials } = args;
    const addresses = nodeExporterAddresses(server.server);

    new ServiceContainer(
      name,
      {
        server,
        service: "node-exporter",
        user: 65_534,
        memory: 128,
        // The host's own network and root: its interfaces and mounts, not the container's.
        sharesHost: true,
        hostPaths: { "/host": "/" },
        command: [
          "--path.rootfs=/host",
          `--web.config.file=${nodeExporterMountPath}/web.yml`,
          ...addresses.map((address) => `--web.listen-address=${address}:${port}`),
          // Mounts of containers and of the system itself are not disks that can fill.
          "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run|var/lib/docker/.+)($|/)",
          "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs)$",
          "--collector.netdev.device-exclude=^(veth.*|br-.*|docker0)$",
          "--collector.netclass.ignored-devices=^(veth.*|br-.*|docker0)$",
        ],
        config: {
          files: pulumi.output(credentials).apply(nodeExporterFiles),
          mountPath: nodeExporterMountPath,
          reload: { by: "itself" },
        },
        healthcheck: answersHttp(`http://${server.address}:${port}/`),
      },
      // It listens on the network's gateway where the server's address is a loopback one.
      { parent: this, dependsOn: [server.network] },
    );
    this.registerOutputs();
  }
}
