import { expect, it } from "vitest";
import type { Finding } from "./check";
import { verifyPage, wrapped } from "./page";
import { twoServers } from "./testing";

const findings: Finding[] = [
  { server: "appwrite", what: "access", state: "good", says: "project and keys are good" },
  { server: "server-2", what: "loki", state: "unknown", says: "no answer within 45 s" },
  { server: "server-1", what: "SSH", state: "good", says: "lets monitoring in" },
  {
    server: "server-1",
    what: "prometheus: targets",
    state: "wrong",
    says: "1 of 8 are not up: node-exporter on server-2 (context deadline exceeded). See there: docker ps, docker logs.",
  },
];

it("is a line a check, server by server", () => {
  expect(verifyPage(findings, twoServers())).toBe(`server-1 (127.0.0.1)
  ✔ SSH                  lets monitoring in
  ✖ prometheus: targets  1 of 8 are not up: node-exporter on server-2 (context deadline exceeded). See there: docker ps, docker logs.

server-2 (127.0.0.2)
  – loki                 no answer within 45 s

appwrite
  ✔ access               project and keys are good

2 good, 1 wrong, 1 could not be found out`);
});

it("fits an 80-column terminal", () => {
  const lines = verifyPage(findings, twoServers(), 80).split("\n");
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(lines).toContain("  ✖ prometheus: targets  1 of 8 are not up: node-exporter on server-2 (context");
  expect(lines).toContain("                         deadline exceeded). See there: docker ps, docker logs.");
});

it("breaks between words only", () => {
  expect(wrapped("a longer-than-that b", 6)).toEqual(["a", "longer-than-that", "b"]);
  expect(wrapped("", 6)).toEqual([""]);
});
