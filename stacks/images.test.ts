import { expect, it } from "vitest";
import { imageReference, images } from "./images";

it("every image is pinned by an exact version", () => {
  for (const reference of Object.values(images)) {
    expect(reference).toMatch(
      /^[a-z.]+\/[a-z0-9/_-]+:v?\d+\.\d+\.\d+(-[\d.]+)?(-alpine|-bookworm-slim|-ubuntu22\.04)?$/,
    );
  }
});

it("a mirror replaces the registry's name and keeps the rest", () => {
  expect(imageReference("prometheus", { registry: "registry.example.lan/mirror/" })).toBe(
    "registry.example.lan/mirror/prom/prometheus:v3.16.0",
  );
});

it("an image that a stack names wins over the mirror", () => {
  const source = { registry: "registry.example.lan", images: { grafana: "ours/grafana:1" } };
  expect(imageReference("grafana", source)).toBe("ours/grafana:1");
  expect(imageReference("loki", source)).toBe("registry.example.lan/grafana/loki:3.7.8");
});

it("a digest that is known is part of the reference, also from a mirror, but not of a replacement", () => {
  const known = { [images.loki]: "sha256:abc" };
  expect(imageReference("loki", {}, known)).toBe("docker.io/grafana/loki:3.7.8@sha256:abc");
  expect(imageReference("loki", { registry: "m.example" }, known)).toBe("m.example/grafana/loki:3.7.8@sha256:abc");
  expect(imageReference("loki", { images: { loki: "ours/loki:1" } }, known)).toBe("ours/loki:1");
  expect(imageReference("promtail", {}, known)).toBe(images.promtail);
});
