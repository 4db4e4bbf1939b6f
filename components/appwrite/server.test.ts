import http from "node:http";
import type { AddressInfo } from "node:net";
import { AppwriteException } from "node-appwrite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isLost, isMissing, reasonOf } from "./answers";
import { AppwriteServer } from "./server";
import { quick } from "./testing";

const refusal = (code: number, type: string) => new AppwriteException("No", code, type);
const lost = () => Object.assign(new TypeError("fetch failed"), { cause: new Error("other side closed") });
const server = new AppwriteServer({ endpoint: "https://a/v1", project: "p", key: "k" }, quick);

describe("a call", () => {
  it("without an answer is made again, and no more often than that", async () => {
    const call = vi.fn().mockRejectedValueOnce(lost()).mockRejectedValueOnce(refusal(503, "general_busy"));
    expect(await server.ask("x", call.mockResolvedValue("done"))).toBe("done");
    expect(call).toHaveBeenCalledTimes(3);
    const dead = vi.fn().mockRejectedValue(lost());
    await expect(server.ask("topic t", dead)).rejects.toThrow("https://a/v1, project p: topic t: other side closed");
    expect(dead).toHaveBeenCalledTimes(1 + quick.retries.length);
  });

  it("that is refused is not", async () => {
    const call = vi.fn().mockRejectedValue(refusal(401, "general_unauthorized_scope"));
    await expect(server.ask("x", call)).rejects.toThrow(
      /x: No \(401 general_unauthorized_scope\) The API key lacks a scope/,
    );
    expect(call).toHaveBeenCalledTimes(1);
  });

  it("for something that is not there is no failure; for a project or a server that is not there it is", async () => {
    expect(await server.find("x", () => Promise.reject(refusal(404, "topic_not_found")))).toBeUndefined();
    for (const type of ["project_not_found", "general_route_not_found"]) {
      await expect(server.find("x", () => Promise.reject(refusal(404, type)))).rejects.toThrow(type);
    }
  });

  it("that makes something looks before it does it again", async () => {
    const find = vi.fn().mockRejectedValue(refusal(404, "topic_not_found"));
    const create = vi.fn().mockRejectedValueOnce(lost()).mockResolvedValue("made");
    expect(await server.make("x", find, create)).toEqual({ object: "made", existed: false });
    expect(find).toHaveBeenCalledTimes(2);
    expect(create).toHaveBeenCalledTimes(2);
  });

  it("that was done though its answer got lost is not done again", async () => {
    const find = vi.fn().mockRejectedValueOnce(refusal(404, "topic_not_found")).mockResolvedValue("there");
    const create = vi.fn().mockRejectedValue(lost());
    expect(await server.make("x", find, create)).toEqual({ object: "there", existed: false });
    expect(create).toHaveBeenCalledTimes(1);
  });

  it("whose first try is done only after we looked finds it taken by itself", async () => {
    const missing = refusal(404, "topic_not_found");
    const find = vi.fn().mockRejectedValueOnce(missing).mockRejectedValueOnce(missing).mockResolvedValue("there");
    const create = vi.fn().mockRejectedValueOnce(lost()).mockRejectedValue(refusal(409, "topic_already_exists"));
    expect(await server.make("x", find, create)).toEqual({ object: "there", existed: false });
  });

  it("that somebody else was faster with finds something that existed", async () => {
    const find = vi.fn().mockRejectedValueOnce(refusal(404, "topic_not_found")).mockResolvedValue("theirs");
    const create = vi.fn().mockRejectedValue(refusal(409, "topic_already_exists"));
    expect(await server.make("x", find, create)).toEqual({ object: "theirs", existed: true });
  });

  it("waits for as long as it may, and then says what for", async () => {
    let looks = 0;
    const look = async (report: (state: string) => void) => {
      report("building");
      return ++looks === 3 ? "ready" : undefined;
    };
    expect(await server.waitFor("x", 1000, look)).toBe("ready");
    const never = async (report: (state: string) => void) => report("building") as undefined;
    await expect(server.waitFor("code", 1000, never)).rejects.toThrow(/code: still building after 1 s\. Do Appwrite's/);
  });
});

describe("over the network", () => {
  let answer: (response: http.ServerResponse) => void;
  let listening: http.Server;
  let real: AppwriteServer;

  beforeEach(async () => {
    listening = http.createServer((_, response) => answer(response));
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v1`;
    real = new AppwriteServer({ endpoint, project: "p", key: "k" }, { ...quick, answer: 200, retries: [] });
  });
  afterEach(() => {
    listening.closeAllConnections();
    listening.close();
  });

  const topic = () => real.ask("topic t", () => real.messaging.getTopic({ topicId: "t" }));

  it.each([
    [
      "a connection that closes",
      (response: http.ServerResponse) => void response.destroy(),
      /topic t: other side closed/,
    ],
    [
      "half an answer",
      (response: http.ServerResponse) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": 100 }).write('{"$id":');
        setTimeout(() => response.destroy(), 20);
      },
      /topic t: /,
    ],
    ["no answer", () => {}, /topic t: no answer within 0 s/],
    [
      "a proxy without a server",
      (response: http.ServerResponse) => void response.writeHead(502).end("Bad Gateway"),
      /topic t: Bad Gateway \(502\)/,
    ],
  ])("%s is a lost answer", async (_, how, message) => {
    answer = how;
    const error = await topic().then(
      () => undefined,
      (error: Error) => error,
    );
    expect(error?.message).toMatch(message);
    expect(isLost(error?.cause)).toBe(true);
  });

  it("an answer from Appwrite itself is none", async () => {
    answer = (response) => {
      const body = JSON.stringify({ message: "Topic not found", code: 404, type: "topic_not_found" });
      response.writeHead(404, { "content-type": "application/json" }).end(body);
    };
    const error = await topic().then(
      () => undefined,
      (error: Error) => error,
    );
    expect([isLost(error?.cause), isMissing(error?.cause)]).toEqual([false, true]);
  });

  it("the oldest server's format is asked for, so that none warns of a newer SDK", async () => {
    const headers: http.IncomingHttpHeaders[] = [];
    listening.on("request", (request) => headers.push(request.headers));
    answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end("{}");
    await topic();
    expect(headers[0]).toMatchObject({ "x-appwrite-response-format": "1.8.0", "x-appwrite-project": "p" });
  });
});

it("the reason of an error that is several is told by its code", () => {
  const cause = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  expect(reasonOf(Object.assign(new TypeError("fetch failed"), { cause }))).toBe("ECONNREFUSED");
  expect(reasonOf(new Error("plain"))).toBe("plain");
});
