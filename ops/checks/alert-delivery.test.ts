import { afterEach, expect, it } from "vitest";
import { checkAlertDelivery } from "./alert-delivery";
import { AnsweringServer, answerTo, stackOf, twoServers } from "./testing";

let server: AnsweringServer;
afterEach(() => server?.stop());
const url = "http://alertmanager:9093/api/v2/alerts";

async function found(known: string[], errors: number, sent: number) {
  const series = (value: number) => [{ labels: { alertmanager: url }, value }];
  server = await AnsweringServer.start((path) => {
    if (path === "/api/v1/alertmanagers")
      return { body: { data: { activeAlertmanagers: known.map((url) => ({ url })) } } };
    return answerTo(path, { notifications_errors: series(errors), notifications_sent: series(sent) });
  });
  const [finding] = await checkAlertDelivery(stackOf(twoServers({ prometheus: server.port })), () => {});
  return finding;
}

it("is good when alerts are handed over", async () => {
  expect(await found([url], 0, 12)).toMatchObject({
    what: "prometheus: Alertmanagers",
    state: "good",
    says: "sends to 1, without an error (12 alerts so far)",
  });
});

it.each([
  [[], 0, 12, "does not send to alertmanager:9093: npm start -- --stack trial"],
  [["http://elsewhere:9093/api/v2/alerts"], 0, 12, "does not send to alertmanager:9093: npm start -- --stack trial"],
  [[url], 2, 12, 'cannot hand alerts to alertmanager:9093: see docker logs prometheus, for "sending alerts"'],
  [[url], 0, 0, "has not handed a single alert to alertmanager:9093 yet: does the rule Watchdog fire?"],
])("known %o, %i errors, %i sent: wrong, and says so", async (known, errors, sent, says) => {
  expect(await found(known, errors, sent)).toMatchObject({ state: "wrong", says });
});
