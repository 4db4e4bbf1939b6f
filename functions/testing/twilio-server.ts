import http from "node:http";
import type { AddressInfo } from "node:net";

export interface TwilioRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  authorization: string | undefined;
  form: Record<string, string>;
}

/** Twilio's resource for messages over HTTP: create and list. */
export class TwilioServer {
  readonly requests: TwilioRequest[] = [];
  readonly sent: { to: string; body: string }[] = [];
  /** What every request is answered with while it is set. */
  refusal: { status: number; body: string } | undefined;
  private readonly server = http.createServer((request, response) => this.take(request, response));

  static async start(): Promise<TwilioServer> {
    const self = new TwilioServer();
    await new Promise<void>((resolve) => self.server.listen(0, "127.0.0.1", resolve));
    return self;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private take(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url ?? "", this.baseUrl);
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const { method = "", headers } = request;
      const query = Object.fromEntries(searchParams);
      this.requests.push({ method, path: pathname, query, authorization: headers.authorization, form });
      const { status, body } = this.refusal ?? this.answer(method, query, form);
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  }

  private answer(method: string, query: Record<string, string>, form: Record<string, string>) {
    if (method === "POST") {
      const message = { sid: "SM1", to: form.To ?? "", body: form.Body ?? "", status: "queued" };
      this.sent.push(message);
      return { status: 201, body: JSON.stringify(message) };
    }
    const messages = this.sent.filter(({ to }) => to === query.To);
    return { status: 200, body: JSON.stringify({ messages, next_page_uri: null, page: 0 }) };
  }
}
