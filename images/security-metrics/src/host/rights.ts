import { readFileSync } from "node:fs";

/** Numbers of capabilities. @see linux/capability.h */
const numbers = { CAP_DAC_READ_SEARCH: 2, CAP_SYS_PTRACE: 19 } as const;
export type Capability = keyof typeof numbers;

/** Which of the capabilities that it takes to look at other users' processes this process does not have. */
export function missingCapabilities(status = readFileSync("/proc/self/status", "latin1")): Capability[] {
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (Object.keys(numbers) as Capability[]).filter((name) => ((effective >> BigInt(numbers[name])) & 1n) === 0n);
}

/**
 * Why processes could not be looked at, and the way out; nothing where it is a few only that the kernel keeps even from who
 * may look at all.
 * @param hidden how many could not be looked at, of `all`
 */
export function hiddenProblem(hidden: number, all: number, missing = missingCapabilities()): string | undefined {
  if (hidden === 0) return undefined;
  const what = `${hidden} of ${all} processes cannot be looked at`;
  if (missing.length > 0) return `${what}: it takes ${missing.join(" and ")}.`;
  if (hidden * 2 < all) return undefined;
  return `${what}: a security module forbids it (with AppArmor, run the container with apparmor=unconfined).`;
}
