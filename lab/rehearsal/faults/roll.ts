import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected } from "../fleet";

/** The order in which servers have their turn: exporters alone, then Grafana and the watcher, then Prometheus. */
const order = ["server-80", "server-82", "server-81", "server-84"];

/** When a server's log shipper was started, in seconds since 1970. */
async function startOf(fleet: Fleet, server: string): Promise<number> {
  return Date.parse(await fleet.on(server, "docker container inspect --format '{{.State.StartedAt}}' promtail")) / 1000;
}

/** Changes that replace containers everywhere. */
export const rollFaults: FaultRow[] = [
  {
    fault: "every server's log shipper is replaced: one server after the other",
    look: async (fleet) => {
      fleet.change();
      fleet.replaceContainers();
      const answer = await fleet.up();
      expectSaid(answer, 0, /Deployed to server-80, server-81, server-82, server-84\./);
      await fleet.haveChange(...fleet.others());
      const starts = await Promise.all(order.map((server) => startOf(fleet, server)));
      const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
      if (gaps.some((gap) => gap <= 1)) throw new Unexpected(`started with ${gaps} s between them, of ${order}`);
      return `${order.join(", ")}, with ${gaps.map((gap) => gap.toFixed(0)).join(", ")} s between their starts`;
    },
  },
  {
    fault: "every server's log shipper is replaced by one that does not start: the roll stops at the first",
    look: async (fleet) => {
      const [first = "", ...rest] = order;
      const broken = ["/promtail.yml`],", '/promtail.yml`, "-no-such-flag"],'] as const;
      const file = "components/promtail/promtail.ts";
      // Whichever of its two forms it has at the moment.
      const text = fleet.read(file);
      const from = text.includes(broken[0]) ? broken[0] : '"-config.expand-env=false"],';
      const answer = await fleet.undisturbed(rest, () =>
        fleet.edited(file, from, from === broken[0] ? broken[1] : '"-no-such-flag"],', () => fleet.up()),
      );
      expectSaid(answer, 1, new RegExp(`${first} \\([\\d.]+\\): promtail does not become healthy`));
      return expectSaid(
        answer,
        1,
        /The roll stops at server-80\. Nothing was begun on server-82, server-81, server-84, where all runs as before\./,
      );
    },
  },
];
