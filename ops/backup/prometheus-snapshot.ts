import { patientFetch } from "../../components/patient-fetch";
import { type Login, reasonOf } from "../ask";

/** The newest samples are written out for it, which takes the longer the more series there are. */
const snapshotSeconds = 280;

/**
 * Has a Prometheus make a snapshot of all that it has, in `snapshots/` of its volume: of links to what is on disk, and
 * the newest samples as one more block. It goes on working meanwhile.
 * @returns the snapshot's folder
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/#snapshot
 */
export async function takeSnapshot(url: string, { user, password }: Login): Promise<string> {
  const address = `${url}/api/v1/admin/tsdb/snapshot`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const options = { method: "POST", headers: { authorization } };
  const answer = await patientFetch(address, snapshotSeconds, options).catch((error: Error) => {
    throw new Error(`Prometheus makes no snapshot (${address}): ${reasonOf(error)}`);
  });
  const text = (await answer.text()).trim().slice(0, 300);
  if (/admin APIs disabled/i.test(text)) {
    throw new Error("Prometheus was deployed without its admin API, which makes snapshots: deploy the stack again.");
  }
  const name = answer.ok ? /"name":"([\w-]+)"/.exec(text)?.[1] : undefined;
  if (!name) throw new Error(`Prometheus makes no snapshot (${address}): ${answer.status} ${text}`);
  return `snapshots/${name}`;
}
