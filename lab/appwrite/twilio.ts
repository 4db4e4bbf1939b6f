import { randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** An SMS that was taken. */
export interface TextMessage {
  sid: string;
  to: string;
  from: string;
  body: string;
  /** When it arrived, as milliseconds since 1970. */
  at: number;
}

/** How the stand-in is started. */
export interface TwilioOptions {
  /** @default "127.0.0.1" */
  address?: string;
  /** @default any that is free */
  port?: number;
  accountSid: string;
  authToken: string;
  /** Told of every SMS. */
  onMessage?: (message: TextMessage) => void;
}

/** Characters that Twilio takes in one message. */
const longest = 1600;

/**
 * A stand-in for Twilio's REST API: takes SMS at `/2010-04-01/Accounts/{sid}/Messages.json` with Twilio's statuses and
 * error codes, keeps them and sends them nowhere.
 */
export class TwilioStandIn {
  /** The SMS that were taken, the oldest first. */
  readonly messages: TextMessage[] = [];
  /** While it is away every connection is dropped. */
  away = false;
  private failing = 0;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  private constructor(private readonly options: TwilioOptions) {
    this.server.on("connection", (socket) => {
      if (this.away) socket.destroy();
    });
  }

  static async start(options: TwilioOptions): Promise<TwilioStandIn> {
    const twilio = new TwilioStandIn(options);
    const { address = "127.0.0.1", port = 0 } = options;
    await new Promise<void>((resolve, reject) => {
      twilio.server.once("error", reject);
      twilio.server.listen(port, address, resolve);
    });
    return twilio;
  }

  /** As `http://127.0.0.1:8081`, in place of `https://api.twilio.com`. */
  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** The next requests are answered with Twilio's "too many requests" (429). */
  failNext(count = 1): void {
    this.failing += count;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const form = new URLSearchParams((await buffer(request)).toString("utf8"));
    if (this.away) return void request.socket.destroy();
    const { status, body } = this.take(request, form);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  private take(
    { method, url, headers }: http.IncomingMessage,
    form: URLSearchParams,
  ): { status: number; body: object } {
    const { accountSid, authToken, onMessage } = this.options;
    const basic = Buffer.from(`${accountSid}:${authToken}`).toString("base64");
    if (headers.authorization !== `Basic ${basic}`) return refusal(401, 20003, "Authenticate");
    if (method !== "POST" || url !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) {
      return refusal(404, 20404, `The requested resource ${url} was not found`);
    }
    if (this.failing > 0) {
      this.failing--;
      return refusal(429, 20429, "Too Many Requests");
    }
    const [to, from, body] = ["To", "From", "Body"].map((name) => form.get(name) ?? "") as [string, string, string];
    if (to === "") return refusal(400, 21604, "A 'To' phone number is required.");
    if (from === "") return refusal(400, 21603, "A 'From' phone number is required.");
    if (body === "") return refusal(400, 21602, "Message body is required.");
    if (!/^\+[1-9]\d{1,14}$/.test(to)) return refusal(400, 21211, `Invalid 'To' Phone Number: ${to}`);
    if (!/^\+[1-9]\d{1,14}$/.test(from)) return refusal(400, 21212, `Invalid 'From' Phone Number: ${from}`);
    if ([...body].length > longest) {
      return refusal(400, 21617, `The concatenated message body exceeds the ${longest} character limit`);
    }
    const message = { sid: `SM${randomBytes(16).toString("hex")}`, to, from, body, at: Date.now() };
    this.messages.push(message);
    onMessage?.(message);
    return { status: 201, body: accepted(message, accountSid) };
  }
}

function refusal(status: number, code: number, message: string): { status: number; body: object } {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

function accepted({ sid, to, from, body, at }: TextMessage, accountSid: string): object {
  const time = new Date(at).toUTCString();
  return {
    sid,
    account_sid: accountSid,
    to,
    from,
    body,
    status: "queued",
    direction: "outbound-api",
    date_created: time,
    date_updated: time,
    date_sent: null,
    error_code: null,
    error_message: null,
    num_media: "0",
    num_segments: "1",
    price: null,
    price_unit: "USD",
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
  };
}
