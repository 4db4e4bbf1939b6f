import { expect, it } from "vitest";
import { messagesFinding } from "./alertmanager";

const by = (integration: string, value: number) => ({ labels: { integration }, value });
const found = (...args: [tried: ReturnType<typeof by>[], lost: ReturnType<typeof by>[]]) =>
  messagesFinding("server-1", "test-alertmanager", "alertmanager: messages", ...args);

it("messages that left are counted by their way", () => {
  expect(found([by("email", 3.02), by("slack", 0)], [by("email", 0)])).toMatchObject({
    state: "good",
    says: "sent within an hour: 3 by email",
  });
  expect(found([], [])).toMatchObject({ state: "good", says: "none to send within an hour" });
});

it("messages that were given up are wrong, whatever else has left", () => {
  const { state, says } = found([by("email", 3), by("webhook", 9)], [by("email", 2.1), by("webhook", 0)]);
  expect(state).toBe("wrong");
  expect(says).toMatch(/^gave up within an hour: 2 by email\. See docker logs test-alertmanager/);
});
