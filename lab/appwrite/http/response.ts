import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { AppwriteError } from "./errors";
import { version } from "./health";
import type { CallRequest } from "./request";
import type { Answer } from "./router";

/** What went wrong, as Appwrite says it; what nobody thought of is a 500, as there. */
export function answerTo(error: unknown): Answer {
  const known = error instanceof AppwriteError ? error : new AppwriteError("general_unknown");
  if (known !== error) console.error("the lab's Appwrite:", error);
  const { message, code, type } = known;
  return { status: code, body: { message, code, type, version } };
}

/** Sends an answer, with the headers that Appwrite sends. */
export function send(response: ServerResponse, { status, body }: Answer, { headers }: CallRequest): void {
  const format = headers["x-appwrite-response-format"];
  response.setHeader("server", "Appwrite");
  response.setHeader("x-content-type-options", "nosniff");
  if (typeof format === "string" && isNewer(format, version)) {
    const warning = `The current SDK is built for Appwrite ${format}. However, the current Appwrite server version is ${version}. Please downgrade your SDK to match the Appwrite version: https://appwrite.io/docs/sdks`;
    response.setHeader("x-appwrite-warning", warning);
  }
  if (status >= 400) response.setHeader("cache-control", "no-cache, no-store, must-revalidate");
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(toJson(body));
}

function isNewer(a: string, b: string): boolean {
  const [x, y] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (const at of [0, 1, 2]) if ((x[at] ?? 0) !== (y[at] ?? 0)) return (x[at] ?? 0) > (y[at] ?? 0);
  return false;
}

/** Stands before a whole number that is to be written without quotes; nobody can guess it. */
const mark = `int64 ${randomUUID()} `;
const marked = new RegExp(`"${mark}(-?\\d+)"`, "g");

/** JSON with whole numbers of 64 bits, which JavaScript's own cannot write. */
function toJson(body: unknown): string {
  const written = JSON.stringify(body, (_, value) => (typeof value === "bigint" ? `${mark}${value}` : value));
  return written.replace(marked, "$1");
}
