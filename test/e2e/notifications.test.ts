import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AlertmanagerProcess, type PostedAlert } from "../../lab/alerting/alertmanager-process";
import { freePorts } from "../../lab/alerting/free-ports";
import { type Call, HookServer } from "../../lab/alerting/hook-server";
import { type Mail, MailServer, mailLogin } from "../../lab/alerting/mail-server";
import { type TeamName, teamNames } from "../../stacks/channels";
import { type AlertmanagerPlacement, alertmanagersOf, defineInventory, type Inventory } from "../../stacks/inventory";
import { until } from "./asking";

const addressOf = (team: string) => `${team}@example.org`;
const secrets = (hooks: HookServer) => ({
  smtpPassword: mailLogin.password,
  slackUrl: `http://127.0.0.1:${hooks.port}/slack`,
  appwriteKey: "the-key",
});

/** Two servers on loopback addresses, with an Alertmanager on each and every channel. */
async function inventoryFor(mail: MailServer, hooks: HookServer): Promise<Inventory> {
  const [first = 0, second = 0, gossip = 0, otherGossip = 0] = await freePorts(4);
  return defineInventory({
    stack: "trial",
    environment: "trial",
    servers: {
      "server-80": { title: "One", address: "127.0.0.1", exporters: { "node-exporter": { port: 9100 } } },
      "server-81": { title: "Other", address: "127.0.0.2", exporters: { "node-exporter": { port: 9100 } } },
    },
    services: {
      prometheus: { server: "server-80", port: 9090 },
      alertmanager: { server: "server-80", port: first, gossipPort: gossip },
      loki: { server: "server-80", port: 3100 },
      grafana: { server: "server-81", port: 3000 },
    },
    watcher: { server: "server-81", alertmanager: { port: second, gossipPort: otherGossip } },
    channels: {
      email: {
        smarthost: `127.0.0.1:${mail.port}`,
        from: "alerts@example.org",
        username: mailLogin.user,
        authority: mail.authority,
        to: Object.fromEntries(teamNames.map((team) => [team, [addressOf(team)]])) as Record<TeamName, string[]>,
      },
      slack: {},
      appwrite: { endpoint: `http://127.0.0.1:${hooks.port}/v1`, project: "the-project" },
    },
  });
}

const annotations = (name: string) => ({
  summary: `Summary of ${name}`,
  description: `Description of ${name}`,
  impact: `Impact of ${name}`,
  runbook_url: `https://docs.example.org/runbooks/${name}`,
});

function alert(alertname: string, server: string, severity: string, category: string, more: object = {}): PostedAlert {
  const labels = { alertname, server, instance: server, environment: "trial", severity, category, ...more };
  // Prometheus says every minute that an alert still fires; here it is said once, for an hour.
  const at = (later: number) => new Date(Date.now() + later).toISOString();
  return { labels, annotations: annotations(alertname), startsAt: at(0), endsAt: at(3_600_000) };
}

/** What Appwrite's function is given: a text that holds the alerts as JSON, twice over. */
function deliveryOf(call: Call): { receiver: string; status: string; alerts: { labels: Record<string, string> }[] } {
  return JSON.parse(JSON.parse(call.body.body));
}

