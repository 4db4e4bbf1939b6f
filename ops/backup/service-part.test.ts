import { describe, expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import { servicePartsOf } from "./service-part";

const shortened = async (stack: string) =>
  servicePartsOf(await loadInventory(stack)).map(
    ({ name, server, container }) => `${name} ${server.name} ${container}`,
  );

describe("what of a stack is saved", () => {
  it("is everything that keeps data, the watcher's too, each on its server", async () => {
    expect(await shortened("prod")).toEqual([
      "prometheus server-84 prometheus",
      "watcher-prometheus server-81 watcher-prometheus",
      "alertmanager server-84 alertmanager",
      "watcher-alertmanager server-81 watcher-alertmanager",
      "loki server-84 loki",
      "grafana server-81 grafana",
    ]);
  });

  it("goes by the containers' own names", async () => {
    expect((await shortened("test"))[0]).toBe("prometheus server-local test-prometheus");
  });
});
