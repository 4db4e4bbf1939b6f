import { expect, it } from "vitest";
import { imageReference, images } from "./images";

it("every image is pinned by an exact version", () => {
  for (const reference of Object.values(images)) expect(reference).toMatch(/^[a-z.]+\/[a-z/-]+:v?\d+\.\d+\.\d+$/);
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
