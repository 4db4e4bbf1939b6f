import { credentialUsers } from "../../components/credentials/credentials";
import { dashboardsFor } from "../../dashboards";
import { targetOf } from "../../stacks/targets";
import { AnswerError, askJson, type Login } from "../ask";
import { type Check, type Finding, finding, good, repairOf, type VerifiedStack, wrong } from "./check";

const datasources = ["prometheus", "loki", "alertmanager"];
/** Uid of the folder in which the dashboards are. */
const folder = "monitoring";

/** Every datasource answers through Grafana, and every dashboard is there. */
export const checkGrafana: Check = async (stack) => {
  const { server, port } = targetOf("grafana", stack.inventory);
  const login = { user: credentialUsers.grafana, password: stack.outputs.passwords.grafana ?? "" };
  const url = `http://${server.address}:${port}`;
  const checks = datasources.map((uid) =>
    finding(server.name, `grafana: ${uid}`, async () => {
      const what = `grafana: ${uid}`;
      const answer = await unlessMissing(() => askJson(`${url}/api/datasources/uid/${uid}/health`, login));
      if (!answer) return wrong(server.name, what, `the datasource is not there: ${repairOf(stack)}`);
      const { status, message } = answer as { status: string; message: string };
      return status === "OK" ? good(server.name, what, "answers") : wrong(server.name, what, message);
    }),
  );
  const shown = finding(server.name, "grafana: dashboards", () => dashboardsAreThere(server.name, url, login, stack));
  return Promise.all([...checks, shown]);
};

async function dashboardsAreThere(server: string, url: string, login: Login, stack: VerifiedStack): Promise<Finding> {
  const wanted = dashboardsFor(stack.inventory).map(({ uid = "" }) => uid);
  const problems = await Promise.all(
    wanted.map(async (uid) => {
      const found = await unlessMissing(() => askJson(`${url}/api/dashboards/uid/${uid}`, login));
      if (!found) return `${uid} is not there`;
      const { folderUid } = (found as { meta: { folderUid?: string } }).meta;
      return folderUid === folder ? undefined : `${uid} is not in the folder Monitoring`;
    }),
  );
  const what = "grafana: dashboards";
  const said = problems.filter((problem) => problem !== undefined);
  if (said.length > 0) return wrong(server, what, `${said.join(", ")}: ${repairOf(stack)}`);
  return good(server, what, `all ${wanted.length} are in the folder Monitoring`);
}

/** The answer; nothing when Grafana says that there is no such thing. */
async function unlessMissing(ask: () => Promise<unknown>): Promise<unknown> {
  return ask().catch((error: unknown) => {
    if (error instanceof AnswerError && error.status === 404) return undefined;
    throw error;
  });
}
