import { type DashboardLink, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";

/** Every dashboard: uid → title. */
export const dashboardTitles = {
  "all-servers-executive": "All Servers — Executive",
  "devops-dashboard": "DevOps",
  "dba-dashboard": "DBA",
  "mlops-dashboard": "MLOps",
} as const;
export type DashboardUid = keyof typeof dashboardTitles;
export const dashboardUids = Object.keys(dashboardTitles) as DashboardUid[];

/** From one dashboard to the others, with its time and the chosen servers. */
export function linksToOthers(uid: DashboardUid): DashboardLink[] {
  return dashboardUids
    .filter((other) => other !== uid)
    .map((other) => ({
      ...link(dashboardTitles[other], `/d/${other}`),
      icon: "dashboard",
      includeVars: true,
      keepTime: true,
    }));
}

/** From a series to a dashboard, with its server chosen. */
export function toDashboard(uid: DashboardUid): DashboardLink {
  return link(dashboardTitles[uid], `/d/${uid}?var-server=\${__field.labels.server}&\${__url_time_range}`);
}

/** From a server's value to the server's logs of the same time. */
export const toServerLogs = toLogs("Logs of this server", { server: "server" });

/** From a container's value to the container's logs of the same time; cAdvisor calls a container `name`. */
export const toContainerLogs = toLogs("Logs of this container", { server: "server", container: "name" });

/**
 * From a series to log lines in Explore.
 * @param title what the link says
 * @param labels label of the log stream → label of the series that has its value, as `{ container: "name" }`
 * @param fixed other parts of the selector, as `container=~"postgres.*"`
 */
export function toLogs(title: string, labels: Record<string, string>, fixed: string[] = []): DashboardLink {
  const matchers = Object.entries(labels).map(([label, from]) => `${label}="\${__field.labels.${from}}"`);
  return link(title, exploreUrl(`{${[...matchers, ...fixed].join(", ")}}`));
}

/** From the cell that names an alert to its page of docs/runbooks. */
export function toRunbook({ runbooks }: Inventory): DashboardLink {
  return { ...link("Runbook", `${runbooks}/\${__value.text}`), targetBlank: true };
}

/** @see https://grafana.com/docs/grafana/latest/explore/get-started-with-explore/#generate-explore-urls-from-external-tools */
function exploreUrl(expr: string): string {
  const queries = [{ refId: "A", datasource: { type: "loki", uid: "loki" }, expr, queryType: "range" }];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variables
  const range = { from: "${__from}", to: "${__to}" };
  return `/explore?schemaVersion=1&orgId=1&panes=${encodeAround(JSON.stringify({ logs: { datasource: "loki", queries, range } }))}`;
}

/** Encoded for a URL, but for Grafana's variables, which it would not find otherwise. */
function encodeAround(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part) => (part.startsWith("${") ? part : encodeURIComponent(part)))
    .join("");
}

function link(title: string, url: string): DashboardLink {
  return {
    ...{ title, type: DashboardLinkType.Link, url, icon: "external link", tooltip: "", tags: [] },
    ...{ asDropdown: false, targetBlank: false, includeVars: false, keepTime: false },
  };
}
