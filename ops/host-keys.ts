import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { Client } from "ssh2";
import type { Connection } from "../components/server/host";
import { fingerprint, type HostKey, readHostKeys } from "../components/server/known-hosts";
import { connectionTo } from "../components/server/monitored-server";
import { loadInventory, stackNames } from "../stacks";
import { exitWith, run } from "./command";

const answerSeconds = 10;

const program = new Command("npm run host-keys --")
  .description("Records the SSH host keys of a stack's servers, which every deployment then insists on.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .option("--replace <server>", "take over this server's changed key (it was reinstalled)")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, replace }: { stack: string; replace?: string }) => {
  const inventory = await loadInventory(stack);
  const connections = inventory.servers.map((server) => connectionTo(server, inventory));
  const outcomes = await Promise.all(connections.map((connection) => record(connection, replace)));
  for (const { line } of outcomes) console.log(line);
  if (outcomes.some(({ added }) => added)) {
    console.log("\nCompare each new fingerprint with what the server itself says, on its console:");
    console.log("  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
  }
  exitWith(outcomes.every(({ good }) => good) ? "good" : "wrong");
});

/** Asks one server for its key and writes it down, unless another one is known. */
async function record(connection: Connection, replace: string | undefined) {
  const { server, address, ssh } = connection;
  if (!ssh) return { line: `${server}: this machine, no SSH`, good: true, added: false };
  const label = `${server} (${address})`;
  const known = readHostKeys(ssh.knownHosts, address, ssh.port);
  let offered: HostKey;
  try {
    offered = await askForKey(address, ssh.port);
  } catch (error) {
    return { line: `${label}: no key: ${error instanceof Error ? error.message : error}`, good: false, added: false };
  }
  const shown = `${offered.type} ${fingerprint(offered.key)}`;
  if (known.some(({ key }) => key.equals(offered.key)))
    return { line: `${label}: known, ${shown}`, good: true, added: false };
  if (known.length > 0 && replace !== server) {
    const expected = known.map(({ key }) => fingerprint(key)).join(" or ");
    const line = `${label}: CHANGED, expected ${expected}, got ${shown}. If it was reinstalled: --replace ${server}`;
    return { line, good: false, added: false };
  }
  writeKey(ssh.knownHosts, ssh.port === 22 ? address : `[${address}]:${ssh.port}`, offered);
  return { line: `${label}: recorded, ${shown}`, good: true, added: true };
}

function askForKey(address: string, port: number): Promise<HostKey> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.on("error", reject);
    client.connect({
      host: address,
      port,
      username: "nobody",
      readyTimeout: answerSeconds * 1000,
      // Ed25519 where the server has one, as every sshd of the last ten years does.
      algorithms: { serverHostKey: ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"] },
      hostVerifier: (key: Buffer) => {
        // The wire form begins with the length and the name of the key's type.
        resolve({ type: key.subarray(4, 4 + key.readUInt32BE(0)).toString(), key });
        client.end();
        return false;
      },
    });
  });
}

function writeKey(file: string, name: string, { type, key }: HostKey): void {
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  const others = lines.filter((line) => line.split(/\s+/)[0] !== name);
  writeFileSync(file, `${[...others, `${name} ${type} ${key.toString("base64")}`].join("\n")}\n`);
}
