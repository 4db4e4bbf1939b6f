import { readFileSync, writeFileSync } from "node:fs";
import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected } from "../fleet";
import { leavesOut } from "./left-out";

const server = "server-80";
const onServer = (script: string) => (fleet: Fleet) => fleet.on(server, script);
const sshd = "$(cat /run/sshd.pid)";
/** It writes its number anew when it listens. */
const restartSshd = `kill ${sshd}; sleep 0.5; sh /run/start-sshd`;
const hostKey = "/etc/ssh/ssh_host_ed25519_key";
const allowed = "/home/monitoring/.ssh/authorized_keys";

/** What the operator's known_hosts says while something is done. */
async function withKnownHosts<T>(fleet: Fleet, edit: (text: string) => string, work: () => Promise<T>): Promise<T> {
  const file = fleet.stack.hosts.knownHosts;
  const before = readFileSync(file, "utf8");
  writeFileSync(file, edit(before));
  try {
    return await work();
  } finally {
    writeFileSync(file, before);
  }
}

/** The way in: sshd, keys, the user. */
export const sshFaults: FaultRow[] = [
  leavesOut({
    fault: `sshd of ${server} refuses connections`,
    server,
    cause: onServer(`kill ${sshd}`),
    end: onServer("sh /run/start-sshd"),
    says: /server-80 \(10\.0\.0\.80\): nothing listens on SSH port 22 \(connection refused\); is sshd running\?/,
  }),
  leavesOut({
    fault: `sshd of ${server} hangs`,
    server,
    cause: onServer(`kill -STOP ${sshd}`),
    end: onServer(`kill -CONT ${sshd}`),
    says: /server-80 \(10\.0\.0\.80\): no answer on SSH port 22 within \d+ s; is the server up/,
  }),
  {
    fault: `sshd of ${server} answers slowly, a second late`,
    // Stopped most of the time: who connects waits for the next moment in which it runs.
    cause: onServer(
      `sshd=${sshd}; (while :; do kill -STOP $sshd; sleep 1; kill -CONT $sshd; sleep 0.2; done) >/dev/null 2>&1 & echo $! > /run/slow.pid`,
    ),
    end: onServer(`kill $(cat /run/slow.pid); kill -CONT ${sshd}`),
    look: async (fleet) => {
      fleet.change();
      const said = expectSaid(await fleet.up(), 0, /Deployed to server-80, server-81, server-82, server-84\./);
      await fleet.haveChange(...fleet.others());
      return `later, and well: ${said}`;
    },
  },
  leavesOut({
    fault: `${server} has another host key`,
    server,
    cause: onServer(`cp ${hostKey} /run/key && cp ${hostKey}.pub /run/key.pub && rm ${hostKey} ${hostKey}.pub &&
      ssh-keygen -q -t ed25519 -N '' -f ${hostKey} && ${restartSshd}`),
    end: onServer(`cp /run/key ${hostKey} && cp /run/key.pub ${hostKey}.pub && ${restartSshd}`),
    says: /server-80 \(10\.0\.0\.80\): SSH host key changed; expected SHA256:\S+, got SHA256:\S+ If the server was reinstalled, update its line in \S+known_hosts/,
  }),
  {
    fault: "the host key of server-82 is not known",
    look: async (fleet) => {
      fleet.change();
      const others = fleet.others("server-82");
      const answer = await withKnownHosts(
        fleet,
        (text) => text.replace(/^10\.0\.0\.82 .*\n/m, ""),
        () => fleet.undisturbed(others, () => fleet.up()),
      );
      await fleet.haveChange(...others);
      return expectSaid(
        answer,
        2,
        /server-82 \(10\.0\.0\.82\): its SSH host key is missing from \S+\. Record it with `npm run host-keys/,
      );
    },
  },
  leavesOut({
    fault: `${server} does not let the key in`,
    server,
    cause: onServer(`mv ${allowed} ${allowed}-away`),
    end: onServer(`mv ${allowed}-away ${allowed}`),
    says: /server-80 \(10\.0\.0\.80\): sshd refuses the user monitoring with \S+id_ed25519\. Put the public key into monitoring's ~\/\.ssh\/authorized_keys/,
  }),
  {
    fault: "the SSH key is not where the setting says",
    look: async (fleet) => {
      fleet.change();
      const answer = await fleet.undisturbed(fleet.others(), () =>
        fleet.configured("sshKeyFile", "/root/.ssh/not-there", () => fleet.up()),
      );
      for (const name of fleet.others())
        if (await fleet.hasChange(name)) throw new Unexpected(`${name} was deployed to`);
      expectSaid(answer, 2, /Nothing was changed: no server can be deployed to/);
      return expectSaid(
        answer,
        2,
        /server-84 \(10\.0\.0\.84\): the SSH key \/root\/\.ssh\/not-there \(setting sshKeyFile\) cannot be read/,
      );
    },
  },
  {
    fault: "the inventory names a user that server-80 does not have",
    look: async (fleet) => {
      fleet.change();
      const others = fleet.others("server-80");
      const wrong = ['ssh: { user: "monitoring" }', 'ssh: { user: "nobody-here" }'] as const;
      const answer = await fleet.undisturbed(others, () => fleet.edited("stacks/prod.ts", ...wrong, () => fleet.up()));
      await fleet.haveChange(...others);
      return expectSaid(answer, 2, /server-80 \(10\.0\.0\.80\): sshd refuses the user nobody-here with/);
    },
  },
  leavesOut({
    fault: "the user of server-81 has no rights on Docker",
    server: "server-81",
    cause: (fleet) => fleet.on("server-81", "chmod 600 /run/docker.sock"),
    end: (fleet) => fleet.on("server-81", "chmod 660 /run/docker.sock"),
    says: /server-81 \(10\.0\.0\.81\): monitoring may not use Docker there: add monitoring to the group docker/,
  }),
];
