import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected } from "../fleet";

/** An edit of the program with which one service of server-84 does not get along. */
interface Mistake {
  fault: string;
  file: string;
  from: string;
  to: string;
  says: RegExp;
  /** A file of the service below the server's directory, which stays as it is. */
  keeps?: string;
}

/**
 * A mistake in one service's description: said with what the service says of it, what it had stays in force, and the
 * others get what there is for them. Taken back, it is deployed as if nothing had been.
 */
function refused({ fault, file, from, to, says, keeps }: Mistake): FaultRow {
  const kept = (fleet: Fleet) => (keeps ? fleet.on("server-84", `cd /srv/monitoring && sha256sum ${keeps}`) : "");
  return {
    fault,
    look: async (fleet) => {
      fleet.change();
      const before = await kept(fleet);
      const answer = await fleet.undisturbed(fleet.others("server-84"), () =>
        fleet.edited(file, from, to, () => fleet.up()),
      );
      await fleet.haveChange(...fleet.others());
      if ((await kept(fleet)) !== before) throw new Unexpected(`${keeps} on server-84 is not what it was before`);
      return expectSaid(answer, 1, says);
    },
  };
}

/** Descriptions that are wrong. */
export const configurationFaults: FaultRow[] = [
  {
    ...refused({
      fault: "a configuration of Prometheus that promtool refuses",
      file: "components/prometheus/configuration.ts",
      from: 'scrape_interval: "15s"',
      to: 'scrape_interval: "15 parsecs"',
      says: /server-84 \(10\.0\.0\.84\): \/srv\/monitoring\/prometheus: promtool refuses the new configuration; the old one stays\./,
      keeps: "prometheus/prometheus.yml",
    }),
  },
  {
    ...refused({
      fault: "a configuration of Loki that passes its check, and with which it does not start",
      file: "components/loki/configuration.ts",
      from: "working_directory: ",
      to: 'working_directory: "/proc" + ',
      says: /server-84 \(10\.0\.0\.84\): loki does not become healthy/,
      keeps: "loki/loki.yml",
    }),
  },
  {
    ...refused({
      fault: "a service that crashes again and again: the blackbox exporter, whose configuration is not where it looks",
      file: "components/exporters/blackbox-exporter.ts",
      from: "command: [configFile,",
      to: 'command: ["--config.file=/none",',
      says: /server-84 \(10\.0\.0\.84\): blackbox-exporter does not become healthy \(.*started again/,
    }),
  },
  {
    fault: "an inventory that places two services on one port",
    look: async (fleet) => {
      fleet.change();
      const same = [
        'alertmanager: { server: "server-84", port: 9093 }',
        'alertmanager: { server: "server-84", port: 9090 }',
      ] as const;
      const answer = await fleet.undisturbed(fleet.others(), () =>
        fleet.edited("stacks/prod.ts", ...same, () => fleet.up()),
      );
      for (const name of fleet.others())
        if (await fleet.hasChange(name)) throw new Unexpected(`${name} was deployed to`);
      return expectSaid(
        answer,
        1,
        /server-84: port 9090 is wanted by both services\.prometheus and services\.alertmanager/,
      );
    },
  },
  {
    fault: "Appwrite does not answer during `npm run up`",
    cause: async (fleet) => fleet.stack.appwrite.tell({ away: true }),
    end: async (fleet) => fleet.stack.appwrite.tell({ away: false }),
    look: async (fleet) => {
      fleet.change();
      const answer = await fleet.undisturbed(fleet.others(), () => fleet.up());
      return expectSaid(answer, 1, /http:\/\/10\.0\.0\.1:\d+\/v1: Appwrite cannot be reached/);
    },
  },
];
