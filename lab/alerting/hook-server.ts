import http from "node:http";
import type { AddressInfo } from "node:net";

/** A call as the server took it in. */
export interface Call {
  path: string;
  headers: http.IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the caller sent
  body: any;
  /** When it arrived, as milliseconds since 1970. */
  at: number;
}

/** Takes JSON at any path, as Slack's webhook and Appwrite's executions do, and keeps it. */
export class HookServer {
  readonly calls: Call[] = [];
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  private constructor(private readonly onCall: (call: Call) => void) {}

  /** @param onCall told of every call */
  static async start(address = "127.0.0.1", onCall: (call: Call) => void = () => {}): Promise<HookServer> {
    const hook = new HookServer(onCall);
    await new Promise<void>((resolve) => hook.server.listen(0, address, resolve));
    return hook;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const call = { path: request.url ?? "", headers: request.headers, body, at: Date.now() };
      this.calls.push(call);
      this.onCall(call);
      // Slack says "ok", Appwrite 202 and the execution; both are content with this.
      response.writeHead(200, { "content-type": "text/plain" }).end("ok");
    });
  }
}
