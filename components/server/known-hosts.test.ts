import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { algorithmsFor, fingerprint, readHostKeys } from "./known-hosts";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIE9nq8mO8WcU6nQXkKxKJm0c9c2vR3GQn1PqgkQFj2aT";
const file = path.join(mkdtempSync(path.join(os.tmpdir(), "known-hosts-")), "known_hosts");
writeFileSync(
  file,
  [
    `# a comment`,
    `10.0.0.80,gibd ssh-ed25519 ${key} root@gibd`,
    `[10.0.0.81]:2222 ssh-rsa ${key}`,
    "10.0.0.82",
    "",
  ].join("\n"),
);

it("finds a host by address, among several names, and by port", () => {
  expect(readHostKeys(file, "10.0.0.80", 22)).toEqual([{ type: "ssh-ed25519", key: Buffer.from(key, "base64") }]);
  expect(readHostKeys(file, "gibd", 22)).toHaveLength(1);
  expect(readHostKeys(file, "10.0.0.81", 2222).map(({ type }) => type)).toEqual(["ssh-rsa"]);
});

it("knows nobody by a part of the name, on another port, from half a line or without a file", () => {
  expect(readHostKeys(file, "10.0.0.8", 22)).toEqual([]);
  expect(readHostKeys(file, "10.0.0.80", 2222)).toEqual([]);
  expect(readHostKeys(file, "10.0.0.82", 22)).toEqual([]);
  expect(readHostKeys(`${file}.none`, "10.0.0.80", 22)).toEqual([]);
});

it("asks for the signatures that the known keys can make", () => {
  const types = ["ssh-rsa", "ssh-ed25519", "ssh-ed25519"].map((type) => ({ type, key: Buffer.alloc(0) }));
  expect(algorithmsFor(types)).toEqual(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
});

it("shows a fingerprint as OpenSSH does", () => {
  // echo -n abc | openssl dgst -sha256 -binary | base64
  expect(fingerprint(Buffer.from("abc"))).toBe("SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0");
});
