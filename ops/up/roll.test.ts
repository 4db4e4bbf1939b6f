import { beforeAll, expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import { defineInventory, type Inventory } from "../../stacks/inventory";
import { rollOf } from "./roll";

let prod: Inventory;

beforeAll(async () => {
  prod = await loadInventory("prod");
});

/** What the engine would say of steps, each as `op type::name`. */
const previewOf = (...steps: string[]) =>
  JSON.stringify({
    steps: steps.map((step) => {
      const [op, resource] = step.split(" ");
      return { op, urn: `urn:pulumi:prod::monitoring::monitoring:Monitoring$${resource}` };
    }),
  });
const container = (name: string) => `docker:index/container:Container::${name}`;
const names = (preview: string, inventory = prod) => rollOf(preview, inventory).map(({ name }) => name);

it("exporters first, then Grafana and the watcher, Prometheus' server last", () => {
  const everywhere = ["84", "81", "82", "80"].map((server) => `replace ${container(`server-${server}-promtail`)}`);
  expect(names(previewOf(...everywhere))).toEqual(["server-80", "server-82", "server-81", "server-84"]);
});

it("of servers with replaced containers, each once", () => {
  const replaced = ["delete-replaced", "replace", "create-replacement"].map(
    (op) => `${op} ${container("server-82-cadvisor")}`,
  );
  expect(names(previewOf(...replaced, `same ${container("server-80-cadvisor")}`))).toEqual(["server-82"]);
});

it("what is new, goes, or is only changed where it runs stops nothing", () => {
  expect(
    names(
      previewOf(
        `create ${container("server-80-cadvisor")}`,
        `delete ${container("server-81-cadvisor")}`,
        `update ${container("server-82-cadvisor")}`,
        "replace docker:index/remoteImage:RemoteImage::server-84-image",
      ),
    ),
  ).toEqual([]);
  expect(names("{}")).toEqual([]);
});

it("tells servers apart of which one's name begins like another's", () => {
  const exporters = { "node-exporter": { port: 9100 } };
  const servers = {
    "server-8": { title: "One", address: "10.9.0.1", ssh: { user: "monitoring" }, exporters },
    "server-8-a": { title: "Another", address: "10.9.0.2", ssh: { user: "monitoring" }, exporters },
  };
  const services = {
    prometheus: { server: "server-8" as const, port: 9090 },
    alertmanager: { server: "server-8" as const, port: 9093 },
    loki: { server: "server-8" as const, port: 3100 },
    grafana: { server: "server-8" as const, port: 3000 },
  };
  const inventory = defineInventory({ stack: "prod", environment: "trial", servers, services });
  expect(names(previewOf(`replace ${container("server-8-a-node-exporter")}`), inventory)).toEqual(["server-8-a"]);
});
