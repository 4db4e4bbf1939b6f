import { afterEach, expect, it } from "vitest";
import { checkLoki, logsFinding } from "./loki";
import { AnsweringServer, answerTo, closedPort, stackOf, twoServers } from "./testing";

const opened: AnsweringServer[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.stop();
});
const [server] = twoServers().servers;
if (!server) throw new Error("no server");

const well = { recent: 12, ofDay: 12, promtailIsUp: true, refused: 0 };
it.each([
  [{}, "good", "12 lines have come to Loki within 15 minutes"],
  [{ recent: 0 }, "good", "nothing to send for 15 minutes; 12 lines within a day, none refused"],
  [
    { recent: 0, promtailIsUp: false },
    "wrong",
    "its Promtail is not up (0 lines within 15 minutes): docker logs promtail there.",
  ],
  [{ promtailIsUp: false }, "wrong", "its Promtail is not up (12 lines within 15 minutes)"],
  [{ recent: 0, ofDay: 0 }, "wrong", "no line has come to Loki for a day, though its Promtail is up"],
  [{ refused: 3 }, "wrong", "Loki does not take what its Promtail sends, or is not reached"],
])("logs with %o are %s", (more, state, says) => {
  expect(logsFinding(server, { ...well, ...more })).toMatchObject({
    server: "server-1",
    what: "logs",
    state,
    says: expect.stringContaining(says),
  });
});

it("asks Loki and Prometheus about each server", async () => {
  const keep = (one: AnsweringServer) => {
    opened.push(one);
    return one;
  };
  const loki = keep(
    await AnsweringServer.start((path) => {
      if (path === "/ready") return { body: "ready" };
      const isSilent = decodeURIComponent(path).includes('server="server-2"');
      return { body: { data: { result: isSilent ? [] : [{ value: [0, "7"] }] } } };
    }, "127.0.0.2"),
  );
  const prometheus = keep(await AnsweringServer.start((path) => answerTo(path, { "up{": [{ value: 1 }] })));
  const found = await checkLoki(stackOf(twoServers({ loki: loki.port, prometheus: prometheus.port })), () => {});
  expect(found.map(({ server, what, state }) => `${server} ${what} ${state}`)).toEqual([
    "server-2 loki good",
    "server-1 logs good",
    "server-2 logs wrong",
  ]);
});

it("says in one line that Loki does not answer", async () => {
  const found = await checkLoki(stackOf(twoServers({ loki: await closedPort() })), () => {});
  expect(found).toMatchObject([{ server: "server-2", what: "loki", state: "unknown" }]);
});
