// What the tests of these checks have in common: small real servers on loopback addresses.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { defineInventory, type Inventory } from "../../stacks/inventory";
import type { VerifiedStack } from "./check";

/** What to say to who asks for a path; nothing: 404. */
type Answer = (path: string, body: string) => { status?: number; body: unknown } | undefined;

/** Answers HTTP as it is told, and remembers what it was asked. */
export class AnsweringServer {
  readonly asked: { path: string; body: string }[] = [];
  private readonly server: http.Server;

  private constructor(answer: Answer) {
    this.server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const [asked, body] = [request.url ?? "", Buffer.concat(chunks).toString("utf8")];
        this.asked.push({ path: asked, body });
        const { status = 200, body: said } = answer(asked, body) ?? { status: 404, body: "no such thing" };
        response.writeHead(status).end(typeof said === "string" ? said : JSON.stringify(said));
      });
    });
  }

  static async start(answer: Answer, address = "127.0.0.1"): Promise<AnsweringServer> {
    const one = new AnsweringServer(answer);
    await new Promise<void>((resolve) => one.server.listen(0, address, resolve));
    return one;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const sshdProgram = "/usr/sbin/sshd";

/** A real sshd, which lets the user of the test in, and from which others are reached unless it is told not to. */
export class SshServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static isHere(): boolean {
    return existsSync(sshdProgram);
  }

  static async start({ forwarding }: { forwarding: "yes" | "no" }): Promise<SshServer> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "sshd-"));
    const at = (name: string) => path.join(folder, name);
    for (const name of ["host", "user"]) spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
    // Where sshd wants to lock its helpers up, when it runs as root.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
    const port = await closedPort();
    const settings = {
      ListenAddress: `127.0.0.1:${port}`,
      HostKey: at("host"),
      AuthorizedKeysFile: at("user.pub"),
      AllowTcpForwarding: forwarding,
      PidFile: "none",
      StrictModes: "no",
      UsePAM: "no",
    };
    writeFileSync(
      at("config"),
      Object.entries(settings)
        .map((line) => line.join(" "))
        .join("\n"),
    );
    const hostKey = readFileSync(at("host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
    writeFileSync(at("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
    const child = spawn(sshdProgram, ["-D", "-e", "-f", at("config")], { stdio: "ignore" });
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await accepts(port)) return new SshServer(child, folder, port);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill();
    throw new Error("sshd does not start");
  }

  get keyFile(): string {
    return path.join(this.folder, "user");
  }

  get knownHosts(): string {
    return path.join(this.folder, "known_hosts");
  }

  stop(): void {
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Two servers, the second of which runs Loki and Grafana; `ssh` is how the first one is reached. */
export function twoServers(
  ports: Partial<Record<"prometheus" | "alertmanager" | "loki" | "grafana" | "exporter" | "promtail", number>> = {},
  ssh?: SshServer,
): Inventory {
  const {
    prometheus = 9090,
    alertmanager = 9093,
    loki = 3100,
    grafana = 3002,
    exporter = 9100,
    promtail = 9080,
  } = ports;
  return defineInventory({
    stack: "trial",
    environment: "trial",
    ...(ssh ? { knownHosts: ssh.knownHosts } : {}),
    servers: {
      "server-1": {
        title: "One",
        address: "127.0.0.1",
        ...(ssh ? { ssh: { user: os.userInfo().username, port: ssh.port } } : {}),
        exporters: { "node-exporter": { port: 9100 } },
      },
      "server-2": {
        title: "Other",
        address: "127.0.0.2",
        exporters: { "node-exporter": { port: exporter } },
        promtail: { port: promtail },
      },
    },
    services: {
      prometheus: { server: "server-1", port: prometheus },
      alertmanager: { server: "server-1", port: alertmanager },
      loki: { server: "server-2", port: loki },
      grafana: { server: "server-2", port: grafana },
    },
  });
}

/** A stack to be asked, of an inventory, with whatever else a test gives it. */
export function stackOf(inventory: Inventory, more: Partial<VerifiedStack> = {}): VerifiedStack {
  return {
    inventory,
    identity: {},
    outputs: { urls: {}, passwords: { prometheus: "p", alertmanager: "a", grafana: "g" } },
    secrets: {},
    hosts: new Map(),
    looks: new Map(),
    isQuick: true,
    ...more,
  };
}

/** A Prometheus' answer to queries: what an expression begins with or contains → its series. */
export function answerTo(
  path: string,
  series: Record<string, { labels?: Record<string, string>; value: number }[]>,
): { body: unknown } | undefined {
  const expr = path.startsWith("/api/v1/query?") ? decodeURIComponent(path.split("query=")[1] ?? "") : undefined;
  if (expr === undefined) return undefined;
  const found = Object.entries(series).find(([part]) => expr.includes(part))?.[1] ?? [];
  return {
    body: { data: { result: found.map(({ labels = {}, value }) => ({ metric: labels, value: [0, String(value)] })) } },
  };
}
