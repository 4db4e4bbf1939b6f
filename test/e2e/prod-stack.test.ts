import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordingRulesFor } from "../../alerts/recording/recording-file";
import { ruleContext, rulesFor } from "../../alerts/rule-files";
import { credentialUsers } from "../../components/credentials/credentials";
import { mailLogin } from "../../lab/alerting/mail-server";
import { ForgeProcess } from "../../lab/forge/forge-process";
import { labDatabasePasswords } from "../../lab/hosts/databases";
import { tracesOn } from "../../lab/hosts/intruder";
import { LabHosts } from "../../lab/hosts/lab-hosts";
import { LabStack, labKeys, labTwilio } from "../../lab/hosts/lab-stack";
import { groupsOf } from "../../lab/rehearsal/drift-groups";
import type { InjectedDrift } from "../../lab/rehearsal/drift-row";
import { driftRows, runDriftRows } from "../../lab/rehearsal/drift-rows";
import { faultRows, runFaultRows } from "../../lab/rehearsal/fault-rows";
import { Fleet } from "../../lab/rehearsal/fleet";
import { failedOf, type RowOutcome, rowLine } from "../../lab/rehearsal/outcome";
import { stepCommand } from "../../ops/ci/step-commands";
import { attempt } from "../../ops/process";
import { projectRoot } from "../../ops/project";
import { loadInventory } from "../../stacks";
import {
  alertmanagersOf,
  exporterContainers,
  exporterNames,
  type Inventory,
  prometheusesOf,
  type Server,
} from "../../stacks/inventory";
import { targetsOf } from "../../stacks/targets";
import { until } from "./asking";
import { documented, documentedLines } from "./documented-lines";
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
      const exporters = exporterNames.filter((name) => server.exporters[name]).map((name) => exporterContainers[name]);
      const watching = server.name === inventory.watcher?.server ? ["watcher-prometheus", "watcher-alertmanager"] : [];
      expect(stdout.trim().split("\n").sort(), server.name).toEqual(
        [...exporters, "promtail", ...services.map(([service]) => service), ...watching].sort(),
      );
    }
  });

  it("has every target up but those that nobody runs in the lab", async () => {
    const missing = ["ray"];
    const states = await until("all others are up", 60, async () => {
      const seen = await stack.targets();
      return seen.every(({ health, job }) => health === "up" || missing.includes(job)) ? seen : undefined;
    });
    const wanted = targetsOf(inventory).map(({ job, server }) => `${job} ${server.name}`);
    expect(states.map(({ job, server }) => `${job} ${server}`).sort()).toEqual(wanted.sort());
    expect(states.filter(({ health }) => health === "up")).toHaveLength(26);
  });

  it.each([
    'pg_up{server="server-81"}',
    'redis_up{server="server-81"}',
    'probe_success{server="server-81", target="grafana"}',
    'probe_success{server="server-84", target="appwrite"}',
  ])("sees what the exporters ask, with the passwords of its settings: %s", async (well) => {
    await until(`${well} is 1`, 60, async () => ((await stack.value(well)) === 1 ? true : undefined));
  });

  it("evaluates the rules as they are rendered, without an error, on both Prometheuses", async () => {
    const login = { user: credentialUsers.prometheus, password: (await stack.passwords()).prometheus ?? "" };
    for (const { server, port, isWatcher } of prometheusesOf(inventory)) {
      const context = ruleContext(inventory, isWatcher);
      const recorded = recordingRulesFor(context).map(({ record }) => record);
      const wanted = [...rulesFor(context).map(({ name }) => name), ...recorded];
      // Of those that are recorded some have their turn every five minutes.
      const rules = await until("every alert rule was evaluated", 60, async () => {
        const { data } = await stack.get(`http://${server.address}:${port}/api/v1/rules`, login);
        const all: { name: string; health: string; lastError?: string }[] = data.groups.flatMap(
          (group: { rules: object[] }) => group.rules,
        );
        return all.some(({ name, health }) => health === "unknown" && !recorded.includes(name)) ? undefined : all;
      });
      expect(rules.filter(({ name, health }) => health !== "ok" && !recorded.includes(name))).toEqual([]);
      expect(rules.filter(({ health }) => health === "err")).toEqual([]);
      expect(rules.map(({ name }) => name).sort()).toEqual(wanted.sort());
    }
  });

  it("has two Alertmanagers that are one cluster", async () => {
    const login = { user: credentialUsers.alertmanager, password: (await stack.passwords()).alertmanager ?? "" };
    for (const { server, port } of alertmanagersOf(inventory)) {
      const peers = await until("the cluster is ready", 90, async () => {
        const { cluster } = await stack.get(`http://${server.address}:${port}/api/v2/status`, login);
        return cluster.status === "ready" && cluster.peers.length > 1 ? cluster.peers : undefined;
      });
      expect(peers.map(({ name }: { name: string }) => name).sort()).toEqual(["server-81", "server-84"]);
    }
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
    const passwords = [
      ...Object.values(await stack.passwords()),
      mailLogin.password,
      ...Object.values(labKeys),
      labTwilio.authToken,
      ...Object.values(labDatabasePasswords),
    ];
    expect(passwords).toHaveLength(10);
    for (const server of inventory.servers) {
      const { stdout } = await lab.on(server, "docker inspect $(docker ps --quiet)");
      for (const password of passwords) {
        expect(stdout, server.name).not.toContain(password);
        expect(stack.printed).not.toContain(password);
      }
    }
  });

  describe("sees what somebody leaves who has got into a host", () => {
    const traces = () => tracesOn(serverNamed("server-80"));
    const failed = 'security_failed_logins_total{server="server-80",type="ssh_password"}';
    const before = new Map<string, number>();
    /** Made at the next scan, whose turn for files comes once an hour; and its counts have to outlive it. */
    const restart = () => lab.on(serverNamed("server-80"), "docker restart security-metrics");

    it("twenty failed logins, by a real ssh client, as twenty", async () => {
      const ready = 'min(security_scan_success{server="server-80"})';
      await until("every scan has been made", 150, async () => ((await stack.value(ready)) === 1 ? true : undefined));
      expect(await stack.value(failed)).toBe(0);
      const { stdout } = await stack.wrongPasswords(serverNamed("server-80"), 20);
      expect(stdout.match(/denied/g)).toHaveLength(20);
      await until("they are counted", 90, async () => ((await stack.value(failed)) === 20 ? true : undefined));
      await until(
        "the rule fires",
        60,
        async () => (await stack.firing("server-80")).includes("BruteForceAttack") || undefined,
      );
    });

    it("a port, a program, a file, a setting, a container: each at the next scan, and each raises its rule", async () => {
      for (const { shownBy } of traces()) before.set(shownBy, (await stack.value(shownBy)) ?? 0);
      for (const { what, leave } of traces()) {
        const { code, stderr } = await lab.on(serverNamed("server-80"), leave);
        expect(code, `${what}: ${stderr}`).toBe(0);
      }
      await restart();
      for (const { what, shownBy } of traces()) {
        await until(
          what,
          120,
          async () => ((await stack.value(shownBy)) ?? 0) > (before.get(shownBy) ?? 0) || undefined,
        );
      }
      const soon = traces().filter(({ rule }) => rule !== "PrivilegedContainer");
      for (const { rule } of soon) {
        await until(`${rule} fires`, 60, async () => (await stack.firing("server-80")).includes(rule) || undefined);
      }
      expect(await stack.value(failed), "failed logins over a restart").toBe(20);
    }, 400_000);
  });

  describe("tells people when the monitoring itself breaks", () => {
    const mailOf = (subject: string, seconds: number) =>
      until(`a mail arrives: ${subject}`, seconds, async () =>
        stack.outside.mails.find((mail) => mail.subject === subject),
      );
    let offSince = 0;
    const mailsOf = (subject: string) => stack.outside.mails.filter((mail) => mail.subject === subject);

    it("sends the heartbeat to Appwrite, where it is stored, and to nobody else", async () => {
      const [heartbeat] = await until("the heartbeat is stored", 60, async () => {
        const rows = await stack.storedAlerts("Watchdog");
        return rows.length > 0 ? rows : undefined;
      });
      expect(heartbeat).toMatchObject({ status: "firing", instance: "server-84", severity: "info" });
      expect(stack.outside.mails.filter(({ subject }) => subject.includes("Watchdog"))).toEqual([]);
      expect(stack.appwrite.messages.filter(({ title }) => title.includes("Watchdog"))).toEqual([]);
    });

    it("takes a server off the network, which is told while the following goes on", async () => {
      await lab.on(serverNamed("server-82"), "ip link set eth0 down");
      offSince = Date.now();
    });

    it("stores a thousand alerts that come at once, each as a row", async () => {
      const startsAt = new Date().toISOString();
      const endsAt = new Date(Date.now() + 3_600_000).toISOString();
      const flood = Array.from({ length: 1000 }, (_, index) => {
        const server = `flood-${index % 20}`;
        const labels = { alertname: "Flood", server, instance: server, severity: "info", category: "system" };
        return {
          labels: { ...labels, part: String(index) },
          annotations: { summary: `Part ${index}` },
          startsAt,
          endsAt,
        };
      });
      await stack.post(flood);
      const posted = Date.now();
      const rows = await until("all of them are stored", 120, async () => {
        const all = await stack.storedAlerts("Flood");
        return all.length >= flood.length ? all : undefined;
      });
      expect(rows).toHaveLength(flood.length);
      const stored = rows.map(({ $createdAt }) => Date.parse($createdAt)).sort((a, b) => a - b);
      const seconds = ((stored.at(-1) ?? 0) - (stored[0] ?? 0)) / 1000;
      console.log(
        `1,000 alerts: stored within ${seconds.toFixed(1)} s, ${Math.round((Date.now() - posted) / 1000)} s after they came`,
      );
    });

    it("by a test alert, whose way out by every channel the command tells", async () => {
      const { code, stdout, stderr } = await stack.npmRun("test-alert", "--hold", "2", "--server", "server-80");
      expect(code, stdout + stderr).toBe(0);
      for (const way of ["webhook", "email", "slack"]) {
        expect(stdout).toMatch(new RegExp(`^${way} +2 of 2 +0 +told$`, "m"));
      }
      for (const state of ["CRITICAL", "RESOLVED"]) {
        expect(mailsOf(`[${state}] TestAlert on server-80`)).toHaveLength(1);
      }
      const [row] = await stack.storedAlerts("TestAlert");
      expect(row).toMatchObject({ status: "resolved", instance: "server-80" });
      expect(row?.endsAt).not.toBeNull();
    });

    it("says by `npm run verify` that an alert goes the whole way, and what is wrong", async () => {
      const { code, stdout, stderr } = await stack.npmRun("verify", "--json");
      const findings: { server: string; what: string; state: string; says: string }[] = JSON.parse(stdout);
      const of = (what: string, server = "appwrite") =>
        findings.find((one) => one.what === what && one.server === server);
      expect(of("access"), stderr).toMatchObject({ state: "good" });
      expect(of("way of an alert")?.says).toMatch(/^stored after \d+ s, of which Alertmanager waits 30$/);
      for (const [server, container] of Object.entries({ "server-84": "", "server-81": "watcher-" })) {
        for (const what of ["rules", "Alertmanagers"]) {
          expect(of(`${container}prometheus: ${what}`, server)).toMatchObject({ state: "good" });
        }
        // From the server itself, and nothing is sent.
        for (const channel of ["mail", "Slack", "Appwrite"]) {
          expect(of(`${container}alertmanager: ${channel}`, server)).toMatchObject({ state: "good" });
        }
      }
      expect(of("watcher-alertmanager", "server-81")?.says).toBe("answers, and sees 2 in its cluster");
      for (const server of ["server-80", "server-81", "server-84"]) {
        for (const what of ["SSH", "clock", "Docker", "containers", "logs"]) {
          expect(of(what, server), `${what} on ${server}`).toMatchObject({ state: "good" });
        }
        expect(of("disk", server)?.says).toMatch(/ are free on /);
      }
      const ways = { "server-80": ["server-84"], "server-81": ["server-84"], "server-84": ["server-80", "server-81"] };
      for (const [from, others] of Object.entries(ways)) {
        for (const to of others) expect(of(`to ${to}`, from), `${from} to ${to}`).toMatchObject({ state: "good" });
      }
      for (const what of ["prometheus", "loki", "alertmanager", "dashboards"]) {
        expect(of(`grafana: ${what}`, "server-81")).toMatchObject({ state: "good" });
      }
      expect(of("prometheus: retention", "server-84")?.says).toMatch(/^31 days come to .+ a day: /);
      expect(of("loki: retention", "server-84")?.says).toMatch(/^7 days come to .+ a day: /);
      for (const { what } of findings) expect(documentedLines(), what).toContain(documented(what));
      // A server is off the network, and nobody runs Ray in the lab.
      expect(code).toBe(1);
      expect(of("prometheus: targets", "server-84")?.says).toMatch(/node-exporter on server-82 \(.+\)/);
      expect(of("SSH", "server-82")).toMatchObject({ state: "wrong" });
      expect(
        findings.filter(({ server, what }) => server === "server-82" && /^(Docker|containers|to )/.test(what)),
      ).toEqual([]);
      expect(of("to server-82", "server-84")).toMatchObject({
        state: "wrong",
        says: expect.stringMatching(/cannot reach node-exporter on 10\.0\.0\.82:9100, wanted by prometheus \(.+\)/),
      });
    });

    it("loses nothing while Appwrite is away for two minutes", async () => {
      stack.appwrite.tell({ away: true });
      const labels = { alertname: "WhileAway", server: "server-80", instance: "server-80", category: "system" };
      const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() };
      await stack.post(
        ["emergency", "critical"].map((severity) => ({ labels: { ...labels, severity }, annotations: {}, ...times })),
      );
      await new Promise((resolve) => setTimeout(resolve, 120_000));
      stack.appwrite.tell({ away: false });
      const rows = await until("both are stored", 120, async () => {
        const all = await stack.storedAlerts("WhileAway");
        return all.length === 2 ? all : undefined;
      });
      expect(rows.map(({ severity }) => severity).sort()).toEqual(["critical", "emergency"]);
    });

    it("by push and SMS when the server has been away for five minutes, and stores when it is back", async () => {
      const down = await until("ServerDown is stored", 10, async () => (await stack.storedAlerts("ServerDown"))[0]);
      const beyondFor = (Date.parse(down.$createdAt) - offSince) / 1000 - 60;
      console.log(`server off → row, beyond the rule's own minute: ${beyondFor.toFixed(0)} s`);
      const push = stack.appwrite.messages.find(({ title }) => title.includes("ServerDown"));
      expect(push?.topics).toContain("critical-alerts");
      const texts = await until("those on call have an SMS", 200, async () => {
        const all = stack.appwrite.sms.filter(({ body }) => body.includes("ServerUnreachable"));
        return all.length > 1 ? all : undefined;
      });
      expect(texts.map(({ to }) => to).sort()).toEqual(labTwilio.onCall);
      await lab.on(serverNamed("server-82"), "ip link set eth0 up");
      for (const name of ["ServerUnreachable", "ServerDown"]) {
        const row = await until(`${name} is over`, 120, async () => {
          const [stored] = await stack.storedAlerts(name);
          return stored?.status === "resolved" ? stored : undefined;
        });
        expect(row).toMatchObject({ instance: "server-82" });
        expect(Date.parse(row.endsAt ?? "")).toBeGreaterThan(Date.parse(row.startsAt));
      }
    }, 400_000);

    it("no more of what somebody left on a host, once it has been put right", async () => {
      const server = serverNamed("server-80");
      // Its rule gives people five minutes, which have gone by; and begins anew when Prometheus is restarted.
      await until(
        "PrivilegedContainer fires",
        360,
        async () => (await stack.firing("server-80")).includes("PrivilegedContainer") || undefined,
      );
      const traces = tracesOn(server);
      for (const { what, putRight } of traces) {
        const { code, stderr } = await lab.on(server, putRight);
        expect(code, `${what}: ${stderr}`).toBe(0);
      }
      await lab.on(server, "docker restart security-metrics");
      for (const { what, rule } of traces) {
        await until(
          `no more: ${what}`,
          120,
          async () => !(await stack.firing("server-80")).includes(rule) || undefined,
        );
      }
    }, 900_000);

    it("by the watcher, once, when Prometheus is down, and when it is back", async () => {
      await lab.on(serverNamed("server-84"), "docker stop prometheus");
      await mailOf("[CRITICAL] PrometheusDown on server-84", 150);
      await lab.on(serverNamed("server-84"), "docker start prometheus");
      await mailOf("[RESOLVED] PrometheusDown on server-84", 180);
      expect(mailsOf("[CRITICAL] PrometheusDown on server-84")).toHaveLength(1);
    });

    it("by the watcher when server-84 is gone altogether", async () => {
      await lab.on(serverNamed("server-84"), "ip link set eth0 down");
      const gone = Date.now();
      try {
        const { at } = await mailOf("[CRITICAL] ServerDown on server-84", 180);
        console.log(`server-84 off → mail by the watcher: ${Math.round((at - gone) / 1000)} s`);
        // Only of what is away: other alerts about the server may be on their way from before.
        const away = /^\[CRITICAL\] (ServerDown|PrometheusDown|AlertmanagerDown|LokiDown) on server-84/;
        const told = stack.outside.mails.filter((mail) => mail.at > gone && away.test(mail.subject));
        expect(told.map(({ subject }) => subject)).toEqual(["[CRITICAL] ServerDown on server-84"]);
      } finally {
        await lab.on(serverNamed("server-84"), "ip link set eth0 up");
      }
    });
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

  describe("says what is wrong, of every server at once, and changes nothing", () => {
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
    /** A script on a server, and the one that takes it back. */
    type Fault = [server: string, does: string, takesBack: string];
    const refusedWith = (faults: Fault[]) =>
      refused(
        async () => {
          for (const [server, does] of faults) await lab.on(serverNamed(server), does);
        },
        async () => {
          for (const [server, , takesBack] of faults) await lab.on(serverNamed(server), takesBack);
        },
      );
    const containers = () =>
      Promise.all(inventory.servers.map(async (server) => (await lab.on(server, "docker ps --quiet | sort")).stdout));

    it("a host key that is not known, and one that changed", async () => {
      const before = readFileSync(lab.knownHosts, "utf8");
      const other = before.match(/^10\.0\.0\.80 (.*)$/m)?.[1] ?? "";
      const edited = before.replace(/^10\.0\.0\.82 .*\n/m, "").replace(/^10\.0\.0\.84 .*$/m, `10.0.0.84 ${other}`);
      const message = await refused(
        async () => writeFileSync(lab.knownHosts, edited),
        async () => writeFileSync(lab.knownHosts, before),
      );
      expect(message).toMatch(
        /Nothing was changed[\s\S]*server-82 \(10\.0\.0\.82\): its SSH host key is missing from .*known_hosts.*npm run host-keys/,
      );
      expect(message).toMatch(/server-84 \(10\.0\.0\.84\): SSH host key changed; expected SHA256:\S+, got SHA256:/);
    });

    it("a key that sshd refuses, a user without Docker rights, a port taken by somebody else", async () => {
      const message = await refusedWith([
        [
          "server-80",
          "cd /home/monitoring/.ssh; mv authorized_keys away",
          "cd /home/monitoring/.ssh; mv away authorized_keys",
        ],
        ["server-81", "chmod 600 /run/docker.sock", "chmod 660 /run/docker.sock"],
        [
          "server-82",
          `docker stop cadvisor; ${listener} >/dev/null 2>&1 & echo $! > /run/listener.pid; sleep 1`,
          "kill $(cat /run/listener.pid); sleep 0.5; docker start cadvisor",
        ],
      ]);
      expect(message).toMatch(/server-80 \(10\.0\.0\.80\): sshd refuses the user monitoring with .*id_ed25519/);
      expect(message).not.toContain("PRIVATE KEY");
      expect(message).toMatch(
        /server-81 \(10\.0\.0\.81\): monitoring may not use Docker there: add monitoring to the group docker/,
      );
      expect(message).toMatch(/server-82 \(10\.0\.0\.82\): port 8080, wanted by cadvisor, is taken by another process/);
    });

    it("an sshd that is not there, and a server that does not answer at all", async () => {
      const sshd = "/usr/sbin/sshd -o PasswordAuthentication=no -o UsePAM=no -o PidFile=/run/sshd.pid";
      const message = await refusedWith([
        ["server-80", "kill $(cat /run/sshd.pid)", sshd],
        ["server-81", "ip link set eth0 down", "ip link set eth0 up"],
      ]);
      expect(message).toMatch(/server-80 \(10\.0\.0\.80\): nothing listens on SSH port 22/);
      expect(message).toMatch(/server-81 \(10\.0\.0\.81\): .*SSH port 22.*is the server up, and reachable from here\?/);
    });

    it("an Appwrite that drops every connection, also where the others are to go on", async () => {
      const before = await containers();
      stack.appwrite.tell({ away: true });
      const { code, stdout, stderr } = await stack.npmRun("up");
      stack.appwrite.tell({ away: false });
      expect(code, stdout + stderr).toBe(1);
      expect(stderr).toMatch(/http:\/\/10\.0\.0\.1:\d+\/v1: Appwrite cannot be reached/);
      expect(await containers()).toEqual(before);
    });
  });

  describe("by the pipelines' steps, as they stand", () => {
    let forge: ForgeProcess;
    beforeAll(async () => {
      // The steps have the engine made ready, of which the lab has a part.
      symlinkSync(path.join(projectRoot, "lab"), path.join(stack.project.root, "lab"));
      forge = await ForgeProcess.start(lab.asOperator);
    });
    afterAll(() => forge?.stop());

    /** Runs a workflow's step by the shell, where the servers are reached, with the variables of GitHub. */
    const runStep = (name: string) => {
      const [command = "", ...within] = lab.asOperator;
      const env = { ...stack.env, ...forge.env, STACK: inventory.stack };
      return attempt(command, [...within, "bash", "-ec", stepCommand("github", name)], {
        cwd: stack.project.root,
        env,
      });
    };

    it("what drifts is an issue, which is closed when it was deployed away", async () => {
      await lab.on(serverNamed("server-82"), "docker stop cadvisor");
      const found = await runStep("drift");
      expect(found.code, found.stderr).toBe(1);
      const [issue] = forge.issues;
      expect(issue).toMatchObject({ title: "prod has drifted", open: true });
      expect(issue?.body).toContain("| server-82 | container cadvisor | is stopped |");

      const deployed = await runStep("deploy");
      expect(deployed.code, deployed.stderr).toBe(0);
      const again = await runStep("drift");
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect(forge.issues).toMatchObject([{ open: false }]);
    });
  });

  describe("some rows of the tables that `npm run lab` has", () => {
    const say = (outcome: RowOutcome) => console.log(rowLine(outcome));

    it("of drift: sixteen changes at once, each found, named and put right", async () => {
      const injected = driftRows.filter((row): row is InjectedDrift => "inject" in row);
      const [rows = []] = groupsOf(injected);
      const outcomes = await runDriftRows(stack, rows, say);
      expect(failedOf(outcomes).map(rowLine)).toEqual([]);
      expect(outcomes.length).toBeGreaterThanOrEqual(16);
    }, 600_000);

    it.each([
      "server-82 is off before `npm run up`",
      "every server's log shipper is replaced by one that does not start: the roll stops at the first",
    ])(
      "of faults: %s",
      async (fault) => {
        const rows = faultRows.filter((row) => row.fault === fault);
        const outcomes = await runFaultRows(new Fleet(stack), rows, say);
        expect(outcomes.map(({ failure }) => failure)).toEqual([undefined]);
      },
      600_000,
    );
  });

  it("is not destroyed while it would cost stored alerts, unless the stack says so", async () => {
    const message = await stack.pulumi("destroy", "--yes", "--skip-preview").then(
      () => "destroyed",
      (error: Error) => error.message,
    );
    expect(message).toMatch(/table monitoring\/alerts: holds [\d,]+ rows and stays.*allowDataLoss/);
    expect((await stack.storedAlerts()).length).toBeGreaterThan(0);
    const allow = ["--path", "--type", "bool", "channels.appwrite.allowDataLoss", "true"];
    await stack.pulumi("config", "set", ...allow);
    await stack.pulumi("up", "--yes", "--skip-preview", "--refresh");
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
