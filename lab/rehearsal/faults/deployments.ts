import { toolPath } from "../../../ops/toolchain/tools";
import { pause } from "../../pause";
import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected } from "../fleet";

/** How often a deployment is killed by each signal. */
const kills = 5;
/** It takes about this long to begin, and then this long to replace four containers. */
const [earliest, latest] = [2, 25];

/** `pulumi up` that is killed at random points, and run again: everything is there at its end, once. */
function killed(signal: "SIGTERM" | "SIGKILL"): FaultRow {
  return {
    fault: `\`pulumi up\` is killed by ${signal} at ${kills} random points, and run again each time`,
    refresh: true,
    look: async (fleet) => {
      const points: string[] = [];
      for (let time = 0; time < kills; time++) {
        fleet.change();
        fleet.replaceContainers();
        const seconds = earliest + Math.random() * (latest - earliest);
        const up = fleet.start(toolPath("pulumi"), "--non-interactive", "up", "--yes", "--skip-preview");
        await pause(seconds);
        await up.kill(signal);
        points.push(`${seconds.toFixed(0)} s`);
        const again = await fleet.up("--refresh");
        if (again.code !== 0) {
          throw new Unexpected(
            `killed after ${seconds.toFixed(1)} s, the next \`npm run up\` ends with ${again.code}:\n${again.said}`,
          );
        }
        await onceEach(fleet);
      }
      return `killed after ${points.join(", ")}; the next \`npm run up -- --refresh\` ended well each time`;
    },
  };
}

/** @throws {Unexpected} when a server has a container of ours twice, or one that makes files ready and was left behind */
async function onceEach(fleet: Fleet): Promise<void> {
  await fleet.haveChange(...fleet.others());
  for (const { name } of fleet.servers) {
    const services = (await fleet.on(name, "docker ps --all --format '{{.Label \"monitoring.service\"}}'")).split("\n");
    const twice = services.filter((service, index) => services.indexOf(service) !== index);
    if (twice.length > 0 || services.includes("")) {
      throw new Unexpected(`${name} has containers twice, or some that are no service: ${services.join(", ")}`);
    }
  }
}

/** What happens to the deployment itself. */
export const deploymentFaults: FaultRow[] = [
  killed("SIGTERM"),
  killed("SIGKILL"),
  {
    fault: "two `npm run up` at once",
    look: async (fleet) => {
      fleet.change();
      fleet.replaceContainers();
      const first = fleet.startCommand("up");
      await first.until(/Deploy the stack prod/, 90);
      await pause(3);
      const second = await fleet.up();
      const firstAnswer = await first.answer();
      expectSaid(firstAnswer, 0, /Deployed to server-80, server-81, server-82, server-84\./);
      await fleet.haveChange(...fleet.others());
      return expectSaid(second, 1, /created by .*pid|is being deployed by|locked/);
    },
  },
];
