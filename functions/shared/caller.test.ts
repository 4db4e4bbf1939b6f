import { expect, it } from "vitest";
import { keyHeaders } from "../testing/run-function";
import { refusal, type Trigger } from "./caller";

const refused = (headers: Record<string, string | undefined>, triggers: Trigger[] = ["http"]) =>
  refusal({ method: "POST", headers }, triggers);

it("the holder of an API key may run it", () => {
  expect(refused(keyHeaders)).toBeUndefined();
});

it("the schedule may, where there is one", () => {
  const headers = { "x-appwrite-trigger": "schedule", "x-appwrite-user-id": "" };
  expect(refused(headers, ["schedule", "http"])).toBeUndefined();
  expect(refused(headers)).toBe("not to be started by schedule");
});

it.each([
  [{ ...keyHeaders, "x-appwrite-user-id": "somebody" }, "not to be run by a user: by API key only"],
  [{ ...keyHeaders, "x-appwrite-user-jwt": "eyJ" }, "not to be run by a user: by API key only"],
  [{ ...keyHeaders, "x-appwrite-trigger": "event" }, "not to be started by event"],
  [{ ...keyHeaders, "x-appwrite-trigger": undefined }, "not to be started by an unknown trigger"],
  [{}, "not to be started by an unknown trigger"],
])("nobody else may (%#)", (headers, reason) => {
  expect(refused(headers)).toBe(reason);
});
