import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import type { MonitoredServer } from "../server/monitored-server";
import { listensOn } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";

export interface GpuExporterArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
}

/**
 * NVIDIA's dcgm-exporter on one server: use, memory, temperature and errors of its GPUs. The server's Docker needs the
 * NVIDIA container toolkit. Profiling metrics (`DCGM_FI_PROF_*`) would need CAP_SYS_ADMIN, which nothing here has.
 */
export class GpuExporter extends pulumi.ComponentResource {
  constructor(name: string, args: GpuExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:GpuExporter", name, {}, opts);
    const { server, port } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "dcgm-exporter",
        // The image's own user for metrics that need no capability.
        user: 1000,
        memory: 512,
        gpus: "all",
        ports: [{ internal: containerPorts.gpu, external: port }],
        command: [],
        healthcheck: listensOn(containerPorts.gpu),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
