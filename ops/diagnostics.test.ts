import { expect, it } from "vitest";
import { diagnosticsOf } from "./diagnostics";

const diagnose = (text: string) => diagnosticsOf(text.split("\n"));

it("is nothing where there are none", () => {
  expect(diagnose("Updating (local):\n\nResources:\n    54 unchanged")).toBe("");
});

it("says the Docker plugin's message once, without its frames, and of which resource", () => {
  const said = diagnose(`Updating (prod):
Diagnostics:
  pulumi:pulumi:Stack (monitoring-prod):
    error: update failed

  docker:index:Container (server-84-loki):
    error:   sdk-v2/provider2.go:571: sdk.helper_schema: Unable to create container: bind source path does not exist: /srv/monitoring/loki: provider=docker@5.2.0
    error: 1 error occurred:
    \t* Unable to create container: bind source path does not exist: /srv/monitoring/loki

Outputs:
    passwords: [secret]`);
  expect(said).toBe(
    "server-84-loki: Unable to create container: bind source path does not exist: /srv/monitoring/loki",
  );
});

it("leaves a message that names its server as it is, though a hook and the provider's output repeat it", () => {
  const said = diagnose(`Diagnostics:
  pulumi:pulumi:Stack (monitoring-prod):
    server-81 (10.0.0.81): the SSH connection was lost. Run the command again.:

    error: update failed

  docker:index:Network (server-81-network):
    error: before hook "server-81-network-claims-its-name" failed: server-81 (10.0.0.81): the SSH connection was lost. Run the command again.

Resources:
    2 errored`);
  expect(said).toBe("server-81 (10.0.0.81): the SSH connection was lost. Run the command again.");
});

it("keeps every line of what a checker said, and the list of a refusal", () => {
  const said = diagnose(`Diagnostics:
  pulumi-nodejs:dynamic/monitoring:ConfigDirectory (server-local-prometheus-config):
    error: server-local (this machine): /srv/prometheus: promtool refuses the new configuration; the old one stays.
      FAILED: parsing YAML file: not a valid duration string: "15 parsecs"
  pulumi:pulumi:Stack (monitoring-local):
    error: Nothing was changed, because:
      - server-82 (10.0.0.82): port 8080, wanted by cadvisor, is taken by another process.
Resources:`);
  expect(said.split("\n")).toEqual([
    "server-local (this machine): /srv/prometheus: promtool refuses the new configuration; the old one stays.",
    '  FAILED: parsing YAML file: not a valid duration string: "15 parsecs"',
    "Nothing was changed, because:",
    "  - server-82 (10.0.0.82): port 8080, wanted by cadvisor, is taken by another process.",
  ]);
});

it("adds the way out where the message has none: once, however often it is said", () => {
  const pull = (name: string) => `  docker:index:RemoteImage (${name}):
    error: unable to pull image example.org/${name}:1: error pulling image example.org/${name}:1: connection refused`;
  const said = diagnose(
    `Diagnostics:\n${pull("server-84-loki-image")}\n${pull("server-81-grafana-image")}\n\nResources:`,
  );
  expect(said.split("\n")).toEqual([
    expect.stringMatching(/^server-84-loki-image: unable to pull image example\.org/),
    expect.stringMatching(/^server-81-grafana-image: unable to pull image example\.org/),
    expect.stringMatching(/^Can that server reach the image's registry, .* imageRegistry and images name others\.$/),
  ]);
  const full = diagnose(
    "Diagnostics:\n  a:b:C (d):\n    error: server-82 (10.0.0.82): write: No space left on device\n",
  );
  expect(full).toMatch(/No space left on device\nFree some of that server's disk: df -h/);
});

it("leaves out that the program goes on without a resource, and where in its code it noticed", () => {
  const said = diagnose(`Diagnostics:
  pulumi:pulumi:Stack (monitoring-prod):
    error: Error: resource server-84-loki [docker:index/container:Container] failed to register
        at /srv/node_modules/@pulumi/runtime/resource.ts:795:40
        at processTicksAndRejections (node:internal/process/task_queues:95:5)
  docker:index/container:Container (server-84-loki):
    error: 1 error occurred:
    \t* no room

Resources:`);
  expect(said).toBe("no room");
});
