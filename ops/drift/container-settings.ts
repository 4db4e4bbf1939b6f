import {
  cpuLimit,
  declaredCpuLimit,
  declaredDevices,
  declaredMounts,
  declaredPorts,
  foundDevices,
  foundMounts,
  foundPorts,
  limit,
  mebibytes,
  restartPolicy,
  secondsIn,
} from "./container-words";
import type { InspectedContainer, InspectedImage } from "./inspected";
import type { Difference } from "./row";
import { differencesIn, shown } from "./values";

/** Inputs of `docker.Container`, as the state has them. */
type Declared = Record<string, unknown>;

/** The inputs of `docker.Container` that {@link settingDifferences} compares; of the others, the engine knows more. */
export const comparedInputs = new Set(
  [
    "image",
    "commands",
    "entrypoints",
    "envs",
    "user",
    "ports",
    "memory",
    "memorySwap",
    "restart",
    "labels",
    "mounts",
  ].concat(
    ["tmpfs", "logDriver", "logOpts", "networksAdvanceds", "networkMode", "capabilities", "readOnly", "securityOpts"],
    ["privileged", "pidMode", "devices", "groupAdds", "healthcheck", "hosts", "dns", "cpus", "cpuShares", "cpuSet"],
    ["deviceCgroupRules", "networkDatas", "maxRetryCount"],
    // Said by the container's state and name.
    ["mustRun", "name", "exitCode"],
  ),
);

/**
 * What of a container differs from its declaration, in words. Values of environment variables are never shown: whoever
 * sets one by hand may well set a password.
 * @param image the image that the container was made from; without it, what an image gives cannot be told apart
 */
export function settingDifferences(
  declared: Declared,
  found: InspectedContainer,
  image: InspectedImage | undefined,
): Difference[] {
  const { Config: config, HostConfig: host } = found;
  const compare = (setting: string, wanted: unknown, seen: unknown) => differencesIn(setting, wanted, seen);
  return [
    ...imageDifference(declared, found),
    ...compare("entry point", declared.entrypoints ?? image?.Config.Entrypoint ?? config.Entrypoint, config.Entrypoint),
    ...compare("command", declared.commands ?? image?.Config.Cmd ?? config.Cmd, config.Cmd ?? []),
    ...environmentDifferences(list(declared.envs), config.Env ?? [], image),
    ...compare("user", declared.user ?? image?.Config.User ?? config.User, config.User),
    ...labelDifferences(declared, config.Labels ?? {}, image),
    ...compare("published ports", declaredPorts(declared), foundPorts(host)),
    ...compare("memory limit", limit(mebibytes(declared.memory)), limit(host.Memory)),
    ...compare("limit of memory and swap", limit(mebibytes(declared.memorySwap)), limit(host.MemorySwap)),
    ...compare("CPU limit", declaredCpuLimit(declared), cpuLimit(host)),
    ...compare("CPU weight", Number(declared.cpuShares ?? 0) || "the usual", host.CpuShares || "the usual"),
    ...compare("limit of processes", "none", (host.PidsLimit ?? 0) > 0 ? String(host.PidsLimit) : "none"),
    ...compare("restart policy", declared.restart || "no", restartPolicy(host)),
    ...compare("mounts", declaredMounts(declared), foundMounts(host)),
    ...compare("temporary file systems", declared.tmpfs ?? {}, host.Tmpfs ?? {}),
    ...compare("log driver", declared.logDriver ?? host.LogConfig.Type, host.LogConfig.Type),
    ...compare("log options", declared.logOpts ?? {}, host.LogConfig.Config ?? {}),
    ...networkDifferences(declared, found),
    ...compare("added capabilities", capabilities(declared, "adds"), sorted(host.CapAdd, withoutCap)),
    ...compare("dropped capabilities", capabilities(declared, "drops"), sorted(host.CapDrop, withoutCap)),
    ...compare("privileged", declared.privileged ?? false, host.Privileged),
    ...compare("read-only root", declared.readOnly ?? false, host.ReadonlyRootfs),
    ...compare("security options", sorted(declared.securityOpts), sorted(host.SecurityOpt)),
    ...compare("process namespace", declared.pidMode ?? "its own", host.PidMode || "its own"),
    ...compare("devices", declaredDevices(declared), foundDevices(host)),
    ...compare("groups", sorted(declared.groupAdds), sorted(host.GroupAdd)),
    ...healthcheckDifferences(declared.healthcheck as Healthcheck | undefined, config.Healthcheck),
    ...compare("entries in /etc/hosts", declared.hosts ? host.ExtraHosts : [], host.ExtraHosts ?? []),
    ...compare("DNS servers", declared.dns ?? [], host.Dns ?? []),
  ];
}

