import { describe, expect, it } from "vitest";
import { withoutGrafanaContent, withoutPending } from "./restored-state";

const server = "urn:pulumi:test::monitoring::docker:index/container:Container::server-84-grafana";
const provider = "urn:pulumi:test::monitoring::pulumi:providers:grafana::grafana";
const folder = "urn:pulumi:test::monitoring::grafana:oss/folder:Folder::dashboards-folder";
const component = "urn:pulumi:test::monitoring::monitoring:grafana:Dashboards::dashboards";
const state = {
  version: 3,
  deployment: {
    manifest: { version: "v3" },
    secrets_providers: { type: "passphrase", state: { salt: "v1:…" } },
    pending_operations: [{ type: "creating" }],
    resources: [
      { urn: server, type: "docker:index/container:Container", id: "8f" },
      { urn: provider, type: "pulumi:providers:grafana", id: "1", dependencies: [server] },
      { urn: component, type: "monitoring:grafana:Dashboards", dependencies: [folder, server] },
      { urn: folder, type: "grafana:oss/folder:Folder", provider: `${provider}::1` },
      {
        urn: "urn:other",
        type: "random:index/randomPassword:RandomPassword",
        propertyDependencies: { keepers: [folder, server], length: null },
      },
    ],
  },
};

describe("the state of a stack whose Grafana is gone", () => {
  it("has nothing that is in Grafana, and nothing that refers to it; all else stays as it was", () => {
    const { version, deployment } = JSON.parse(withoutGrafanaContent(JSON.stringify(state)));
    expect(version).toBe(3);
    expect(deployment.secrets_providers).toEqual(state.deployment.secrets_providers);
    expect(deployment.pending_operations).toEqual([]);
    expect(deployment.resources).toEqual([
      state.deployment.resources[0],
      state.deployment.resources[1],
      { urn: component, type: "monitoring:grafana:Dashboards", dependencies: [server] },
      { ...state.deployment.resources[4], propertyDependencies: { keepers: [server], length: null } },
    ]);
  });

  it("is the same but for what was under way, where Grafana is there", () => {
    const { deployment } = JSON.parse(withoutPending(JSON.stringify(state)));
    expect(deployment).toEqual({ ...state.deployment, pending_operations: [] });
  });
});
