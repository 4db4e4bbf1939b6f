import { expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import { placeholderCredentials } from "../credentials/credentials";
import { nodeExporterAddresses, nodeExporterFiles } from "./configuration";

it("node-exporter listens on the server's own address alone", async () => {
  const [server] = (await loadInventory("prod")).servers;
  expect(server && nodeExporterAddresses(server)).toEqual(["10.0.0.80"]);
});

it("on a loopback server also where containers find it", async () => {
  const [server] = (await loadInventory("local")).servers;
  expect(server && nodeExporterAddresses(server)).toEqual(["127.0.0.1", "172.31.255.1"]);
});

it("keeps the hash of the password, not the password, in a file for its user alone", () => {
  const web = nodeExporterFiles(placeholderCredentials)["web.yml"];
  expect(web?.secret).toBe(true);
  expect(web?.content).toContain(placeholderCredentials.exporters.bcrypt);
  expect(web?.content).not.toContain(placeholderCredentials.exporters.password);
});
