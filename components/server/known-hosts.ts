import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/** One public key of a host, as a line of OpenSSH's `known_hosts` holds it. */
export interface HostKey {
  /** As `ssh-ed25519`. */
  type: string;
  /** The key's wire form. */
  key: Buffer;
}

/**
 * The keys that a `known_hosts` file holds for one host; empty when there are none or no such file.
 * Hashed host names (`|1|…`) and markers (`@revoked`) are not supported: such lines hold for nobody.
 * @see man 8 sshd, "SSH_KNOWN_HOSTS FILE FORMAT"
 */
export function readHostKeys(file: string, address: string, port: number): HostKey[] {
  if (!existsSync(file)) return [];
  const name = port === 22 ? address : `[${address}]:${port}`;
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([names]) => names?.split(",").includes(name))
    .flatMap(([, type, key]) => (type && key ? [{ type, key: Buffer.from(key, "base64") }] : []));
}

/** A key's fingerprint as OpenSSH shows it: `SHA256:…`. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The signature algorithms to ask a server for, so that it shows a key of a type that is known. */
export function algorithmsFor(keys: HostKey[]): string[] {
  const types = keys.flatMap(({ type }) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]));
  return [...new Set(types)];
}
