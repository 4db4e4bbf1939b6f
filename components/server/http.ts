import http from "node:http";
import type { Duplex } from "node:stream";
import type { HttpAnswer, HttpRequest } from "./host";
import { HostError, LateAnswerError } from "./host-error";

const timeoutSeconds = 30;

/**
 * One HTTP request, over a connection that is already open (an SSH tunnel) or, without one, over a new one.
 * @throws {LateAnswerError} when the whole answer is not there within `seconds`
 */
export function requestOver(
  tunnel: Duplex | undefined,
  request: HttpRequest,
  label: string,
  seconds = timeoutSeconds,
): Promise<HttpAnswer> {
  const { method, address, port, path, user, password } = request;
  return new Promise((resolve, reject) => {
    const described = (why: string) => `${label}: ${method} http://${address}:${port}${path}: ${why}`;
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new HostError(described(why)));
    };
    const outgoing = http.request(
      {
        method,
        host: address,
        port,
        path,
        headers: { connection: "close" },
        ...(user === undefined ? {} : { auth: `${user}:${password ?? ""}` }),
        ...(tunnel ? { createConnection: () => tunnel } : {}),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", (error) => fail(error.message));
        answer.on("end", () => {
          clearTimeout(timer);
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
      },
    );
    // Not the request's own bound: a tunnel is no socket, and knows none.
    const timer = setTimeout(() => {
      reject(new LateAnswerError(described(`no answer within ${seconds} s`)));
      outgoing.destroy();
    }, seconds * 1000);
    outgoing.on("error", (error) => fail(error.message));
    outgoing.end();
  });
}
