import { must } from "../../../ops/process";
import { labKeys } from "../../hosts/lab-stack";
import type { Fleet } from "../fleet";

/** Asks Grafana's API as its administrator, from where the servers are reached. */
export async function askGrafana(fleet: Fleet, method: string, path: string, body?: object) {
  const { services } = fleet.stack.inventory;
  const { address } = fleet.server(services.grafana.server);
  const { grafana: password = "" } = await fleet.stack.passwords();
  const url = `http://${address}:${services.grafana.port}${path}`;
  return ask(fleet, method, url, [`user = "admin:${password}"`], body);
}

/** Asks Appwrite's API with the key that deploys. */
export async function askAppwrite(fleet: Fleet, method: string, path: string, body?: object) {
  const { appwrite, inventory } = fleet.stack;
  const headers = {
    "X-Appwrite-Project": inventory.channels.appwrite?.project ?? "",
    "X-Appwrite-Key": labKeys.deploy,
  };
  const lines = Object.entries(headers).map(([name, value]) => `header = "${name}: ${value}"`);
  return ask(fleet, method, `${appwrite.url}${path}`, lines, body);
}

async function ask(fleet: Fleet, method: string, url: string, secrets: string[], body: object | undefined) {
  const [command = "", ...within] = fleet.stack.hosts.asOperator;
  const data = body ? ["--header", "content-type: application/json", "--data", JSON.stringify(body)] : [];
  const options = ["--silent", "--show-error", "--fail-with-body", "--globoff", "--max-time", "30", "--config", "-"];
  // What is secret on curl's standard input: a process list shows arguments.
  const answer = await must(command, [...within, "curl", ...options, "--request", method, ...data, url], {
    input: secrets.join("\n"),
  });
  return answer.trim() === "" ? undefined : JSON.parse(answer);
}
