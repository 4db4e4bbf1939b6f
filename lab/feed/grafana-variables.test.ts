import { expect, it } from "vitest";
import { dashboardsFor } from "../../dashboards";
import { substituted } from "./grafana-variables";
import { feedInventory } from "./inventory";

const [dashboard] = dashboardsFor(feedInventory);
const shown = { from: 1000, to: 1180 };
const written = (expr: string) => dashboard && substituted(expr, dashboard, shown);

it("all servers are whatever the dashboard says that all are", () => {
  expect(written('up{server=~"$server"}')).toBe('up{server=~".+"}');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variables
  expect(written('up{server=~"${server:regex}"}')).toBe('up{server=~".+"}');
});

it("Grafana's own variables are durations of the time that is shown", () => {
  expect(written("rate(a[$__rate_interval]) / increase(a[$__range]) > $__range_s")).toBe(
    "rate(a[60s]) / increase(a[180s]) > 180",
  );
});

it("what belongs to a regular expression stays", () => {
  expect(written('label_replace(up, "a", "$1", "b", "(.+)$")')).toBe('label_replace(up, "a", "$1", "b", "(.+)$")');
});

it("a variable that nobody sets is an error that names it and the query", () => {
  expect(() => written('up{server=~"$host"}')).toThrow('nobody sets the variable $host of: up{server=~"$host"}');
});
