import type { DriftInjection, InjectedDrift } from "../drift-row";
import type { Fleet } from "../fleet";

const server = "server-82";
const on = (script: string) => (fleet: Fleet) => fleet.on(server, script);
/** What it is about belongs to all containers of the server. */
const alone = (row: InjectedDrift): InjectedDrift => ({ ...row, isAlone: true });
const image = "$(docker image ls --format '{{.Repository}}:{{.Tag}}' | grep cadvisor)";
const inNetwork = `$(docker ps --quiet --filter network=monitoring)`;

/** What people do to networks, volumes and images. */
export const dockerDrifts: DriftInjection[] = [
  alone({
    drift: "network removed",
    server,
    inject: on(
      `for one in ${inNetwork}; do docker network disconnect monitoring $one; done; docker network rm monitoring`,
    ),
    says: [
      { type: "network", resource: "monitoring", what: /^is gone$/ },
      { type: "container", resource: "cadvisor", what: /networks/, differences: { networks: /^nothing$/ } },
      { type: "container", resource: "promtail", what: /networks/, differences: { networks: /^nothing$/ } },
    ],
  }),
  alone({
    drift: "network made anew by hand, under the same name and without our labels",
    server,
    inject: on(
      `for one in ${inNetwork}; do docker network disconnect monitoring $one; done; docker network rm monitoring
       docker network create monitoring; for one in cadvisor promtail; do docker network connect --alias $one monitoring $one; done`,
    ),
    says: [{ type: "network", resource: "monitoring", what: /^is gone$/ }],
    // A network of others is not removed: Docker would have two of one name.
    byHand: on(
      "for one in cadvisor promtail; do docker network disconnect monitoring $one; done; docker network rm monitoring",
    ),
  }),
  alone({
    drift: "volume removed, and for that its container",
    server,
    inject: on("docker rm --force promtail; docker volume rm promtail"),
    says: [
      { type: "volume", resource: "promtail", what: /^is gone$/ },
      { type: "container", resource: "promtail", what: /^is gone$/ },
    ],
  }),
  alone({
    drift: "image removed under a running container",
    server,
    inject:
      on(`name=${image}; docker image inspect --format '{{.Id}}' $name > /run/image-id; echo $name > /run/image-name
      docker rmi --force $name`),
    says: [{ type: "image", resource: "ghcr.io/google/cadvisor:v0.57.0", what: /^is gone$/ }],
    // A deployment would have it from its registry, and the lab has none.
    byHand: on('docker tag "$(cat /run/image-id)" "$(cat /run/image-name)"'),
  }),
  alone({
    drift: "image's name given to another image",
    server,
    inject:
      on(`name=${image}; docker image inspect --format '{{.Id}}' $name > /run/image-id; echo $name > /run/image-name
      docker commit --pause=false cadvisor $name`),
    says: [
      {
        ...{ type: "image", resource: "ghcr.io/google/cadvisor:v0.57.0", what: /^is another image by now/ },
        differences: { image: /^sha256:/ },
      },
    ],
    repaired: false,
    byHand: on('docker tag "$(cat /run/image-id)" "$(cat /run/image-name)"'),
  }),
  {
    drift: "rows of a service's database deleted in its volume",
    cannot: "what a service stores is no setting: nobody declares it (npm run backup keeps it)",
  },
];
