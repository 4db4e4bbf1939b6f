import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LabHosts } from "../../lab/hosts/lab-hosts";
import { LabStack } from "../../lab/hosts/lab-stack";
import type { TargetState } from "../../ops/targets";
import { loadInventory } from "../../stacks";
import type { Inventory, Server } from "../../stacks/inventory";
import { until } from "./asking";
import { TriedProgram } from "./tried-program";

const obstacle = LabHosts.obstacle();
/** A process that nobody expects, on a port that is ours; it ends by itself. */
const listener = `timeout 60 ${process.execPath} -e "require('net').createServer().listen(8080, '10.0.0.82')"`;

/** `stacks/prod.ts` unchanged, over SSH to four hosts with its own addresses; each step after the one before. */
describe.skipIf(obstacle)(`the stack prod on four hosts${obstacle ? ` (skipped: ${obstacle})` : ""}`, () => {
  let inventory: Inventory;
  let lab: LabHosts;
  let stack: LabStack;
  const serverNamed = (name: string): Server => {
    const server = inventory.servers.find((one) => one.name === name);
    if (!server) throw new Error(`no ${name} in the inventory`);
    return server;
  };

  beforeAll(async () => {
    inventory = await loadInventory("prod");
    stack = await LabStack.up(inventory);
    lab = stack.hosts;
  });

  afterAll(async () => {
    await stack?.down();
  });

  it("is deployed by `pulumi up`", async () => {
    await stack.pulumi("up", "--yes", "--skip-preview");
    for (const server of inventory.servers) {
      const { stdout } = await lab.on(server, "docker ps --format '{{.Names}}'");
      const services = Object.entries(inventory.services).filter(([, placed]) => placed.server === server.name);
      const exporters = Object.keys(server.exporters).filter((name) => name !== "security-metrics");
      expect(stdout.trim().split("\n").sort(), server.name).toEqual(
        [...exporters, "promtail", ...services.map(([service]) => service)].sort(),
      );
    }
  });

  it("has every target up but security-metrics, whose image is not there yet", async () => {
    const up = (states: TargetState[]) => states.filter(({ health }) => health === "up").length;
    const states = await until("all but three targets are up", 60, async () => {
      const seen = await stack.targets();
      return up(seen) === seen.length - 3 ? seen : undefined;
    });
    const down = states.filter(({ health }) => health !== "up").map(({ job }) => job);
    expect(new Set(down)).toEqual(new Set(["security-metrics"]));
    expect(states.length).toBe(18);
  });

  it("ships the logs of every server", async () => {
    const { data } = await stack.get("http://10.0.0.84:3100/loki/api/v1/label/server/values");
    expect(data).toEqual(inventory.servers.map(({ name }) => name));
  });

  it("listens on the servers' own addresses only, and on no port that the inventory does not name", async () => {
    for (const server of inventory.servers) {
      const { stdout } = await lab.on(server, "ss --no-header --listening --tcp --numeric | awk '{ print $4 }'");
      const foreign = stdout
        .trim()
        .split("\n")
        .filter((local) => !local.startsWith(`${server.address}:`) && !/:22$/.test(local));
      expect(foreign, server.name).toEqual([]);
    }
  });

  it("has nothing left to do, also after a look at what is there", async () => {
    await stack.pulumi("preview", "--refresh", "--expect-no-changes");
  });

  it("keeps secrets out of every container's settings and of its own output", async () => {
    const passwords = Object.values(await stack.passwords());
    expect(passwords).toHaveLength(3);
    for (const server of inventory.servers) {
      const { stdout } = await lab.on(server, "docker inspect $(docker ps --quiet)");
      for (const password of passwords) {
        expect(stdout, server.name).not.toContain(password);
        expect(stack.printed).not.toContain(password);
      }
    }
  });

  it("runs a command on a server by the command plugin, and only on the server that it knows", async () => {
    const program = new TriedProgram("remote", lab.asOperator);
    const known = (address: string) =>
      readFileSync(lab.knownHosts, "utf8").match(new RegExp(`^${address} (.*)$`, "m"))?.[1] ?? "";
    try {
      const privateKey = readFileSync(lab.keyFile, "utf8");
      await program.init({ host: "10.0.0.82", user: "monitoring", privateKey, hostKey: known("10.0.0.82") });
      await program.pulumi("up", "--yes", "--skip-preview");
      expect(await program.pulumi("stack", "output", "remote")).toBe("made on server-82");
      await program.pulumi("destroy", "--yes", "--skip-preview");

      await program.pulumi("config", "set", "--secret", "hostKey", "--", known("10.0.0.84"));
      const refused = await program.pulumi("up", "--yes", "--skip-preview").catch((error: Error) => error.message);
      expect(refused).toMatch(/host key/i);
      expect(refused).not.toContain("PRIVATE KEY");
    } finally {
      program.remove();
    }
  });

  describe("says what is wrong with a server, and changes nothing", () => {
    const refused = async (change: () => Promise<unknown>, back: () => Promise<unknown>): Promise<string> => {
      await change();
      try {
        return await stack.pulumi("up", "--yes", "--skip-preview").then(
          () => "deployed",
          (error: Error) => error.message,
        );
      } finally {
        await back();
      }
    };
    const withKnownHosts = (edit: (text: string) => string) => {
      const before = readFileSync(lab.knownHosts, "utf8");
      return refused(
        async () => writeFileSync(lab.knownHosts, edit(before)),
        async () => writeFileSync(lab.knownHosts, before),
      );
    };

    it("a host key that is not known", async () => {
      const message = await withKnownHosts((text) => text.replace(/^10\.0\.0\.82 .*\n/m, ""));
      expect(message).toMatch(
        /Nothing was changed[\s\S]*server-82 \(10\.0\.0\.82\): its SSH host key is missing from .*known_hosts.*npm run host-keys/,
      );
    });

    it("a host key that changed", async () => {
      const other = readFileSync(lab.knownHosts, "utf8").match(/^10\.0\.0\.80 (.*)$/m)?.[1] ?? "";
      const message = await withKnownHosts((text) => text.replace(/^10\.0\.0\.82 .*$/m, `10.0.0.82 ${other}`));
      expect(message).toMatch(/server-82 \(10\.0\.0\.82\): SSH host key changed; expected SHA256:\S+, got SHA256:/);
    });

    it("a key that sshd refuses", async () => {
      const message = await refused(
        () => lab.on(serverNamed("server-80"), "mv /home/monitoring/.ssh/authorized_keys /home/monitoring/.ssh/away"),
        () => lab.on(serverNamed("server-80"), "mv /home/monitoring/.ssh/away /home/monitoring/.ssh/authorized_keys"),
      );
      expect(message).toMatch(/server-80 \(10\.0\.0\.80\): sshd refuses the user monitoring with .*id_ed25519/);
      expect(message).not.toContain("PRIVATE KEY");
    });

    it("a user without Docker rights", async () => {
      const socket = "/run/docker.sock";
      const message = await refused(
        () => lab.on(serverNamed("server-81"), `chmod 600 ${socket}`),
        () => lab.on(serverNamed("server-81"), `chmod 660 ${socket}`),
      );
      expect(message).toMatch(
        /server-81 \(10\.0\.0\.81\): monitoring may not use Docker there: add monitoring to the group docker/,
      );
    });

    it("an sshd that is not there, and a port taken by somebody else", async () => {
      const message = await refused(
        async () => {
          await lab.on(serverNamed("server-80"), "kill $(cat /run/sshd.pid)");
          await lab.on(
            serverNamed("server-82"),
            `docker stop cadvisor; ${listener} >/dev/null 2>&1 & echo $! > /run/listener.pid; sleep 1`,
          );
        },
        async () => {
          await lab.on(
            serverNamed("server-80"),
            "/usr/sbin/sshd -o PasswordAuthentication=no -o UsePAM=no -o PidFile=/run/sshd.pid",
          );
          await lab.on(serverNamed("server-82"), "kill $(cat /run/listener.pid); sleep 0.5; docker start cadvisor");
        },
      );
      expect(message).toMatch(/server-80 \(10\.0\.0\.80\): nothing listens on SSH port 22/);
      expect(message).toMatch(/server-82 \(10\.0\.0\.82\): port 8080, wanted by cadvisor, is taken by another process/);
    });

    it("a server that does not answer at all", async () => {
      const message = await refused(
        () => lab.on(serverNamed("server-81"), "ip link set eth0 down"),
        () => lab.on(serverNamed("server-81"), "ip link set eth0 up"),
      );
      expect(message).toMatch(/server-81 \(10\.0\.0\.81\): .*SSH port 22.*is the server up, and reachable from here\?/);
    });
  });

  it("goes without a trace", async () => {
    await stack.pulumi("destroy", "--yes", "--skip-preview");
    for (const server of inventory.servers) {
      const { stdout } = await lab.on(
        server,
        "docker ps -aq; docker volume ls -q; docker network ls -q --filter label=monitoring.stack; ls -A /srv/monitoring",
      );
      expect(stdout, server.name).toBe("");
    }
  });
});
