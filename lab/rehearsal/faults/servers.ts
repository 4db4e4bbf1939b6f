import { pause } from "../../pause";
import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected, until } from "../fleet";
import { leavesOut } from "./left-out";

const off = (server: string) => (fleet: Fleet) => fleet.on(server, "ip link set eth0 down");
const on = (server: string) => (fleet: Fleet) => fleet.on(server, "ip link set eth0 up");
const unreachable = (server: string) =>
  new RegExp(`${server} \\([\\d.]+\\): .*SSH port 22.*is the server up, and reachable from here\\?`);

/** Servers that are off: before, during and after a deployment, and what is said meanwhile. */
export const serverFaults: FaultRow[] = [
  leavesOut({
    fault: "server-82 is off before `npm run up`",
    server: "server-82",
    cause: off("server-82"),
    end: on("server-82"),
    says: unreachable("server-82"),
  }),
  leavesOut({
    fault: "server-81, with Grafana and the watcher, is off before `npm run up`",
    server: "server-81",
    cause: off("server-81"),
    end: on("server-81"),
    says: unreachable("server-81"),
  }),
  leavesOut({
    fault: "server-84, with Prometheus, is off before `npm run up`",
    server: "server-84",
    cause: off("server-84"),
    end: on("server-84"),
    says: unreachable("server-84"),
  }),
  {
    fault: "server-82 is off before a plain `pulumi up`",
    cause: off("server-82"),
    end: on("server-82"),
    look: async (fleet) => {
      fleet.change();
      const answer = await fleet.undisturbed(fleet.others(), () => fleet.pulumi("up", "--yes", "--skip-preview"));
      for (const name of fleet.others()) {
        if (await fleet.hasChange(name)) throw new Unexpected(`${name} was deployed to`);
      }
      expectSaid(answer, 1, /Nothing was changed, because:/);
      expectSaid(answer, 1, /other servers meanwhile: npm run up -- --stack prod/);
      return expectSaid(answer, 1, unreachable("server-82"));
    },
  },
  {
    fault: "server-82 goes off in the middle of `npm run up`",
    end: on("server-82"),
    refresh: true,
    look: async (fleet) => {
      fleet.change();
      fleet.replaceContainers();
      const up = fleet.startCommand("up");
      await up.until(/Deploy the stack prod/, 90);
      // The servers have been asked a second time by the program when the first of them is worked on.
      await until(
        "something is deployed",
        120,
        async () =>
          (await Promise.all(fleet.others("server-82").map((name) => fleet.hasChange(name)))).some(Boolean) ||
          undefined,
      );
      await off("server-82")(fleet);
      const answer = await up.answer();
      await fleet.haveChange(...fleet.others("server-82"));
      return expectSaid(answer, 1, /server-82/);
    },
  },
  {
    fault: "server-82 is off after `up`, at `npm run verify`",
    cause: off("server-82"),
    end: async (fleet) => {
      await on("server-82")(fleet);
      await until("its targets are up again", 90, async () => {
        const states = await fleet.stack.targets();
        return (
          states.some(
            ({ server, job, health }) => server === "server-82" && job === "node-exporter" && health === "up",
          ) || undefined
        );
      });
    },
    look: async (fleet) => {
      await until("Prometheus has noticed", 60, async () => {
        const states = await fleet.stack.targets();
        return states.some(({ server, health }) => server === "server-82" && health === "down") || undefined;
      });
      return expectSaid(
        await fleet.command("verify"),
        1,
        /to server-82 +cannot reach node-exporter on 10\.0\.0\.82:9100, wanted by prometheus/,
      );
    },
  },
  {
    fault: "server-82 is off during `npm run drift`",
    cause: off("server-82"),
    end: on("server-82"),
    look: async (fleet) => expectSaid(await fleet.command("drift"), 2, /server-82.*(SSH|reach|answer)/),
  },
  {
    fault: "server-84 is off altogether: the watcher tells people",
    cause: off("server-84"),
    end: async (fleet) => {
      await on("server-84")(fleet);
      await pause(5);
    },
    look: async (fleet) => {
      const since = Date.now();
      const subject = "[CRITICAL] ServerDown on server-84";
      const mail = await until("the watcher's mail", 240, async () =>
        fleet.stack.outside.mails.find((one) => one.subject === subject && one.at > since),
      );
      return `the mail ${subject}, ${Math.round((mail.at - since) / 1000)} s after`;
    },
  },
  {
    // No namespace parts the clock itself.
    fault: "the clock of server-82 is five minutes ahead, as its `date` says it",
    cause: (fleet) =>
      fleet.on(
        "server-82",
        `date=$(readlink -f "$(command -v date)"); cp $date /run/right-date
         printf '#!/bin/sh\\nexec /run/right-date --date="+5 minutes" "$@"\\n' > /run/wrong-date
         chmod 755 /run/wrong-date; mount --bind /run/wrong-date $date`,
      ),
    end: (fleet) => fleet.on("server-82", 'umount "$(readlink -f "$(command -v date)")"'),
    look: async (fleet) => {
      fleet.change();
      expectSaid(await fleet.up(), 0, /Deployed to server-80, server-81, server-82, server-84\./);
      const answer = await fleet.command("verify");
      return expectSaid(answer, 1, /clock +(299|300|301) s ahead of this machine's: timedatectl/);
    },
  },
];
