import { afterEach, expect, it } from "vitest";
import { checkGrafana } from "./grafana";
import { AnsweringServer, stackOf, twoServers } from "./testing";

let server: AnsweringServer;
afterEach(() => server?.stop());

/** What is found of a Grafana that answers well, but for these paths. */
async function found(other: Record<string, { status?: number; body: unknown }> = {}) {
  server = await AnsweringServer.start((path) => {
    if (other[path]) return other[path];
    if (path.endsWith("/health")) return { body: { status: "OK", message: "" } };
    return path.startsWith("/api/dashboards/uid/") ? { body: { meta: { folderUid: "monitoring" } } } : undefined;
  }, "127.0.0.2");
  const findings = await checkGrafana(stackOf(twoServers({ grafana: server.port })), () => {});
  return Object.fromEntries(findings.map(({ what, state, says }) => [what, `${state}: ${says}`]));
}

it("is good when datasources answer and dashboards are in their folder", async () => {
  expect(await found()).toEqual({
    "grafana: prometheus": "good: answers",
    "grafana: loki": "good: answers",
    "grafana: alertmanager": "good: answers",
    "grafana: dashboards": "good: all 4 are in the folder Monitoring",
  });
});

it("names what is missing, in another folder, or not answering", async () => {
  const findings = await found({
    "/api/datasources/uid/prometheus/health": { body: { status: "ERROR", message: "connection refused" } },
    "/api/datasources/uid/loki/health": { status: 404, body: { message: "not found" } },
    "/api/datasources/uid/alertmanager/health": { status: 401, body: "no" },
    "/api/dashboards/uid/dba-dashboard": { status: 404, body: { message: "not found" } },
    "/api/dashboards/uid/mlops-dashboard": { body: { meta: { folderUid: "" } } },
  });
  expect(findings["grafana: prometheus"]).toBe("wrong: connection refused");
  expect(findings["grafana: loki"]).toBe("wrong: the datasource is not there: npm start -- --stack trial");
  expect(findings["grafana: alertmanager"]).toMatch(/^unknown: .*refuses the password of the stack's outputs/);
  expect(findings["grafana: dashboards"]).toBe(
    "wrong: dba-dashboard is not there, mlops-dashboard is not in the folder Monitoring: npm start -- --stack trial",
  );
});
