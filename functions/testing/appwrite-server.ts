import http from "node:http";
import type { AddressInfo } from "node:net";
import type { AlertRow } from "../shared/alert-row";
import type { Push } from "../shared/appwrite-calls";
import { ServiceError } from "../shared/service-error";
import type { FakeAppwrite } from "./fake-appwrite";

export interface AppwriteRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
}

/** The five routes of Appwrite's API that the functions use, over HTTP, on a {@link FakeAppwrite}. */
export class AppwriteServer {
  readonly requests: AppwriteRequest[] = [];
  /** Answers nothing at all while it is set. */
  isSilent = false;
  private readonly server = http.createServer((request, response) => this.take(request, response));

  private constructor(private readonly appwrite: FakeAppwrite) {}

  static async start(appwrite: FakeAppwrite): Promise<AppwriteServer> {
    const self = new AppwriteServer(appwrite);
    await new Promise<void>((resolve) => self.server.listen(0, "127.0.0.1", resolve));
    return self;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private take(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const url = new URL(request.url ?? "", "http://appwrite.invalid");
      this.requests.push({ method: request.method ?? "", path: url.pathname, headers: request.headers });
      if (this.isSilent) return;
      try {
        const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
        const [status, answer] = await this.answer(`${request.method} ${url.pathname}`, url.searchParams, body);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      } catch (error) {
        const { status, type, message } = error as ServiceError;
        const code = status || 500;
        const headers = { "content-type": "application/json" };
        response.writeHead(code, headers).end(JSON.stringify({ message, code, type, version: "1.8.1" }));
      }
    });
  }

  private async answer(
    route: string,
    query: URLSearchParams,
    body: { rowId: string; data: AlertRow; queries: string[] } & Push,
  ): Promise<[number, unknown]> {
    const calls = this.appwrite.calls();
    const rows = "/v1/tablesdb/monitoring/tables/alerts/rows";
    if (route === `GET ${rows}`) {
      const queries = [...query].filter(([name]) => name.startsWith("queries[")).map(([, value]) => value);
      return [200, await calls.listRows({ queries })];
    }
    if (route === `POST ${rows}`) return [201, await calls.createRow(body)];
    if (route === `PATCH ${rows}`) return [200, await calls.updateRows(body)];
    if (route === "POST /v1/messaging/messages/push") return [201, await calls.createPush(body)];
    const [, messageId] = /^GET \/v1\/messaging\/messages\/([^/]+)$/.exec(route) ?? [];
    if (messageId) return [200, await calls.getMessage({ messageId })];
    throw new ServiceError("Appwrite", 404, "general_route_not_found", "The requested route was not found.");
  }
}
