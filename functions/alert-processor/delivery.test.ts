import { describe, expect, it } from "vitest";
import { webhookAlert, webhookBody } from "../testing/alerts";
import { BadDelivery, mostAlerts, mostBytes, readDelivery } from "./delivery";

const alerts = [webhookAlert()];
const body = webhookBody(alerts);

describe("a delivery is read", () => {
  it.each([
    ["as the webhook sends it", body],
    ["as Appwrite passes on the payload of Alertmanager's template", JSON.stringify(body)],
    ["as text in text", JSON.stringify(JSON.stringify(body))],
    ["within the call of Appwrite's executions", JSON.stringify({ body: JSON.stringify(body), async: true })],
  ])("%s", (_, text) => {
    expect(readDelivery(text)).toEqual({
      receiver: "critical-team",
      status: "firing",
      externalURL: "http://10.0.0.84:9093",
      groupKey: undefined,
      alerts,
    });
  });
});

describe("what is no delivery is refused", () => {
  const many = (count: number) => webhookBody(Array.from({ length: count }, () => ({ labels: {} })));
  it.each([
    ["", 400, 'the body is empty. Appwrite passes on only what stands in the field "body"'],
    ['""', 400, "the body is empty"],
    ["alert!", 400, "the body is not JSON"],
    ['"alert!"', 400, "the body is not JSON"],
    ["null", 400, 'the body has no array "alerts"'],
    ["[]", 400, 'the body has no array "alerts"'],
    ["7", 400, 'the body has no array "alerts"'],
    ['{"alerts": {}}', 400, 'the body has no array "alerts"'],
    [JSON.stringify({ body: { alerts: [] } }), 400, 'the body has no array "alerts"'],
    [many(10_000), 413, "the body has 10000 alerts; at most 5000 are taken"],
    [" ".repeat(mostBytes) + body, 413, `at most ${mostBytes} are taken`],
  ])("%#", (text, status, message) => {
    expect(() => readDelivery(text)).toThrow(BadDelivery);
    expect(() => readDelivery(text)).toThrow(
      expect.objectContaining({ status, message: expect.stringContaining(message) }),
    );
  });

  it("but as many as are taken are", () => {
    expect(readDelivery(many(mostAlerts)).alerts).toHaveLength(5_000);
  });
});
