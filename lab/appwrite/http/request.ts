import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { type FormFile, readForm } from "./multipart";

/** A request, read. */
export interface CallRequest {
  method: string;
  /** Without the endpoint's `/v1`. */
  path: string;
  headers: IncomingHttpHeaders;
  /** What stands behind the `?`, where `queries[0]=…` is a list. */
  query: Record<string, unknown>;
  /** What the body carries, or the query of a GET. */
  sent: Record<string, unknown>;
  files: Record<string, FormFile>;
}

/** Reads a request as PHP does: JSON or a form, and nothing at all where the body is neither. */
export async function readRequest(request: IncomingMessage): Promise<CallRequest> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const query = readFields(searchParams);
  const method = request.method ?? "GET";
  const { headers } = request;
  const body = await buffer(request);
  const base = { method, path: pathname, headers, query, files: {} };
  if (method === "GET" || method === "HEAD") return { ...base, sent: query };
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/json")) return { ...base, sent: readJson(body) };
  if (type.startsWith("multipart/form-data")) {
    const { fields, files } = readForm(body, type);
    return { ...base, sent: readFields(fields), files };
  }
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return { ...base, sent: readFields(new URLSearchParams(body.toString("utf8"))) };
  }
  return { ...base, sent: {} };
}

/** Half a character, as is left where text was cut in the middle of one: PHP takes no JSON with that. */
const halfCharacter = /\p{Surrogate}/u;

function readJson(body: Buffer): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(body.toString("utf8"), (_, value) => {
      if (typeof value === "string" && halfCharacter.test(value)) throw new SyntaxError("half a character");
      return value;
    });
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function readFields(fields: Iterable<[string, string]>): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    const [, list] = /^([^[]+)\[\d*\]$/.exec(name) ?? [];
    if (list === undefined) read[name] = value;
    else read[list] = [...((read[list] as unknown[] | undefined) ?? []), value];
  }
  return read;
}
