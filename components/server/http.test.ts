import http from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HostError, LateAnswerError } from "./host-error";
import { requestOver } from "./http";

/** Answers, except where it is asked for `/never`. */
const server = http.createServer((request, answer) => {
  if (request.url !== "/never") answer.end("well");
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** As ssh2 makes it: a stream that is no socket, and knows no time. */
function tunnel(): Duplex {
  const socket = connect(port, "127.0.0.1");
  return Duplex.from({ readable: socket, writable: socket });
}

const asked = (path: string) => ({ method: "POST", address: "127.0.0.1", port, path }) as const;

it.each([
  ["directly", () => undefined],
  ["through a tunnel", tunnel],
])("an answer is read, %s", async (_, through) => {
  expect(await requestOver(through(), asked("/"), "server-1")).toEqual({ status: 200, body: "well" });
});

it.each([
  ["directly", () => undefined],
  ["through a tunnel", tunnel],
])("one that does not come in time is an error that says so, %s", async (_, through) => {
  const error = await requestOver(through(), asked("/never"), "server-1", 0.3).catch((refusal: Error) => refusal);
  expect(error).toBeInstanceOf(LateAnswerError);
  expect((error as Error).message).toBe(`server-1: POST http://127.0.0.1:${port}/never: no answer within 0.3 s`);
});

it("nobody there is another error", async () => {
  const error = await requestOver(undefined, { ...asked("/"), port: 1 }, "server-1").catch((refusal: Error) => refusal);
  expect(error).toBeInstanceOf(HostError);
  expect(error).not.toBeInstanceOf(LateAnswerError);
});
