import { expect, it } from "vitest";
import { loadInventory } from "./index";
import { imagesOf, imagesOn } from "./placed-images";

it("a server has the images of its exporters, its log shipper, its services, and of the watcher", async () => {
  const prod = await loadInventory("prod");
  const [first, database] = prod.servers;
  if (!first || !database) throw new Error("prod has four servers");
  expect(imagesOn(first, prod)).toEqual(["node-exporter", "cadvisor", "node", "promtail"]);
  expect(imagesOn(database, prod)).toEqual([
    ...["node-exporter", "node", "postgres-exporter", "redis-exporter", "promtail"],
    ...["grafana", "prometheus", "alertmanager"],
  ]);
});

it("a stack has each image once, and none that nothing of it runs", async () => {
  const images = imagesOf(await loadInventory("local"));
  expect(new Set(images).size).toBe(images.length);
  expect(images).toContain("loki");
  for (const name of ["postgres-exporter", "celery-exporter", "dcgm-exporter"]) expect(images).not.toContain(name);
});
