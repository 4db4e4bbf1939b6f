import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { credentialUsers } from "../../../components/credentials/credentials";
import { alertmanagersOf } from "../../../stacks/inventory";
import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected } from "../fleet";

/** A restore brings everything up twice: what was deployed, and with what was stored. */
const restoreSeconds = 900;

/** Removes all that a stack has on a server. */
const clear = (stack: string, directory: string) =>
  `ours="--filter label=monitoring.stack=${stack}"
   docker ps --all --quiet $ours | xargs -r docker rm --force >/dev/null
   docker volume ls --quiet $ours | xargs -r docker volume rm >/dev/null
   docker network ls --quiet $ours | xargs -r docker network rm >/dev/null
   find ${directory} -mindepth 1 -delete`;

/** How many samples of its exporters Prometheus has of the ten minutes before a time, in seconds since 1970. */
async function samplesBefore(fleet: Fleet, time: number): Promise<number> {
  const value = await fleet.stack.value(`sum(count_over_time(up[10m] @ ${time}))`);
  return value ?? 0;
}

async function activeSilences(fleet: Fleet): Promise<string[]> {
  const [first] = alertmanagersOf(fleet.stack.inventory);
  const { alertmanager: password = "" } = await fleet.stack.passwords();
  const url = `http://${first?.server.address}:${first?.port}/api/v2/silences`;
  const silences: { id: string; status: { state: string } }[] = await fleet.stack.get(url, {
    user: credentialUsers.alertmanager,
    password,
  });
  return silences
    .filter(({ status }) => status.state === "active")
    .map(({ id }) => id)
    .sort();
}

/** Everything is gone. */
export const lossFaults: FaultRow[] = [
  {
    fault: "all containers, volumes, files and the state are lost: `npm run restore` from a backup",
    refresh: true,
    look: async (fleet) => {
      const { stack, servers } = fleet;
      const out = mkdtempSync(path.join(os.tmpdir(), "backup-"));
      try {
        await stack.postToAlertmanager("silences", {
          matchers: [{ name: "server", value: "rehearsal-lost", isRegex: false, isEqual: true }],
          startsAt: new Date().toISOString(),
          endsAt: new Date(Date.now() + 3_600_000).toISOString(),
          createdBy: "the rehearsal",
          comment: "kept over a loss",
        });
        const time = Math.floor(Date.now() / 1000) - 20;
        const before = { samples: await samplesBefore(fleet, time), silences: await activeSilences(fleet) };
        expectSaid(await fleet.command("backup", "--out", out), 0, /./);
        const [name = ""] = readdirSync(out);

        const { stack: stackName } = stack.inventory;
        await Promise.all(servers.map((server) => fleet.on(server.name, clear(stackName, server.directory))));
        await stack.pulumi("stack", "rm", stackName, "--yes", "--force", "--preserve-config");

        const restore = fleet.startCommand("restore", "--yes", "--from", path.join(out, name));
        expectSaid(await restore.answer(restoreSeconds), 0, /./);
        const after = { samples: await samplesBefore(fleet, time), silences: await activeSilences(fleet) };
        if (JSON.stringify(after) !== JSON.stringify(before)) {
          throw new Unexpected(`before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`);
        }
        return `${after.samples} of ${before.samples} samples and ${after.silences.length} silences are there again`;
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    },
  },
];
