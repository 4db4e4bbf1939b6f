import os from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { openHost } from "../../components/server/host";
import { connectionTo } from "../../components/server/monitored-server";
import type { Inventory } from "../../stacks/inventory";
import { checkReach } from "./reach";
import { AnsweringServer, closedPort, SshServer, stackOf, twoServers } from "./testing";

const there = "127.0.0.2";

describe.skipIf(!SshServer.isHere())("from one server towards another, by a real sshd", () => {
  const opened: { stop(): void }[] = [];
  const keep = <T extends { stop(): void }>(one: T): T => {
    opened.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of opened.splice(0)) one.stop();
  });

  /** What is found from the first server, whose services on the other are at these ports. */
  async function found(sshd: SshServer, ports: Parameters<typeof twoServers>[0]) {
    const inventory = twoServers(ports, sshd);
    const [from] = inventory.servers;
    if (!from) throw new Error("no server");
    const host = openHost(connectionTo(from, inventory), { keyFile: sshd.keyFile });
    const hosts = new Map([[from.name, host]]);
    try {
      return await checkReach(stackOf(inventory, { hosts }), () => {});
    } finally {
      host.close();
    }
  }
  const listening = async () => keep(await AnsweringServer.start(() => undefined, there)).port;
  const allPorts = async () => ({
    exporter: await listening(),
    promtail: await listening(),
    loki: await listening(),
    grafana: await listening(),
  });

  it("is good when everything answers, whatever it says", async () => {
    const sshd = keep(await SshServer.start({ forwarding: "yes" }));
    expect(await found(sshd, await allPorts())).toEqual([
      {
        server: "server-1",
        what: "to server-2",
        state: "good",
        says: "127.0.0.2: all of node-exporter, promtail, loki, grafana answer",
      },
    ]);
  });

  it("names what does not answer, and who wants it", async () => {
    const sshd = keep(await SshServer.start({ forwarding: "yes" }));
    const loki = await closedPort();
    const [finding] = await found(sshd, { ...(await allPorts()), loki });
    expect(finding?.state).toBe("wrong");
    expect(finding?.says).toMatch(
      `cannot reach loki on 127.0.0.2:${loki}, wanted by prometheus and promtail (connection refused).`,
    );
    expect(finding?.says).toMatch("does a firewall let 127.0.0.1 in (iptables -L -n, on server-2)?");
  });

  it("says so when sshd lets nobody ask from there", async () => {
    const sshd = keep(await SshServer.start({ forwarding: "no" }));
    const [finding] = await found(sshd, await allPorts());
    expect(finding?.state).toBe("unknown");
    expect(finding?.says).toMatch(
      `AllowTcpForwarding has to be yes for ${os.userInfo().username} in its sshd_config; deployments need it as well.`,
    );
  });
});

it("a server that SSH does not reach has no line of its own here: that of SSH says so", async () => {
  const inventory: Inventory = twoServers();
  const hosts = new Map([["server-1", openHost({ server: "server-1", address: "127.0.0.1" })]]);
  const looks = new Map([["server-1", Promise.resolve({ sshError: "away" })]]);
  expect(await checkReach(stackOf(inventory, { hosts, looks }), () => {})).toEqual([]);
});
