import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected } from "../fleet";

/** A server that cannot be deployed to: how that comes, and what is said of it. */
interface Unusable extends Pick<FaultRow, "fault" | "cause" | "end"> {
  server: string;
  says: RegExp;
}

/**
 * A fault of one server that leaves it out of a deployment, which goes on with the others: what is to be deployed is on
 * them, none of their containers was stopped for it, and the server is as it was.
 */
export function leavesOut({ fault, server, says, cause, end }: Unusable): FaultRow {
  return {
    fault,
    ...(cause ? { cause } : {}),
    ...(end ? { end } : {}),
    look: async (fleet: Fleet) => {
      fleet.change();
      const others = fleet.others(server);
      const answer = await fleet.undisturbed(others, () => fleet.up());
      await fleet.haveChange(...others);
      if (await fleet.hasChange(server)) throw new Unexpected(`${server} was deployed to all the same`);
      expectSaid(answer, 2, new RegExp(`Left out, and as before: ${server}\\.`));
      return expectSaid(answer, 2, says);
    },
  };
}
