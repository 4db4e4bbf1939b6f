import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { placeholderCredentials } from "../components/credentials/credentials";
import { renderInventory } from "../components/monitoring/rendered-files";
import { loadInventory } from "../stacks";
import { alertmanagersOf, type Inventory, type Placement, prometheusesOf, publishedPorts } from "../stacks/inventory";
import { type Connection, connectionsOf, type Flow } from "./docs-connections";

interface ScrapeConfig {
  basic_auth?: { username: string };
  static_configs: { targets: string[]; labels: Record<string, string> }[];
}

/** What the documents say, against the files that the servers get. */
describe("the connections of prod", async () => {
  const inventory = await loadInventory("prod");
  const connections = connectionsOf(inventory);
  const rendered = renderInventory(inventory, placeholderCredentials);
  const file = ({ server, folder }: Placement, name: string) =>
    parse(rendered[`${server.name}/${folder}/${name}`] ?? "");
  const of = (flow: Flow, from?: Placement) =>
    connections.filter((one) => one.flow === flow && (!from || one.from.service === from.container));

  it.each(prometheusesOf(inventory).map((one) => [one.container, one] as const))(
    "%s scrapes what it says",
    (_, one) => {
      const scraped: ScrapeConfig[] = file(one, "prometheus.yml").scrape_configs;
      const wanted = scraped.flatMap(({ static_configs, basic_auth }) =>
        static_configs.flatMap(({ targets }) =>
          targets.map((target) => `${target} ${basic_auth ? "password" : "nothing"}`),
        ),
      );
      expect(addresses(of("scrapes", one), inventory)).toEqual(sorted(wanted));
    },
  );

  it.each(prometheusesOf(inventory).map((one) => [one.container, one] as const))("%s hands its alerts on", (_, one) => {
    const [{ static_configs, basic_auth }] = file(one, "prometheus.yml").alerting.alertmanagers;
    const wanted = static_configs[0].targets.map(
      (target: string) => `${target} ${basic_auth ? "password" : "nothing"}`,
    );
    expect(addresses(of("alerts", one), inventory)).toEqual(sorted(wanted));
  });

  it("logs go where Promtail sends them", () => {
    const [logs] = addresses(of("ships logs"), inventory);
    for (const { name } of inventory.servers) {
      const { clients } = parse(rendered[`${name}/promtail/promtail.yml`] ?? "");
      expect(`${new URL(clients[0].url).host} nothing`).toBe(logs);
    }
    expect(of("ships logs").map(({ from }) => from.place)).toEqual(inventory.servers.map(({ name }) => name));
  });

  it.each(alertmanagersOf(inventory).map((one) => [one.container, one] as const))("%s tells by its ways", (_, one) => {
    const { receivers, global } = file(one, "alertmanager.yml");
    const used = (kind: string) => receivers.some((receiver: object) => kind in receiver);
    const { appwrite } = inventory.channels;
    expect(of("tells", one).map(({ to, port }) => `${to.service} ${port}`)).toEqual([
      ...(used("email_configs") ? [`mail, ${global.smtp_smarthost.replace(":", " ")}`] : []),
      ...(used("slack_configs") ? ["Slack 443"] : []),
      ...(used("webhook_configs") ? [`appwrite ${new URL(appwrite?.endpoint ?? "").port || 443}`] : []),
    ]);
  });

  it("leave out no port that is published, and lead to no other on a server but that of what others run", () => {
    for (const server of inventory.servers) {
      const reached = connections.filter(({ to }) => to.place === server.name);
      const ports = publishedPorts(inventory, server).map(({ service, port }) => `${service} ${port}`);
      const seen = new Set(reached.map(({ to, port }) => `${to.service} ${port}`));
      expect(
        ports.filter((port) => !seen.has(port)),
        server.name,
      ).toEqual([]);
      const others = [...seen].filter((port) => !ports.includes(port));
      const known = Object.entries(server.scraped).map(([name, { port }]) => `${name} ${port}`);
      const asked = of("exports").map(({ to, port }) => `${to.service} ${port}`);
      const ssh = server.ssh ? [`sshd ${server.ssh.port}`] : [];
      expect(
        others.filter((port) => ![...known, ...asked, ...ssh].includes(port)),
        server.name,
      ).toEqual([]);
    }
  });
});

/** As `10.0.0.84:9090 password`, sorted. */
function addresses(connections: Connection[], { servers }: Inventory): string[] {
  const addressOf = (name: string) => servers.find((server) => server.name === name)?.address;
  return sorted(
    connections.map(({ to, port, proof }) => `${addressOf(to.place)}:${port} ${proof ? "password" : "nothing"}`),
  );
}

/** Each once: a blackbox exporter is a target of its own probes as well. */
function sorted(words: string[]): string[] {
  return [...new Set(words)].sort();
}
