import { heartbeatAlert } from "../../alerts/routing";
import type { Answer, Execution } from "../shared/execution";
import { recordAlert } from "../shared/record-alert";
import { answerWithin, reasonOf, ServiceError } from "../shared/service-error";
import { tellPeople } from "../shared/tell-people";
import { minuteOf } from "../shared/text";
import { heartbeatOf, missingFingerprint, missingHeartbeatPlan, missingHeartbeatRow } from "./missing-heartbeat";

/** How long the outside URL may take to answer. */
const patience = 4_000;

/**
 * Raises an emergency when the heartbeat has stayed away for 15 minutes, once, and resolves it when the heartbeat is
 * back. While it is there, the outside URL of the settings is called, if there is one: whoever waits for that call
 * notices when Appwrite itself is down.
 * @returns 200; 207 when somebody could not be told; 502 when Appwrite did not answer
 */
export async function checkHeartbeat(execution: Execution): Promise<Answer> {
  const { table, clock, log } = execution;
  const now = clock.now();
  try {
    const marker = (await table.find([missingFingerprint])).get(missingFingerprint);
    const heartbeat = heartbeatOf(await table.findByName(heartbeatAlert), marker, now);
    const arriving = missingHeartbeatRow(heartbeat, now);
    const { verdict, row } = await recordAlert(table, marker, arriving, now, missingHeartbeatPlan);
    const { told, problems = [] } = await tellPeople(execution, row, verdict);
    if (heartbeat.row && !heartbeat.isMissing) problems.push(...(await passOn(execution)));
    const { isMissing, since } = heartbeat;
    const state = `${isMissing ? "missing since" : heartbeat.row ? "seen at" : "waited for since"} ${minuteOf(since)}`;
    log.say(`heartbeat ${state}; the alert is ${row.status}`);
    return {
      status: problems.length > 0 ? 207 : 200,
      body: { heartbeat: state, alert: row.status, ...(told ? { told } : {}), problems },
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    log.problem(`the heartbeat could not be checked: ${error.message}`);
    return { status: 502, body: { error: error.message } };
  }
}

/** @returns what went wrong */
async function passOn({ settings, retries, log }: Execution): Promise<string[]> {
  const { heartbeatUrl } = settings;
  if (!heartbeatUrl) return [];
  const service = "the outside heartbeat URL";
  try {
    await retries.run(async () => {
      const { ok, status, statusText } = await answerWithin(service, patience, fetch(heartbeatUrl));
      if (!ok) throw new ServiceError(service, status, "", statusText);
    });
    return [];
  } catch (error) {
    log.problem(reasonOf(error));
    return [reasonOf(error)];
  }
}
