import { expect, it } from "vitest";
import { parse } from "yaml";
import { loadInventory } from "../../stacks";
import { lokiFiles } from "./configuration";

it("keeps log lines as long as the inventory says, and takes late ones for as long", async () => {
  const inventory = await loadInventory("prod");
  const { loki } = inventory.services;
  const file = lokiFiles({ ...inventory, services: { ...inventory.services, loki: { ...loki, retention: "30d" } } });
  const { limits_config, compactor } = parse(file["loki.yml"]?.content ?? "");
  expect(limits_config.retention_period).toBe("720h");
  expect(limits_config.reject_old_samples_max_age).toBe("720h");
  expect(compactor.retention_enabled).toBe(true);
});

it("is seven days in prod", async () => {
  const { limits_config } = parse(lokiFiles(await loadInventory("prod"))["loki.yml"]?.content ?? "");
  expect(limits_config.retention_period).toBe("168h");
});
