/** What `docker container inspect` says of a container, as far as it is looked at. */
export interface InspectedContainer {
  Id: string;
  /** Begins with a slash. */
  Name: string;
  /** Id of the image that it was made from. */
  Image: string;
  State: {
    Status: string;
    OOMKilled?: boolean;
    ExitCode?: number;
    StartedAt?: string;
    Health?: { Status: string; Log?: { Output?: string }[] | null };
  };
  Config: {
    Image: string;
    User: string;
    Env: string[] | null;
    Cmd: string[] | null;
    Entrypoint: string[] | null;
    WorkingDir: string;
    Labels: Record<string, string> | null;
    Healthcheck?: Partial<Record<"Interval" | "Timeout" | "StartPeriod" | "Retries", number>> & { Test?: string[] };
  };
  HostConfig: {
    NetworkMode: string;
    PidMode: string;
    Privileged: boolean;
    ReadonlyRootfs: boolean;
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    GroupAdd: string[] | null;
    Devices: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
    RestartPolicy: { Name: string; MaximumRetryCount: number };
    /** In bytes; 0 is no limit. */
    Memory: number;
    /** Memory and swap together, in bytes; -1 is no limit. */
    MemorySwap: number;
    NanoCpus: number;
    CpuQuota: number;
    CpuShares: number;
    CpusetCpus: string;
    PidsLimit: number | null;
    LogConfig: { Type: string; Config: Record<string, string> | null };
    Binds: string[] | null;
    Mounts?: { Type: string; Source?: string; Target: string; ReadOnly?: boolean }[] | null;
    Tmpfs?: Record<string, string> | null;
    ExtraHosts: string[] | null;
    Dns: string[] | null;
  };
  NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> | null };
}

/** What `docker image inspect` says of an image, as far as a container takes it over. */
export interface InspectedImage {
  Id: string;
  RepoTags: string[] | null;
  Config: {
    Env?: string[] | null;
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    User?: string;
    WorkingDir?: string;
    Labels?: Record<string, string> | null;
  };
}
