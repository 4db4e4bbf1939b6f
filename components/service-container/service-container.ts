import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type ImageName, imageReference } from "../../stacks/images";
import { ConfigDirectory, type ConfigDirectoryArgs } from "../config-directory/config-directory";
import { containerHooks } from "../server/claims";
import type { MonitoredServer } from "../server/monitored-server";
import { RunningContainer } from "./running-container";

/** Files that the container reads; see {@link ConfigDirectoryArgs} for each. */
export type ContainerConfig = Pick<ConfigDirectoryArgs, "files" | "mountPath" | "check" | "reload">;

/** An image that is built on the server. */
export interface BuiltImage {
  /** Its name and tag; another tag for everything that differs in it, so that a change is built. */
  reference: string;
  /** Folder with a Dockerfile, relative to the project. */
  context: string;
  buildArgs: Record<string, string>;
}

/** A port of a container, and the one under which the server publishes it. */
export interface ContainerPort {
  internal: number;
  external: number;
  /** @default tcp */
  protocol?: "tcp" | "udp";
}

/** A service by its image: one of `stacks/images.ts` under the service's name, or one that the server builds. */
type ServiceImage = { service: ImageName; image?: never } | { service: string; image: BuiltImage };

export type ServiceContainerArgs = ServiceImage & ServiceSettings;

interface ServiceSettings {
  server: MonitoredServer;
  /** What container and volume are called, after the server's prefix. @default the service's name */
  container?: string;
  /** Folder of its configuration below the server's directory. @default the service's name */
  folder?: string;
  /** Arguments for the entry point. */
  command: pulumi.Input<string>[];
  /** @default the image's own */
  entrypoint?: string[];
  /** Variables of its environment, which `docker inspect` shows: for services that take a setting in no other way. */
  environment?: Record<string, string>;
  /** User and group id that the process runs as; the id that the image is made for. */
  user: number;
  /** Upper bound of memory, in MiB; the container is killed above it. */
  memory: number;
  /** Published on the server's own address only. @default none */
  ports?: ContainerPort[];
  config?: ContainerConfig;
  /** Where a volume of the service's own is mounted, for what must outlive the container. */
  dataPath?: string;
  /** Host paths that it may look at, never write: path inside → path on the server. */
  hostPaths?: Record<string, string>;
  /** Devices of the host that it may read. */
  devices?: string[];
  /** GPUs of the host that it may use; Docker needs the NVIDIA container toolkit. @default none */
  gpus?: "all";
  /** Shares the host's network and sees its processes instead of having its own. @default false */
  sharesHost?: boolean;
  /** Linux capabilities to leave to it, as `CAP_SYS_PTRACE`; all others are dropped. @default none */
  capabilities?: string[];
  /** Groups that the process is in besides its own. */
  groups?: string[];
  /** Options of Docker's security besides that there are no new privileges, as `apparmor=unconfined`. @default none */
  securityOpts?: string[];
  /** Its weight where processors are short; others have 1024. @default 1024 */
  cpuShares?: number;
  /** What asks it to end, where it does not listen to SIGTERM. @default SIGTERM */
  stopSignal?: "SIGINT";
  /** Succeeds while the service does its work; as `["CMD", …]` or `["CMD-SHELL", …]`. */
  healthcheck: string[];
  /** Time from one check of its health to the next. @default 10s */
  healthInterval?: string;
}

/**
 * One container of the monitoring: pinned image, fixed name, as few rights as the service lives with, bounded memory
 * and logs, a health check that the deployment waits for, and labels that say whose it is.
 */
