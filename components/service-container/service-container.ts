import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type ImageName, imageReference } from "../../stacks/images";
import { ConfigDirectory, type ConfigDirectoryArgs } from "../config-directory/config-directory";
import { containerHooks } from "../server/claims";
import type { MonitoredServer } from "../server/monitored-server";

/** Files that the container reads; see {@link ConfigDirectoryArgs} for each. */
export type ContainerConfig = Pick<ConfigDirectoryArgs, "files" | "mountPath" | "check" | "reload">;

export interface ServiceContainerArgs {
  server: MonitoredServer;
  /** Name of the service, of its image in `stacks/images.ts`, of its folder, and (after the prefix) of the container. */
  service: ImageName;
  /** Arguments for the image's own entry point. */
  command: pulumi.Input<string>[];
  /** User and group id that the process runs as; the id that the image is made for. */
  user: number;
  /** Upper bound of memory, in MiB; the container is killed above it. */
  memory: number;
  /** Published on the server's own address only. Left out, nothing is published. */
  port?: { internal: number; external: number };
  config?: ContainerConfig;
  /** Where a volume of the service's own is mounted, for what must outlive the container. */
  dataPath?: string;
  /** Host paths that it may look at, never write: path inside → path on the server. */
  hostPaths?: Record<string, string>;
  /** Devices of the host that it may read. */
  devices?: string[];
  /** Shares the host's network and sees its processes instead of having its own. @default false */
  sharesHost?: boolean;
  /** Linux capabilities to leave to it, as `CAP_SYS_PTRACE`; all others are dropped. @default none */
  capabilities?: string[];
  /** Groups that the process is in besides its own. */
  groups?: string[];
  /** Succeeds while the service does its work; as `["CMD", …]` or `["CMD-SHELL", …]`. */
  healthcheck: string[];
}

/**
 * One container of the monitoring: pinned image, fixed name, as few rights as the service lives with, bounded memory
 * and logs, a health check that the deployment waits for, and labels that say whose it is.
 */
export class ServiceContainer extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: ServiceContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:service-container:ServiceContainer", name, {}, opts);
    const { server, service, sharesHost = false } = args;
    const container = server.nameOf(service);
    const reference = imageReference(service, server.inventory.imageSource);
    const onServer = { parent: this, provider: server.provider };

    const image = createImage();
    const config = createConfig();
    const data = createDataVolume();
    this.container = createContainer();
    this.registerOutputs();

    function createImage(): docker.RemoteImage {
      // Kept at the end: other containers may run it, and on a closed network it could not be had again.
      return new docker.RemoteImage(`${name}-image`, { name: reference, keepLocally: true }, onServer);
    }

    function createConfig(): ConfigDirectory | undefined {
      if (!args.config) return undefined;
      const { connection, directory } = server;
      return new ConfigDirectory(
        `${name}-config`,
        { connection, root: directory, service, container, image: image.name, owner: args.user, ...args.config },
        { parent: image, deleteBeforeReplace: true },
      );
    }

    function createDataVolume(): docker.Volume | undefined {
      if (!args.dataPath) return undefined;
      return new docker.Volume(`${name}-data`, { name: container, labels: server.labels(service) }, onServer);
    }

    function createContainer(): docker.Container {
      const hooks = containerHooks(server.claim(name, container));
      return new docker.Container(
        name,
        {
          name: container,
          image: image.imageId,
          command: args.command,
          user: `${args.user}:${args.user}`,
          ...(args.groups ? { groupAdds: args.groups } : {}),
          labels: [...server.labels(service), { label: "monitoring.image", value: reference }],
          restart: "unless-stopped",
          ...createConnections(),
          mounts: createMounts(),
          devices: (args.devices ?? []).map((path) => ({ hostPath: path, containerPath: path, permissions: "r" })),
          readOnly: true,
          tmpfs: { "/tmp": "rw,noexec,nosuid,size=16m" },
          capabilities: { drops: ["ALL"], adds: args.capabilities ?? [] },
          // Docker adds the label to what sees the host's processes; unsaid, it would be drift.
          securityOpts: ["no-new-privileges", ...(sharesHost ? ["label=disable"] : [])],
          memory: args.memory,
          memorySwap: args.memory,
          logDriver: "json-file",
          logOpts: { "max-size": "10m", "max-file": "3" },
          healthcheck: { tests: args.healthcheck, interval: "10s", timeout: "5s", retries: 6, startPeriod: "30s" },
          destroyGraceSeconds: 30,
        },
        {
          ...onServer,
          deleteBeforeReplace: true,
          // The provider says that it updates these in place, and does nothing.
          replaceOnChanges: ["mounts", "tmpfs", "healthcheck"],
          dependsOn: config ? [config] : [],
          ...(hooks ? { hooks } : {}),
        },
      );
    }

    function createConnections(): Partial<docker.ContainerArgs> {
      if (sharesHost) return { networkMode: "host", pidMode: "host" };
      const { port } = args;
      return {
        networksAdvanced: [{ name: server.network.name, aliases: [service] }],
        ports: port ? [{ ...port, ip: server.address, protocol: "tcp" }] : [],
      };
    }

    /** Bind mounts by their long form, which fails where the short one would make a folder in the missing one's place. */
    function createMounts(): { type: string; source: pulumi.Input<string>; target: string; readOnly: boolean }[] {
      const bound = (source: string, target: string) => ({ type: "bind", source, target, readOnly: true });
      return [
        ...(args.config ? [bound(`${server.directory}/${service}`, args.config.mountPath)] : []),
        ...(data && args.dataPath
          ? [{ type: "volume", source: data.name, target: args.dataPath, readOnly: false }]
          : []),
        ...Object.entries(args.hostPaths ?? {}).map(([target, source]) => bound(source, target)),
      ];
    }
  }
}
