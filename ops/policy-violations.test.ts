import { expect, it } from "vitest";
import { policyViolationsOf } from "./policy-violations";

const output = `Previewing update (prod):
 +  pulumi:pulumi:Stack monitoring-prod create 1 error
Policies:
    ❌ monitoring@v0.1.0 (local: policy)
        - [mandatory]  not-privileged  (docker:index:Container: server-84-loki)
          No container is privileged.
          server-84-loki is privileged. Give it the single capabilities or devices that it needs.
        - [advisory]  some-advice  (docker:index:Container: server-84-loki)
          It would be good.
          server-84-loki might be better.
        - [mandatory]  restarted  (docker:index:Container: server-84-loki)
          A container comes back after a crash.
          server-84-loki has the restart policy no. Set restart to "unless-stopped".

Diagnostics:
  pulumi:pulumi:Stack (monitoring-prod):
    error: preview failed
`.split("\n");

it("violations of the house rules are told from what the engine prints", () => {
  expect(policyViolationsOf(output)).toEqual([
    "server-84-loki is privileged. Give it the single capabilities or devices that it needs.",
    'server-84-loki has the restart policy no. Set restart to "unless-stopped".',
  ]);
});

it("there are none where the house rules agree, or were not asked", () => {
  expect(policyViolationsOf(["Policies:", "    ✅ monitoring@v0.1.0 (local: policy)", "", "Outputs:"])).toEqual([]);
  expect(policyViolationsOf(["Diagnostics:", "    error: x"])).toEqual([]);
});