export class ServiceContainer extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: ServiceContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:service-container:ServiceContainer", name, {}, opts);
    const { server, service, sharesHost = false, folder = service } = args;
    const { container: alias = service } = args;
    const container = server.nameOf(alias);
    const reference = args.image ? args.image.reference : imageReference(args.service, server.inventory.imageSource);
    const onServer = { parent: this, provider: server.provider };

    const image = createImage();
    const config = createConfig();
    const data = createDataVolume();
    this.container = createContainer();
    createRunningContainer(this.container);
    this.registerOutputs();

    function createImage(): docker.RemoteImage {
      // Kept at the end: other containers may run it, and on a closed network it could not be had again.
      const { image } = args;
      // By Docker's API alone, which every engine has; buildx would be one more thing to have there.
      const build = image
        ? { build: { context: image.context, buildArgs: image.buildArgs, useLegacyBuilder: true } }
        : {};
      return new docker.RemoteImage(`${name}-image`, { name: reference, keepLocally: true, ...build }, onServer);
    }

    function createConfig(): ConfigDirectory | undefined {
      if (!args.config) return undefined;
      const { connection, directory } = server;
      return new ConfigDirectory(
        `${name}-config`,
        {
          connection,
          root: directory,
          service: folder,
          container,
          image: image.name,
          owner: args.user,
          ...args.config,
        },
        { parent: image, deleteBeforeReplace: true },
      );
    }

    function createDataVolume(): docker.Volume | undefined {
      if (!args.dataPath) return undefined;
      return new docker.Volume(`${name}-data`, { name: container, labels: server.labels(alias) }, onServer);
    }

    function createContainer(): docker.Container {
      const hooks = containerHooks(server.claim(name, container));
      return new docker.Container(
        name,
        {
          name: container,
          image: image.imageId,
          command: args.command,
          ...(args.entrypoint ? { entrypoints: args.entrypoint } : {}),
          ...(args.environment
            ? { envs: Object.entries(args.environment).map(([name, value]) => `${name}=${value}`) }
            : {}),
          user: `${args.user}:${args.user}`,
          ...(args.groups ? { groupAdds: args.groups } : {}),
          labels: [...server.labels(alias), { label: "monitoring.image", value: reference }],
          restart: "unless-stopped",
          ...createConnections(),
          mounts: createMounts(),
          ...(args.gpus ? { gpus: args.gpus } : {}),
          devices: (args.devices ?? []).map((path) => ({ hostPath: path, containerPath: path, permissions: "r" })),
          readOnly: true,
          tmpfs: { "/tmp": "rw,noexec,nosuid,size=16m" },
          capabilities: { drops: ["ALL"], adds: args.capabilities ?? [] },
          // Docker adds the label to what sees the host's processes; unsaid, it would be drift.
          securityOpts: ["no-new-privileges", ...(args.securityOpts ?? []), ...(sharesHost ? ["label=disable"] : [])],
          ...(args.cpuShares ? { cpuShares: args.cpuShares } : {}),
          memory: args.memory,
          memorySwap: args.memory,
          logDriver: "json-file",
          logOpts: { "max-size": "10m", "max-file": "3" },
          healthcheck: {
            tests: args.healthcheck,
            interval: args.healthInterval ?? "10s",
            timeout: "5s",
            retries: 6,
            startPeriod: "30s",
          },
          ...(args.stopSignal ? { stopSignal: args.stopSignal } : {}),
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

    /** What of it can be changed without making it anew. */
    function createRunningContainer(made: docker.Container): void {
      new RunningContainer(
        `${name}-running`,
        {
          connection: server.connection,
          container,
          networks: sharesHost ? { host: [] } : { [server.nameOf("monitoring")]: [alias] },
          directories: args.config ? [`${server.directory}/${folder}`] : [],
        },
        { parent: made, dependsOn: [made] },
      );
    }

    function createConnections(): Partial<docker.ContainerArgs> {
      if (sharesHost) return { networkMode: "host", pidMode: "host" };
      const { ports = [] } = args;
      return {
        networksAdvanced: [{ name: server.network.name, aliases: [alias] }],
        ports: ports.map(({ internal, external, protocol = "tcp" }) => ({
          internal,
          external,
          protocol,
          ip: server.address,
        })),
      };
    }

    /** Bind mounts by their long form, which fails where the short one would make a folder in the missing one's place. */
    function createMounts(): { type: string; source: pulumi.Input<string>; target: string; readOnly: boolean }[] {
      const bound = (source: string, target: string) => ({ type: "bind", source, target, readOnly: true });
      return [
        ...(args.config ? [bound(`${server.directory}/${folder}`, args.config.mountPath)] : []),
        ...(data && args.dataPath
          ? [{ type: "volume", source: data.name, target: args.dataPath, readOnly: false }]
          : []),
        ...Object.entries(args.hostPaths ?? {}).map(([target, source]) => bound(source, target)),
      ];
    }
  }
}
