import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadInventory } from "../../stacks";
import { promtailFiles } from "./configuration";

const configurationOf = async (stack: string, position: number) => {
  const inventory = await loadInventory(stack);
  const server = inventory.servers[position];
  if (!server) throw new Error(`${stack} has no server ${position}`);
  return parse(promtailFiles(inventory, server)["promtail.yml"]?.content ?? "");
};

describe("Promtail's configuration", () => {
  it("says on every line which server and environment it is from", async () => {
    const { clients } = await configurationOf("prod", 2);
    expect(clients[0].external_labels).toEqual({ server: "server-82", environment: "production" });
  });

  it("labels each line with its container, image and stream", async () => {
    const { scrape_configs } = await configurationOf("prod", 0);
    const targets = scrape_configs[0].relabel_configs.map(({ target_label }: { target_label: string }) => target_label);
    expect(targets.sort()).toEqual(["container", "image", "stream"]);
  });

  it("never gives a batch up", async () => {
    const { clients } = await configurationOf("prod", 0);
    expect(clients[0].backoff_config.max_retries).toBe(0);
  });

  it("reaches Loki by its server's address, and on one machine by its name", async () => {
    expect((await configurationOf("prod", 0)).clients[0].url).toBe("http://10.0.0.84:3100/loki/api/v1/push");
    expect((await configurationOf("local", 0)).clients[0].url).toBe("http://loki:3100/loki/api/v1/push");
  });
});
