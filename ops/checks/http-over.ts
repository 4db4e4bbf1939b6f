import http from "node:http";
import type { Duplex } from "node:stream";
import { type Destination, secured } from "./way-out";

export interface HttpCall {
  method: "GET" | "POST";
  url: URL;
  headers?: Record<string, string>;
  body?: string;
}

/** Where an HTTP URL leads. */
export function destinationOf({ hostname, port, protocol }: URL): Destination {
  return { host: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/**
 * One HTTP request over a connection that is open already, with TLS where the URL says so.
 * @throws {Error} when the connection is lost, or the certificate not good; the URL is not in the message
 */
export async function callOver(connection: Duplex, call: HttpCall): Promise<{ status: number; body: string }> {
  const { method, url, headers = {}, body } = call;
  const { host } = destinationOf(url);
  try {
    const stream = url.protocol === "https:" ? await secured(connection, host) : connection;
    return await new Promise((resolve, reject) => {
      connection.once("error", reject);
      const request = http.request(
        {
          method,
          path: `${url.pathname}${url.search}`,
          headers: { host: url.host, connection: "close", ...headers },
          createConnection: () => stream,
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  } finally {
    connection.destroy();
  }
}
