import http from "node:http";
import type { Duplex } from "node:stream";
import type { HttpAnswer, HttpRequest } from "./host";
import { HostError } from "./host-error";

const timeoutSeconds = 30;

/** One HTTP request, over a connection that is already open (an SSH tunnel) or, without one, over a new one. */
export function requestOver(tunnel: Duplex | undefined, request: HttpRequest, label: string): Promise<HttpAnswer> {
  const { method, address, port, path, user, password } = request;
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new HostError(`${label}: ${method} http://${address}:${port}${path}: ${why}`));
    const outgoing = http.request(
      {
        method,
        host: address,
        port,
        path,
        timeout: timeoutSeconds * 1000,
        headers: { connection: "close" },
        ...(user === undefined ? {} : { auth: `${user}:${password ?? ""}` }),
        ...(tunnel ? { createConnection: () => tunnel } : {}),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", (error) => fail(error.message));
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${timeoutSeconds} s`)));
    outgoing.on("error", (error) => fail(error.message));
    outgoing.end();
  });
}
