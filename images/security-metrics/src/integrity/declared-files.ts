import { readdirSync } from "node:fs";
import path from "node:path";
import { type HostRoot, isMissing } from "../host/host-root";

/**
 * The files that patterns mean on this host: `*` stands for part of a name, `~` for the home folder of every user. A plain path
 * is there whether or not there is such a file, so that one that appears is seen.
 * @param onProblem told of each folder that cannot be read
 */
export function declaredFiles(patterns: string[], host: HostRoot, onProblem: (problem: string) => void): string[] {
  const homes = patterns.some((pattern) => pattern.startsWith("~/")) ? homesOf(host) : [];
  const absolute = patterns.flatMap((pattern) =>
    pattern.startsWith("~/") ? homes.map((home) => path.posix.join(home, pattern.slice(2))) : [pattern],
  );
  return [...new Set(absolute.flatMap((pattern) => expand(pattern, host, onProblem)))].sort();
}

/** Of people and of root; services have folders of their own packages, which change, and log in by no key. */
function homesOf(host: HostRoot): string[] {
  const homes = (host.readIfThere("/etc/passwd") ?? "").split("\n").flatMap((line) => {
    const [, , , , , home = "", shell = ""] = line.split(":");
    return home.startsWith("/") && home !== "/" && !/\/(?:nologin|false|sync)$/.test(shell) ? [home] : [];
  });
  return [...new Set(homes)];
}

function expand(pattern: string, host: HostRoot, onProblem: (problem: string) => void): string[] {
  const parts = pattern.split("/");
  const star = parts.findIndex((part) => part.includes("*"));
  if (star === -1) return [pattern];
  const folder = parts.slice(0, star).join("/") || "/";
  const expression = new RegExp(`^${parts[star]?.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")}$`);
  const rest = parts.slice(star + 1);
  return namesIn(folder, host, onProblem)
    .filter((name) => expression.test(name) && (!name.startsWith(".") || parts[star]?.startsWith(".")))
    .flatMap((name) => expand([...parts.slice(0, star), name, ...rest].join("/"), host, onProblem));
}

function namesIn(folder: string, host: HostRoot, onProblem: (problem: string) => void): string[] {
  try {
    return readdirSync(host.resolve(folder));
  } catch (error) {
    if (!isMissing(error)) onProblem(unreadableProblem(folder, error));
    return [];
  }
}

/** Why a file or folder could not be looked at, and what may help. */
export function unreadableProblem(path: string, error: unknown): string {
  return `${path} cannot be read (${(error as Error).message}): it may take CAP_DAC_READ_SEARCH.`;
}