describe("a real Alertmanager, with receivers that listen", () => {
  let mail: MailServer;
  let hooks: HookServer;
  let alertmanager: AlertmanagerProcess;
  let start: number;

  const seconds = (at: number) => (at - start) / 1000;
  const mailsOf = (team: string, name: string, server: string) =>
    mail.mails.filter(({ to, subject }) => to.includes(addressOf(team)) && subject.includes(`${name} on ${server}`));
  const storedOf = (receiver: string, name: string, server: string) =>
    hooks.calls.filter((call) => {
      if (!call.path.startsWith("/v1/")) return false;
      const { receiver: by, alerts } = deliveryOf(call);
      return by === receiver && alerts.some(({ labels }) => labels.alertname === name && labels.server === server);
    });
  const firstMail = (team: string, name: string, server: string, within: number): Promise<Mail> =>
    until(`${team} hears of ${name}`, within, async () => mailsOf(team, name, server)[0]);

  beforeAll(async () => {
    [mail, hooks] = await Promise.all([MailServer.start(), HookServer.start()]);
    const { watcher: _, ...alone } = await inventoryFor(mail, hooks);
    const [placement] = alertmanagersOf(alone);
    alertmanager = new AlertmanagerProcess(alone, placement as AlertmanagerPlacement, secrets(hooks));
    await alertmanager.start();
    start = Date.now();
    await alertmanager.post([
      alert("Watchdog", "dead", "info", "monitoring"),
      alert("ServerUnreachable", "dead", "emergency", "infrastructure"),
      alert("ServerDown", "dead", "critical", "infrastructure"),
      alert("HighMemoryUsage", "dead", "warning", "resource"),
      alert("BruteForceAttack", "dead", "critical", "security"),
      alert("CriticalCPUUsage", "busy", "critical", "performance"),
      alert("HighCPUUsage", "busy", "warning", "performance"),
      alert("HighCPUUsage", "other", "warning", "performance"),
      alert("CriticalDiskUsage", "full", "critical", "storage", { device: "/dev/sdb", mountpoint: "/data" }),
      alert("HighDiskUsage", "full", "warning", "storage", { device: "/dev/sdb", mountpoint: "/data" }),
      alert("HighDiskUsage", "full", "warning", "storage", { device: "/dev/sda", mountpoint: "/" }),
      alert("HighInodeUsage", "full", "warning", "storage", { device: "/dev/sda", mountpoint: "/" }),
      alert("HighInodeUsage", "full", "warning", "storage", { device: "/dev/sdb", mountpoint: "/data" }),
      alert("HighInodeUsage", "other", "warning", "storage", { device: "/dev/sda", mountpoint: "/" }),
      alert("BruteForceAttack", "attacked", "critical", "security"),
      alert("PostgresDeadlocks", "db", "warning", "database"),
      alert("CeleryQueueBacklog", "ml", "warning", "mlops"),
      alert("Noted", "other", "info", "system"),
      alert("Mixed", "other", "warning", "system"),
      {
        ...alert("Hostile", "other", "critical", "system", { path: '"><b>x</b> {{ 1 }}, \n\\' }),
        annotations: {
          ...annotations("Hostile"),
          summary: "<script>alert(1)</script> <!channel> & Co.",
          description: 'Line one\r\nBcc: everybody@example.org\r\n\r\n{{ template "x" }}',
        },
      },
    ]);
  });

  afterAll(async () => {
    await alertmanager?.remove();
    await Promise.all([mail?.stop(), hooks?.stop()]);
  });

  it("tells of an emergency at once, by mail, Slack and Appwrite", async () => {
    const { at } = await firstMail("critical-team", "ServerUnreachable", "dead", 10);
    expect(seconds(at)).toBeLessThan(3);
    const [call] = storedOf("critical-team", "ServerUnreachable", "dead");
    expect(call?.path).toBe("/v1/functions/alert-processor/executions");
    expect(call?.headers).toMatchObject({ "x-appwrite-project": "the-project", "x-appwrite-key": "the-key" });
    expect(call?.body.async).toBe(true);
    expect(call && deliveryOf(call).status).toBe("firing");
    const messages = hooks.calls.filter(({ path }) => path === "/slack").map(({ body }) => JSON.stringify(body));
    expect(messages.some((text) => text.includes("[EMERGENCY] ServerUnreachable on dead"))).toBe(true);
  });

  it("sends the heartbeat at once, and to Appwrite only", () => {
    expect(storedOf("heartbeat", "Watchdog", "dead")).toHaveLength(1);
    expect(mail.mails.filter(({ subject }) => subject.includes("Watchdog"))).toEqual([]);
  });

  it("tells of a critical alert after 10 s", async () => {
    const { at } = await firstMail("critical-team", "CriticalCPUUsage", "busy", 20);
    expect(seconds(at)).toBeGreaterThan(9);
    expect(seconds(at)).toBeLessThan(14);
  });

  it("puts into a mail what, where, since when, impact, and three links", async () => {
    const { subject, text, html } = await firstMail("critical-team", "CriticalDiskUsage", "full", 20);
    expect(subject).toBe("[CRITICAL] CriticalDiskUsage on full");
    const filter =
      '{alertname="CriticalDiskUsage",category="storage",device="/dev/sdb",environment="trial",instance="full",mountpoint="/data",server="full",severity="critical"}';
    const silence = `${alertmanager.url}/#/silences/new?filter=${encodeURIComponent(filter)}`;
    for (const wanted of [
      "Summary of CriticalDiskUsage",
      "Description of CriticalDiskUsage",
      "Impact of CriticalDiskUsage",
      "full (trial), device /dev/sdb, mountpoint /data",
      "https://docs.example.org/runbooks/CriticalDiskUsage",
      "http://127.0.0.2:3000/d/devops-dashboard?var-server=full",
    ]) {
      expect(text).toContain(wanted);
      expect(html).toContain(wanted);
    }
    expect(text).toContain(silence);
    const link = /href="([^"]*silences[^"]*)"/.exec(html)?.[1] ?? "";
    expect(decodeURIComponent(link)).toBe(decodeURIComponent(silence));
    const since = new Date(start).toISOString().slice(0, 13).replace("T", " ");
    expect(text).toContain(`Since:     ${since}`);
    expect(html).toContain(since);
    expect(html).toContain('name="viewport"');
  });

  it("lets an alert's own text do nothing: neither in HTML, nor in Slack, nor in a mail's head", async () => {
    const { html, text, to } = await firstMail("critical-team", "Hostile", "other", 20);
    expect(html).not.toContain("<script>");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toContain("<b>x</b>");
    expect(text).toContain("<script>alert(1)</script> <!channel> & Co.");
    expect(to).toEqual([addressOf("critical-team")]);
    const slack = await until("Slack hears of it", 5, async () =>
      hooks.calls.find(({ path, body }) => path === "/slack" && JSON.stringify(body).includes("Hostile")),
    );
    const shown = slack.body.attachments[0].text;
    expect(shown).toContain("&lt;!channel&gt; &amp; Co.");
    expect(shown).not.toContain("<!channel>");
    const [stored] = storedOf("critical-team", "Hostile", "other");
    expect(stored && deliveryOf(stored).alerts[0]?.labels.path).toBe('"><b>x</b> {{ 1 }}, \n\\');
  });

  it("tells the team of a category as well, after its own wait", async () => {
    const { at } = await firstMail("security-team", "BruteForceAttack", "attacked", 30);
    expect(seconds(at)).toBeGreaterThan(19);
    expect(seconds(at)).toBeLessThan(24);
    const [urgent] = mailsOf("critical-team", "BruteForceAttack", "attacked");
    expect(urgent && seconds(urgent.at)).toBeLessThan(14);
  });

  it("does not let an emergency wait in the group of a warning", async () => {
    await alertmanager.post([alert("Mixed", "other", "emergency", "system")]);
    const posted = Date.now();
    const { at } = await firstMail("critical-team", "Mixed", "other", 10);
    expect(at - posted).toBeLessThan(3000);
  });

  it("keeps what is only for the record in Appwrite", async () => {
    const [call] = await until("the store has it", 40, async () => {
      const calls = storedOf("alert-store", "Noted", "other");
      return calls.length > 0 ? calls : undefined;
    });
    expect(call && seconds(call.at)).toBeGreaterThan(29);
    expect(mail.mails.filter(({ subject }) => subject.includes("Noted"))).toEqual([]);
  });

  it("tells that it is over", async () => {
    const over = alert("ServerUnreachable", "dead", "emergency", "infrastructure");
    await alertmanager.post([{ ...over, endsAt: new Date().toISOString() }]);
    const mailOfEnd = await until("the end is told", 45, async () =>
      mail.mails.find(({ subject }) => subject === "[RESOLVED] ServerUnreachable on dead"),
    );
    expect(mailOfEnd.text).toContain("RESOLVED: Summary of ServerUnreachable");
    expect(mailOfEnd.text).toMatch(/Until: {5}\d{4}-/);
    expect(mailOfEnd.text).not.toContain("Silence:");
  });

  it("tells the database and the mlops team after a minute", async () => {
    for (const [team, name, server] of [
      ["dba-team", "PostgresDeadlocks", "db"],
      ["mlops-team", "CeleryQueueBacklog", "ml"],
    ] as const) {
      const { at } = await firstMail(team, name, server, 60);
      expect(seconds(at)).toBeGreaterThan(59);
      expect(seconds(at)).toBeLessThan(64);
    }
  });

  it("tells of a warning after five minutes, alerts of one name and server together", async () => {
    const { at, subject, text } = await firstMail("warning-team", "HighInodeUsage", "full", 320);
    expect(seconds(at)).toBeGreaterThan(299);
    expect(seconds(at)).toBeLessThan(305);
    expect(subject).toBe("[WARNING] HighInodeUsage on full (2)");
    expect(text).toContain("mountpoint /data");
    expect(text).toMatch(/mountpoint \/$/m);
    const other = await firstMail("warning-team", "HighInodeUsage", "other", 5);
    expect(other.subject).toBe("[WARNING] HighInodeUsage on other");
    expect(storedOf("warning-team", "HighInodeUsage", "full")).toHaveLength(1);
  }, 400_000);

  it("has held back what something worse says, and only that", async () => {
    const disk = await firstMail("warning-team", "HighDiskUsage", "full", 5);
    expect(disk.text).toMatch(/mountpoint \/$/m);
    expect(disk.text).not.toContain("/data");
    await firstMail("warning-team", "HighCPUUsage", "other", 5);
    expect(mail.mails.filter(({ subject }) => subject.includes("HighCPUUsage on busy"))).toEqual([]);
    // ServerUnreachable is over by now; ServerDown is not, and holds back the rest of its server.
    const ofDead = mail.mails.map(({ subject }) => subject).filter((subject) => subject.includes("on dead"));
    expect(new Set(ofDead)).toEqual(
      new Set([
        "[EMERGENCY] ServerUnreachable on dead",
        "[RESOLVED] ServerUnreachable on dead",
        "[CRITICAL] ServerDown on dead",
      ]),
    );
  });

  it("repeats the heartbeat every five minutes", async () => {
    const calls = await until("the second heartbeat", 40, async () => {
      const all = storedOf("heartbeat", "Watchdog", "dead");
      return all.length > 1 ? all : undefined;
    });
    expect(seconds(calls[1]?.at ?? 0)).toBeGreaterThan(299);
    expect(seconds(calls[1]?.at ?? 0)).toBeLessThan(325);
  });
});

