import type { DriftInjection, InjectedDrift } from "../drift-row";
import type { Fleet } from "../fleet";
import { askGrafana } from "./asking";

const server = "server-81";
const uid = "devops-dashboard";

function drift(
  drift: string,
  inject: (fleet: Fleet) => Promise<unknown>,
  type: string,
  resource: string,
  what: RegExp,
  differences = {},
): InjectedDrift {
  return { drift: `Grafana: ${drift}`, server, inject, says: [{ type, resource, what, differences }] };
}

/** Saves a dashboard as a person does who has edited it. */
async function save(
  fleet: Fleet,
  change: (dashboard: { title: string; tags?: string[] }) => void,
  folderUid = "monitoring",
) {
  const { dashboard } = await askGrafana(fleet, "GET", `/api/dashboards/uid/${uid}`);
  change(dashboard);
  await askGrafana(fleet, "POST", "/api/dashboards/db", { dashboard, folderUid, overwrite: true });
}

/** What people do in Grafana. */
export const grafanaDrifts = (title: string): DriftInjection[] => [
  drift(
    "dashboard edited",
    (fleet) =>
      save(fleet, (dashboard) => {
        dashboard.tags = ["by-hand"];
      }),
    "dashboard",
    title,
    /^was changed \(.*tags/,
    { "dashboard › tags": /by-hand/ },
  ),
  drift(
    "dashboard deleted",
    (fleet) => askGrafana(fleet, "DELETE", `/api/dashboards/uid/${uid}`),
    "dashboard",
    title,
    /^is gone$/,
  ),
  {
    ...drift(
      "dashboard moved to another folder",
      async (fleet) => {
        await askGrafana(fleet, "POST", "/api/folders", { uid: "by-hand", title: "By hand" });
        await save(fleet, () => {}, "by-hand");
      },
      "dashboard",
      title,
      /^was changed \(folder\)$/,
      { folder: /^by-hand$/ },
    ),
    byHand: async (fleet) => {
      // A folder is deleted with what is in it.
      await save(fleet, () => {});
      await askGrafana(fleet, "DELETE", "/api/folders/by-hand");
    },
  },
  drift(
    "folder renamed",
    (fleet) => askGrafana(fleet, "PUT", "/api/folders/monitoring", { title: "By hand", overwrite: true }),
    "folder",
    "Monitoring",
    /^was changed \(title\)$/,
    { title: /^By hand$/ },
  ),
  drift(
    "datasource edited",
    async (fleet) => {
      const datasource = await askGrafana(fleet, "GET", "/api/datasources/uid/loki");
      await askGrafana(fleet, "PUT", "/api/datasources/uid/loki", { ...datasource, url: "http://by-hand:3100" });
    },
    "datasource",
    "Loki",
    /^was changed \(URL\)$/,
    { URL: /^http:\/\/by-hand:3100$/ },
  ),
  drift(
    "datasource deleted",
    (fleet) => askGrafana(fleet, "DELETE", "/api/datasources/uid/loki"),
    "datasource",
    "Loki",
    /^is gone$/,
  ),
  {
    drift: "Grafana: container stopped, so that what is in it cannot be looked at",
    server,
    inject: (fleet) => fleet.on(server, "docker stop grafana"),
    says: [{ type: "container", resource: "grafana", what: /^is stopped$/ }],
    isAlone: true,
    unreachable: /Grafana at .* cannot be reached/,
  },
  {
    drift: "Grafana: password of a datasource changed",
    cannot: "Grafana never tells it again, nor when it was written; a panel that gets no answer says so",
  },
];