function imageDifference(declared: Declared, { Image, Config }: InspectedContainer): Difference[] {
  const wanted = String(declared.image ?? "");
  if (wanted === (wanted.startsWith("sha256:") ? Image : Config.Image)) return [];
  const reference = labelsOf(declared)["monitoring.image"];
  const named = (name: string | undefined, id: string) => [name, `(${id.slice(0, 19)})`].filter(Boolean).join(" ");
  const started = Config.Image.startsWith("sha256:") ? Config.Labels?.["monitoring.image"] : Config.Image;
  return [{ setting: "image", declared: named(reference, wanted), found: named(started, Image) }];
}

/** Variable by variable, without values. */
function environmentDifferences(declared: string[], found: string[], image: InspectedImage | undefined): Difference[] {
  const [wanted, seen, given] = [variables(declared), variables(found), variables(image?.Config.Env ?? [])];
  const expected = { ...given, ...wanted };
  const names = [...new Set([...Object.keys(expected), ...Object.keys(seen)])].sort();
  return names.flatMap((name) => {
    const setting = `environment variable ${name}`;
    if (expected[name] === seen[name]) return [];
    // Without the image, a variable that is there may be the image's.
    if (expected[name] === undefined) return image ? [{ setting, declared: "not set", found: "set" }] : [];
    if (seen[name] === undefined) return [{ setting, declared: "set", found: "not set" }];
    return [{ setting, declared: "set", found: "set to something else" }];
  });
}

function variables(list: string[]): Record<string, string> {
  return Object.fromEntries(list.map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]));
}

function labelDifferences(
  declared: Declared,
  found: Record<string, string>,
  image: InspectedImage | undefined,
): Difference[] {
  const expected = { ...image?.Config.Labels, ...labelsOf(declared) };
  const names = [...new Set([...Object.keys(expected), ...(image ? Object.keys(found) : [])])].sort();
  return names
    .filter((name) => expected[name] !== found[name])
    .map((name) => ({
      setting: `label ${name}`,
      declared: shown(expected[name], name),
      found: shown(found[name], name),
    }));
}

function labelsOf(declared: Declared): Record<string, string> {
  const labels = (declared.labels ?? []) as { label: string; value: string }[];
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

/** Networks by name, and the names that it has in each. */
function networkDifferences(declared: Declared, { HostConfig, NetworkSettings }: InspectedContainer): Difference[] {
  const found = NetworkSettings.Networks ?? {};
  const wanted = (declared.networksAdvanceds ?? []) as { name: string; aliases?: string[] }[];
  if (wanted.length === 0) {
    const mode = String(declared.networkMode || "default");
    const seen = HostConfig.NetworkMode;
    // Its own network has two names.
    const own = ["default", "bridge"];
    return own.includes(mode) && own.includes(seen) ? [] : differencesIn("network", mode, seen);
  }
  const names = wanted.map(({ name }) => name).sort();
  const aliases = wanted.flatMap(({ name, aliases: declaredNames = [] }) => {
    const there = found[name]?.Aliases ?? [];
    const missing = found[name] ? declaredNames.filter((alias) => !there.includes(alias)) : [];
    return missing.map((alias) => ({ setting: `name in the network ${name}`, declared: alias, found: "nothing" }));
  });
  return [...differencesIn("networks", names, Object.keys(found).sort()), ...aliases];
}

function capabilities({ capabilities: declared }: Declared, which: "adds" | "drops"): string[] {
  return sorted((declared as Partial<Record<typeof which, string[]>> | undefined)?.[which], withoutCap);
}

/** Docker takes `CAP_SYS_PTRACE` and `SYS_PTRACE` for the same. */
function withoutCap(name: string): string {
  return name.replace(/^CAP_/, "");
}

type Healthcheck = Partial<Record<"interval" | "timeout" | "startPeriod", string>> & {
  tests?: string[];
  retries?: number;
};

function healthcheckDifferences(
  declared: Healthcheck | undefined,
  found: InspectedContainer["Config"]["Healthcheck"],
): Difference[] {
  if (!declared) return [];
  const nanoseconds = (number = 0) => `${number / 1e9} s`;
  const written = (text = "0s") => `${secondsIn(text)} s`;
  const setting = "health check";
  return [
    ...differencesIn(setting, declared.tests, found?.Test ?? []),
    ...differencesIn(`${setting} › interval`, written(declared.interval), nanoseconds(found?.Interval)),
    ...differencesIn(`${setting} › timeout`, written(declared.timeout), nanoseconds(found?.Timeout)),
    ...differencesIn(`${setting} › start period`, written(declared.startPeriod), nanoseconds(found?.StartPeriod)),
    ...differencesIn(`${setting} › retries`, declared.retries, found?.Retries ?? 0),
  ];
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function sorted(value: unknown, change: (entry: string) => string = (entry) => entry): string[] {
  return list(value).map(change).sort();
}
