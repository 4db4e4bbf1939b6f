import { expect, it } from "vitest";
import { engineRows } from "./engine-rows";
import { recordedDeployment, recordedPreview } from "./recorded";
import type { DriftRow } from "./row";
import { Preview, type Refreshed, type Step } from "./steps";

const rowsOf = (preview: Preview) => engineRows(preview, recordedDeployment());
const short = ({ server, type, resource, what }: DriftRow) => `${server}: ${type} ${resource} ${what}`;

it("what was changed by hand is said with what was declared and what was found", () => {
  const { drifted, undeployed } = rowsOf(recordedPreview("changed"));
  expect(undeployed).toEqual([]);
  expect(drifted.map(short).sort()).toEqual([
    "server-80: container promtail was changed (restart)",
    "server-84: container alertmanager was changed (ports)",
    "server-84: container loki was changed (memory, memory swap)",
    "server-84: container node-exporter was changed (must run)",
    "server-84: container promtail is gone",
    "server-84: datasource Loki was changed (settings › maxLines, URL)",
    "server-84: file /srv/monitoring/prometheus/extra.yml was added",
    "server-84: file /srv/monitoring/prometheus/prometheus.yml was edited",
  ]);
  expect(drifted.find(({ resource }) => resource === "Loki")?.differences).toEqual([
    { setting: "settings › maxLines", declared: "1000", found: "50" },
    { setting: "URL", declared: "http://loki:3100", found: "http://elsewhere:3100" },
  ]);
  expect(drifted.find(({ resource }) => resource === "loki")?.differences).toContainEqual({
    setting: "memory",
    declared: "1024",
    found: "700",
  });
});

it("what is gone is said so, and what follows from it by itself is not", () => {
  const { drifted, undeployed } = rowsOf(recordedPreview("gone"));
  // The container whose image is gone would be made anew, for an id that is not known yet.
  expect(undeployed).toEqual([]);
  expect(drifted.map(short).sort()).toEqual([
    "server-80: network monitoring is gone",
    "server-80: volume promtail is gone",
    "server-84: container alertmanager is gone",
    "server-84: container cadvisor was changed (name)",
    "server-84: directory /srv/monitoring/promtail is gone",
    "server-84: file /srv/monitoring/loki/loki.yml has another mode",
    "server-84: file /srv/monitoring/prometheus/rules/system.yml was deleted",
    "server-84: image docker.io/grafana/promtail:3.5.7 is gone",
  ]);
});

it("errors are gathered with the resource that could not be read; debug messages, which hold secrets, are not", () => {
  const { errors } = recordedPreview("grafana-stopped");
  expect(errors[0]).toMatchObject({ urn: expect.stringMatching(/::datasource-loki$/) });
  expect(errors[0]?.message).toMatch(/^data source "loki": Grafana at http:\/\/10\.0\.0\.84:3002 cannot be reached/);
  expect(errors.every(({ message }) => !/^preview failed$/.test(message))).toBe(true);
  expect(JSON.stringify(recordedPreview("changed"))).not.toContain("the-plain-password");
});

const urn = "urn:pulumi:prod::monitoring::docker:index/network:Network::server-80-network";
const type = "docker:index/network:Network";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };

function previewOf(step: Partial<Step>, refreshed: Partial<Refreshed>): Preview {
  const preview = new Preview();
  const state = { custom: true, inputs: { name: "monitoring" }, outputs: { name: "monitoring" } };
  preview.steps.set(urn, { urn, type, op: "update", found: state, declared: state, settings: undefined, ...step });
  preview.refreshed.set(urn, { urn, type, before: state, after: state, changed: false, ...refreshed });
  return preview;
}

it("what only the program has changed is not drift", () => {
  const declared = { custom: true, inputs: { name: "monitoring", driver: "macvlan" } };
  const found = { custom: true, inputs: { name: "monitoring", driver: "bridge" }, outputs: { driver: "bridge" } };
  const { drifted, undeployed } = rowsOf(previewOf({ declared, found, settings: ["driver"] }, {}));
  expect(drifted).toEqual([]);
  expect(undeployed.map(({ what, differences }) => ({ what, differences }))).toEqual([
    {
      what: "is declared otherwise by now (driver)",
      differences: [{ setting: "driver", declared: "macvlan", found: "bridge" }],
    },
  ]);
});

it("what only the look shows, and a deployment would leave, is noise", () => {
  const preview = previewOf({}, { changed: true });
  preview.steps.clear();
  expect(rowsOf(preview)).toEqual({ drifted: [], undeployed: [] });
});

it("a secret that differs is said to differ, and never shown", () => {
  const state = { custom: true, inputs: { secureJsonDataEncoded: secret }, outputs: { secureJsonDataEncoded: secret } };
  const preview = previewOf({ declared: state, found: state, settings: ["secureJsonDataEncoded"] }, { changed: true });
  const { drifted } = rowsOf(preview);
  expect(drifted.flatMap(({ differences }) => differences)).toEqual([
    { setting: "secret settings", declared: "[secret]", found: "[secret], but another" },
  ]);
});

it("a provider that does not say what differs is believed that something does", () => {
  const state = (more: object) => ({ custom: true, inputs: { networks: { monitoring: [], ...more } } });
  const { drifted } = rowsOf(previewOf({ declared: state({}), found: state({ extra: [] }) }, { changed: true }));
  expect(drifted.map(({ what }) => what)).toEqual(["was changed (in what is not shown)"]);
});

it("an image name that leads to another image has a row, and the container that would follow has none", () => {
  const preview = new Preview();
  const [image, container] = ["docker:index/remoteImage:RemoteImage", "docker:index/container:Container"];
  const at = (imageId: string) => ({ custom: true, inputs: { name: "prom/prometheus:v3" }, outputs: { imageId } });
  const imageUrn = `urn:pulumi:prod::monitoring::${image}::server-84-prometheus-image`;
  preview.refreshed.set(imageUrn, {
    urn: imageUrn,
    type: image,
    before: at("sha256:1"),
    after: at("sha256:2"),
    changed: true,
  });
  preview.steps.set(urn, {
    ...{ urn, type: container, op: "replace", settings: ["image"] },
    found: { custom: true, inputs: { image: "sha256:1" }, outputs: { image: "sha256:1" } },
    declared: { custom: true, inputs: { image: "sha256:2" } },
  });
  const { drifted, undeployed } = rowsOf(preview);
  expect(undeployed).toEqual([]);
  expect(drifted.map(short)).toEqual([
    "server-84: image prom/prometheus:v3 is another image by now, under the same name",
  ]);
  expect(drifted[0]).toMatchObject({
    repaired: false,
    differences: [{ setting: "image", declared: "sha256:1", found: "sha256:2" }],
  });
});

it("what a deployment refuses to touch is not put right, and says why", () => {
  const preview = previewOf(
    {
      declared: { custom: true, inputs: { memory: 1024 } },
      found: { custom: true, inputs: { memory: 700 } },
    },
    { changed: true },
  );
  expect(rowsOf(preview).drifted).toMatchObject([{ repaired: true }]);
  const { drifted } = engineRows(preview, recordedDeployment(), new Map([[urn, "it holds 2 rows"]]));
  expect(drifted).toMatchObject([{ repaired: false, refused: "it holds 2 rows" }]);
});
