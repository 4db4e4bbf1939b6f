// What a container is given, declared or found, in the same words: so that it compares, and can be shown.
import type { InspectedContainer } from "./inspected";

type Declared = Record<string, unknown>;

interface DeclaredPort {
  internal: number;
  external?: number;
  ip?: string;
  protocol?: string;
}

/** As `127.0.0.1:9090 → 9090/tcp`. */
export function declaredPorts({ ports = [] }: Declared): string[] {
  return (ports as DeclaredPort[])
    .map(
      ({ internal, external, ip, protocol }) =>
        `${ip ?? "0.0.0.0"}:${external ?? ""} → ${internal}/${protocol ?? "tcp"}`,
    )
    .sort();
}

/** What it is to publish, not what is published at the moment: nothing, while it is stopped. */
export function foundPorts({ PortBindings }: InspectedContainer["HostConfig"]): string[] {
  return Object.entries(PortBindings ?? {})
    .flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp || "0.0.0.0"}:${HostPort} → ${port}`),
    )
    .sort();
}

export function mebibytes(value: unknown): number {
  const number = Number(value ?? 0);
  return number > 0 ? number * 1024 * 1024 : number;
}

/** Bytes as `512 MiB`. */
export function limit(bytes: number): string {
  if (bytes === 0) return "none";
  return bytes < 0 ? "unlimited" : `${Number((bytes / 1024 / 1024).toFixed(1))} MiB`;
}

export function declaredCpuLimit({ cpus, cpuSet }: Declared): string {
  if (cpus) return `${Number(cpus)} CPUs`;
  return cpuSet ? `only CPUs ${cpuSet}` : "none";
}

export function cpuLimit({ NanoCpus, CpuQuota, CpusetCpus }: InspectedContainer["HostConfig"]): string {
  if (NanoCpus > 0) return `${NanoCpus / 1e9} CPUs`;
  if (CpuQuota > 0) return `${CpuQuota} µs a period`;
  return CpusetCpus ? `only CPUs ${CpusetCpus}` : "none";
}

export function restartPolicy({
  RestartPolicy: { Name, MaximumRetryCount },
}: InspectedContainer["HostConfig"]): string {
  return MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name || "no";
}

export function declaredMounts({ mounts = [] }: Declared): string[] {
  return (mounts as { type: string; source?: string; target: string; readOnly?: boolean }[])
    .map(({ type, source, target, readOnly }) => mount(type, source, target, readOnly))
    .sort();
}

/** By their long form and by `--volume`, which Docker keeps apart. */
export function foundMounts({ Mounts, Binds }: InspectedContainer["HostConfig"]): string[] {
  const long = (Mounts ?? []).map(({ Type, Source, Target, ReadOnly }) => mount(Type, Source, Target, ReadOnly));
  const short = (Binds ?? []).map((text) => {
    const [source = "", target = "", options = ""] = text.split(":");
    return mount(source.startsWith("/") ? "bind" : "volume", source, target, options.split(",").includes("ro"));
  });
  return [...long, ...short].sort();
}

/** As `/srv/monitoring/loki → /etc/loki (read-only)`. */
function mount(type: string, source: string | undefined, target: string, readOnly = false): string {
  const from = type === "volume" ? `volume ${source}` : (source ?? type);
  return `${from} → ${target}${readOnly ? " (read-only)" : ""}`;
}

export function declaredDevices({ devices = [] }: Declared): string[] {
  return (devices as { hostPath: string; containerPath?: string; permissions?: string }[])
    .map(
      ({ hostPath, containerPath = hostPath, permissions = "rwm" }) =>
        `${hostPath} → ${containerPath} (${permissions})`,
    )
    .sort();
}

export function foundDevices({ Devices }: InspectedContainer["HostConfig"]): string[] {
  return (Devices ?? [])
    .map(
      ({ PathOnHost, PathInContainer, CgroupPermissions }) =>
        `${PathOnHost} → ${PathInContainer} (${CgroupPermissions})`,
    )
    .sort();
}

/** `1m30s` in seconds. */
export function secondsIn(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, n, unit = ""]) => sum + Number(n) * (units[unit] ?? 0),
    0,
  );
}
