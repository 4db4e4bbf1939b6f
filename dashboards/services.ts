import { availability, looksIn30Days, serviceUp } from "../alerts/recording/availability";
import { sampleSeconds } from "../alerts/series";
import { onServer } from "./query";

/** What a server or service promises: the share of a month in which it answers. */
export const availabilityTarget = 0.999;

/** Services that the whole fleet depends on: name in `server_service:up:min` → what people call it. */
export const criticalServices = {
  postgres: "PostgreSQL",
  redis: "Redis",
  appwrite: "Appwrite",
  prometheus: "Prometheus",
  alertmanager: "Alertmanager",
  grafana: "Grafana",
  loki: "Loki",
} as const;

const services = Object.keys(criticalServices).join("|");

/** PromQL: whether a service of the chosen servers answers, 1 or 0; by scrape and by probe, the worse of the two. */
export function isUp(service: string): string {
  return `min by (server, service) (${serviceUp.record}{${onServer}, service=~"${service}"})`;
}

/** PromQL: whether the critical services answer, 1 or 0. */
export const criticalServicesUp = isUp(services);

/** Of what the figures for 30 days are asked: servers, or the critical services. */
export type Measured = "servers" | "services";

const selectorOf = (measured: Measured) =>
  measured === "servers" ? `${onServer}, service="server"` : `${onServer}, service=~"${services}"`;

/** PromQL: availability of the last 30 days, %. */
export function availabilityOf(measured: Measured): string {
  return `100 * min by (server, service) (${availability.record}{${selectorOf(measured)}})`;
}

/** PromQL: what is left of the time that each may be away, %; negative when more was used. */
export function budgetLeft(measured: Measured): string {
  const allowed = round(1 - availabilityTarget);
  return `100 * (1 - (1 - min by (server, service) (${availability.record}{${selectorOf(measured)}})) / ${allowed})`;
}

/** PromQL: for how long each was away of the last 30 days, seconds. */
export function timeAway(measured: Measured): string {
  const selector = selectorOf(measured);
  return `max by (server, service) ((1 - ${availability.record}{${selector}}) * ${secondsOf(selector)})`;
}

/** PromQL: over which time that is known, seconds; less than 30 days where Prometheus is younger, or was away. */
export function timeMeasured(measured: Measured): string {
  return `max by (server, service) (${secondsOf(selectorOf(measured))})`;
}

function secondsOf(selector: string): string {
  return `${sampleSeconds} * ${looksIn30Days.record}{${selector}}`;
}

/** Without the error of the binary fraction. */
function round(value: number): number {
  return Number(value.toFixed(6));
}
