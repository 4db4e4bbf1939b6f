import { heartbeatAlert } from "../../alerts/routing";
import { severities } from "../../alerts/rule";
import { type AlertRow, alertRow, BadAlert, type StoredRow } from "../shared/alert-row";
import { each } from "../shared/each";
import type { Answer, Execution } from "../shared/execution";
import type { Verdict } from "../shared/judge";
import { heartbeatPlanOf, planOf, recordAlert } from "../shared/record-alert";
import { reasonOf } from "../shared/service-error";
import { type Telling, tellPeople } from "../shared/tell-people";
import { BadDelivery, type Delivery, readDelivery } from "./delivery";
import { verifyUpdates } from "./verify-updates";

/** What became of one alert of a delivery. */
export interface Outcome extends Telling {
  alertname?: string;
  instance?: string;
  fingerprint?: string;
  status?: string;
  /** `unchanged`: nothing new in it. `rejected`: it cannot be stored as it is. `failed`: Appwrite did not store it. */
  result: "created" | "updated" | "unchanged" | "rejected" | "failed";
  verdict?: Verdict["is"] | "heartbeat";
}

/** An alert that a row could be made of. */
interface Arrival {
  index: number;
  row: AlertRow;
  alert: unknown;
}

/** Alerts under way at the same time. */
const atOnce = 12;
/** The function's timeout is 60 s; what has not been begun by then is logged rather than lost when it strikes. */
const lastStart = 45_000;

/**
 * Stores every alert of a delivery and tells people of it. One that is bad, or a channel that fails, stops none of the
 * others; what could not be stored is logged whole.
 * @returns 200 when all is well, 207 when something is not, 4xx when nothing could be made of it, 502 when Appwrite
 *   stored nothing; with the outcome of each alert
 */
export async function processDelivery(execution: Execution): Promise<Answer> {
  const { clock, log, body } = execution;
  const now = clock.now();
  let delivery: Delivery;
  try {
    delivery = readDelivery(body);
  } catch (error) {
    if (!(error instanceof BadDelivery)) throw error;
    log.problem(`refused: ${error.message}`, error.alerts.length > 0 ? namesOf(error.alerts) : body);
    return { status: error.status, body: { error: error.message } };
  }
  const outcomes: Outcome[] = [];
  const arrivals: Arrival[] = [];
  delivery.alerts.forEach((alert, index) => {
    try {
      arrivals.push({ index, alert, row: alertRow(alert, delivery, now) });
    } catch (error) {
      if (!(error instanceof BadAlert)) throw error;
      log.problem(`rejected an alert: ${error.message}`, JSON.stringify(alert));
      outcomes[index] = { ...identityOf(alert), result: "rejected", problems: [error.message] };
    }
  });
  const known = await findKnown(execution, arrivals);
  const updated: AlertRow[] = [];
  await each(groupsOf(arrivals), atOnce, async (group) => {
    // Of one fingerprint one after the other.
    for (const arrival of group) {
      const outcome = await processAlert(execution, arrival, known, now);
      outcomes[arrival.index] = outcome;
      if (outcome.result === "updated" && outcome.verdict !== "heartbeat") updated.push(arrival.row);
    }
  });
  await verifyUpdates(execution, updated, now);
  return answerFor(delivery, outcomes, execution);
}

/** What is stored already. Should that not be found out, each alert tries for itself. */
async function findKnown({ table, log }: Execution, arrivals: Arrival[]): Promise<Map<string, StoredRow>> {
  try {
    return await table.find(arrivals.map(({ row }) => row.fingerprint));
  } catch (error) {
    log.problem(`could not read what is stored: ${reasonOf(error)}`);
    return new Map();
  }
}

/** By fingerprint, what is most urgent first. */
function groupsOf(arrivals: Arrival[]): Arrival[][] {
  const groups = new Map<string, Arrival[]>();
  for (const arrival of arrivals) {
    const group = groups.get(arrival.row.fingerprint);
    if (group) group.push(arrival);
    else groups.set(arrival.row.fingerprint, [arrival]);
  }
  const urgency = ([first]: Arrival[]) => (first ? severities.indexOf(first.row.severity) : 0);
  return [...groups.values()].sort((a, b) => urgency(b) - urgency(a));
}

async function processAlert(
  execution: Execution,
  { row, alert }: Arrival,
  known: Map<string, StoredRow>,
  now: number,
): Promise<Outcome> {
  const { table, clock, log } = execution;
  const { alertname, instance, fingerprint, status } = row;
  const outcome = { alertname, instance, fingerprint, status };
  const isHeartbeat = alertname === heartbeatAlert;
  if (clock.now() - now > lastStart) {
    log.problem("not stored, there was no time left", JSON.stringify(alert));
    return { ...outcome, result: "failed", problems: ["there was no time left"] };
  }
  try {
    const planner = isHeartbeat ? heartbeatPlanOf : planOf;
    const { verdict, row: state, write } = await recordAlert(table, known.get(fingerprint), row, now, planner);
    const result = write === "nothing" ? "unchanged" : write;
    if (isHeartbeat) return { ...outcome, result, verdict: "heartbeat" };
    return { ...outcome, result, verdict: verdict.is, ...(await tellPeople(execution, state, verdict)) };
  } catch (error) {
    const problem = `not stored: ${reasonOf(error)}`;
    log.problem(problem, JSON.stringify(alert));
    if (isHeartbeat) return { ...outcome, result: "failed", problems: [problem] };
    // People hear of it all the same; who was told before is not told again.
    const { told, problems = [] } = await tellPeople(execution, row, { is: "news", slot: "" });
    return { ...outcome, result: "failed", ...(told ? { told } : {}), problems: [problem, ...problems] };
  }
}

function answerFor({ receiver }: Delivery, outcomes: Outcome[], { log }: Execution): Answer {
  const count = (matches: (outcome: Outcome) => boolean) => outcomes.filter(matches).length;
  const counts = {
    created: count(({ result }) => result === "created"),
    updated: count(({ result }) => result === "updated"),
    unchanged: count(({ result }) => result === "unchanged"),
    rejected: count(({ result }) => result === "rejected"),
    failed: count(({ result }) => result === "failed"),
    told: count(({ told }) => told !== undefined),
  };
  const shown = Object.entries(counts).filter(([, number]) => number > 0);
  log.say(
    `${outcomes.length} alerts for ${receiver}: ${shown.map(([name, number]) => `${number} ${name}`).join(", ")}`,
  );
  const troubled = count(({ problems }) => problems !== undefined);
  const all = outcomes.length;
  const status =
    troubled === 0 ? 200 : counts.rejected === all ? 400 : counts.failed + counts.rejected === all ? 502 : 207;
  const problems = outcomes.flatMap((outcome) => (outcome.problems ? [outcome.problems.join("; ")] : []));
  const error = status === 400 ? { error: problems[0] } : {};
  return { status, body: { ...error, receiver, ...counts, outcomes } };
}

/** As much of a bad alert as tells which it was. */
function identityOf(alert: unknown): Partial<Outcome> {
  const { labels, fingerprint, status } = (alert ?? {}) as Record<string, unknown>;
  const { alertname, instance } = (labels ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ alertname, instance, fingerprint, status }).filter(([, value]) => typeof value === "string"),
  );
}

function namesOf(alerts: unknown[]): string {
  return alerts.map((alert) => Object.values(identityOf(alert)).join(" ")).join("; ");
}