describe("two Alertmanagers, as on two servers", () => {
  let mail: MailServer;
  let hooks: HookServer;
  let pair: [AlertmanagerProcess, AlertmanagerProcess];

  beforeAll(async () => {
    [mail, hooks] = await Promise.all([MailServer.start(), HookServer.start()]);
    const inventory = await inventoryFor(mail, hooks);
    const [first, second] = alertmanagersOf(inventory).map(
      (placement) => new AlertmanagerProcess(inventory, placement, secrets(hooks)),
    );
    if (!first || !second) throw new Error("the inventory has two Alertmanagers");
    pair = [first, second];
    await Promise.all(pair.map((one) => one.start()));
    await clustered();
  });

  afterAll(async () => {
    await Promise.all((pair ?? []).map((one) => one.remove()));
    await Promise.all([mail?.stop(), hooks?.stop()]);
  });

  /** Both see both, and have settled. */
  async function clustered(): Promise<void> {
    for (const one of pair) {
      await until("the cluster is ready", 90, async () => {
        const { cluster } = await one.get("status");
        return cluster.status === "ready" && cluster.peers.length === 2 ? true : undefined;
      });
    }
  }

  /** How many messages there are of an alert, once time enough for a second one has passed. */
  async function messagesOf(name: string, to: AlertmanagerProcess[]): Promise<number> {
    await Promise.all(to.map((one) => one.post([alert(name, "server-80", "emergency", "system")])));
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    const mails = mail.mails.filter(({ subject }) => subject.includes(name)).length;
    const stored = hooks.calls.filter(
      (call) => call.path.startsWith("/v1/") && JSON.stringify(call.body).includes(name),
    );
    expect(stored.length, "told by Appwrite as often as by mail").toBe(mails);
    return mails;
  }

  it("tell people once while both live", async () => {
    expect(await messagesOf("WhileBothLive", pair)).toBe(1);
  });

  it("tell people once when the first is dead", async () => {
    await pair[0].kill();
    expect(await messagesOf("FirstIsDead", [pair[1]])).toBe(1);
  });

  it("tell people once when the second is dead, and the first is back", async () => {
    await pair[0].start();
    await clustered();
    await pair[1].kill();
    expect(await messagesOf("SecondIsDead", [pair[0]])).toBe(1);
  });
});
