import http from "node:http";
import { prometheusesOf, serverOf } from "../../stacks/inventory";
import { feedInventory } from "./inventory";
import { basicAuth } from "./passwords";

/** What may be asked through the door: the first part of the path. */
export type Asked = "prometheus" | "loki";

/** Lets questions into the room: a Unix socket, which is reached from other networks as well. */
export async function openDoor(socketPath: string): Promise<void> {
  const server = http.createServer((request, response) => {
    const [, asked = "", rest = ""] = /^\/(\w+)(\/.*)$/.exec(request.url ?? "") ?? [];
    const place = places[asked as Asked];
    if (!place) {
      response.writeHead(404).end();
      return;
    }
    const passed = http.request(
      `${place.url}${rest}`,
      { method: request.method ?? "GET", headers: { ...request.headers, ...place.headers } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on("error", (error) => response.writeHead(502).end(error.message));
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
}

const places: Record<Asked, { url: string; headers: Record<string, string> }> = {
  prometheus: { url: urlOf(prometheusesOf(feedInventory)[0]), headers: basicAuth("prometheus") },
  loki: {
    url: urlOf({ server: serverOf(feedInventory, "loki"), port: feedInventory.services.loki.port }),
    headers: {},
  },
};

function urlOf(place: { server: { address: string }; port: number } | undefined): string {
  return place ? `http://${place.server.address}:${place.port}` : "";
}
