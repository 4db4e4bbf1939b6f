import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { log } from "../log";
import type { Page } from "../page";
import type { BasicAuth } from "./basic-auth";
import type { ListenAddress } from "./listen-address";

/** Connections at a time on each address: Prometheus has one or two. */
const mostConnections = 50;
const timeoutMilliseconds = 10_000;

/** Serves `/metrics` to who has the password, and `/healthz` to everybody. */
export class MetricsServer {
  private readonly servers: Server[] = [];

  /** @param isAlive whether scans still go on by their schedule */
  constructor(
    private readonly page: Page,
    private readonly auth: BasicAuth,
    private readonly isAlive: () => boolean,
  ) {}

  /** @returns where it listens, with the ports that port 0 has become. @throws {Error} when it cannot, and where */
  async listen(addresses: ListenAddress[]): Promise<ListenAddress[]> {
    this.auth.check();
    return Promise.all(addresses.map((address) => this.listenOn(address)));
  }

  async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of this.servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  private listenOn({ host, port }: ListenAddress): Promise<ListenAddress> {
    const server = createServer(
      { headersTimeout: timeoutMilliseconds, requestTimeout: timeoutMilliseconds, connectionsCheckingInterval: 2000 },
      (request, response) => {
        this.answer(request, response).catch((error: Error) => {
          log("error", "request_failed", { reason: error.message });
          send(response, 500, "Something is wrong here; the log says what.\n");
        });
      },
    );
    server.maxConnections = mostConnections;
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once("error", (error) => reject(new Error(`it cannot listen on ${host}:${port}: ${error.message}`)));
      server.listen({ host, port }, () => resolve({ host, port: (server.address() as AddressInfo).port }));
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    if (path !== "/metrics" && path !== "/healthz") return send(response, 404, "There is /metrics, and /healthz.\n");
    if (request.method !== "GET" && request.method !== "HEAD") {
      return send(response, 405, "Only GET.\n", { allow: "GET, HEAD" });
    }
    if (path === "/healthz") {
      return this.isAlive() ? send(response, 200, "ok\n") : send(response, 503, "Scans have stopped.\n");
    }
    const verdict = await this.auth.verdictOn(request.headers.authorization);
    if (verdict === "busy") return send(response, 503, "Too many passwords at a time.\n", { "retry-after": "10" });
    if (verdict === "refused") {
      return send(response, 401, "Unauthorized\n", { "www-authenticate": 'Basic realm="security-metrics"' });
    }
    send(response, 200, await this.page.text(), { "content-type": this.page.contentType });
  }
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (response.headersSent) return;
  const length = Buffer.byteLength(body);
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "content-length": length, ...headers });
  // Node leaves the body of an answer to HEAD out by itself.
  response.end(body);
}
