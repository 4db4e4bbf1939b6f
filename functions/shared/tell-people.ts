import type { AlertRow } from "./alert-row";
import { announcementOf } from "./announcement";
import type { Told } from "./channels";
import type { Execution } from "./execution";
import type { Verdict } from "./judge";
import { reasonOf } from "./service-error";

/** What came of telling people of an alert; empty when there was nothing to tell. */
export interface Telling {
  told?: Omit<Told, "failures">;
  /** What went wrong, each with its reason. */
  problems?: string[];
}

/**
 * Tells people of a state, if the verdict is that they have to hear of it. What they may not have heard, because whoever
 * recorded it was cut short, they are told when its message does not exist.
 */
export async function tellPeople(
  { channels, log }: Pick<Execution, "channels" | "log">,
  row: AlertRow,
  verdict: Verdict,
): Promise<Telling> {
  if (verdict.is === "late" || ("mayBeUntold" in verdict && !verdict.mayBeUntold)) return {};
  const announcement = announcementOf(row, verdict);
  if ("mayBeUntold" in verdict) {
    try {
      if (await channels.wasTold(announcement)) return {};
    } catch (error) {
      return { problems: [`cannot see whether people were told: ${reasonOf(error)}`] };
    }
  }
  const { failures, ...told } = await channels.tell(announcement);
  if (failures.length === 0) return { told };
  log.problem(
    `${row.alertname} on ${row.instance} (${row.fingerprint}), not everybody was told: ${failures.join("; ")}`,
  );
  return { told, problems: failures };
}
