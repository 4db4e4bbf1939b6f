import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, type Limits, noneOrSome } from "../limits";
import { toLogs } from "../links";
import { stateTimeline, statistic, timeSeries } from "../panels";
import { onServer, promql, type Query } from "../query";
import { states } from "../states";

const none = "no Ray Serve here";

const latency = "ray_serve_deployment_processing_latency_ms";
const byModel = "server, application, deployment";
const modelName = "{{server}} {{application}} {{deployment}}";

/** From a server's value to the log of its Ray, at the same time. */
const toRayLogs = toLogs("Logs of Ray", { server: "server" }, ['container=~"(?i).*ray.*"']);

/** A percentile of the time of a request, seconds; none while nobody asks. */
const percentile = (quantile: number, by: string, time: string, buckets = `${latency}_bucket{${onServer}}`) =>
  `histogram_quantile(${quantile}, sum by (${by}, le) (rate(${buckets}[${time}]))) / 1000 >= 0`;

/** Answers over HTTP that an application gave; those to wrong paths belong to none. */
const answers = `ray_serve_http_request_latency_ms_bucket{${onServer}, application!=""}`;

/** Requests a second, well or badly ended: Ray's own counter of requests leaves out those that fail. */
const requests = (by: string, time = "$__rate_interval") =>
  `sum by (${by}) (rate(${latency}_count{${onServer}}[${time}]))`;

/** Share of requests that end in an error; 0 while nobody asks. */
const failed = (by: string, time = "$__rate_interval") => {
  const errors = `sum by (${by}) (rate(ray_serve_deployment_error_counter_total{${onServer}}[${time}]))`;
  const all = requests(by, time);
  return `100 * (${errors} or 0 * ${all}) / (${all} > 0) or 0 * ${all}`;
};

function latencyNow(name: string, { says, ...args }: { says: string; queries: Query; limits?: Limits }): Panel {
  return statistic(`Latency ${name}`, {
    ...args,
    description: `${says} From when a replica begins a request to when it is done; waiting for a free replica comes on top. Estimated from buckets.`,
    unit: units.Seconds,
    noValue: "no requests",
    links: [toRayLogs],
  });
}

/** What users of the models get. */
export function inference(inventory: Inventory): Row {
  const slow = above(inventory, "inferenceLatencySeconds");
  const failing = above(inventory, "inferenceErrorPercent");
  return row(
    "Inference (Ray Serve)",
    [
      latencyNow("P50", {
        says: "Half of the requests of the last 5 minutes were done sooner: the usual case.",
        queries: promql(percentile(0.5, "server", "5m"), "{{server}}"),
      }),
      latencyNow("P95", {
        says: "19 of 20 requests of the last 5 minutes were done sooner, at the slowest deployment. Red is where InferenceLatencyHigh begins.",
        limits: slow,
        queries: promql(`max by (server) (${percentile(0.95, byModel, "5m")})`, "{{server}}"),
      }),
      latencyNow("P99", {
        says: "99 of 100 requests of the last 5 minutes were done sooner: what the unlucky ones wait.",
        queries: promql(percentile(0.99, "server", "5m"), "{{server}}"),
      }),
      statistic("Requests a second", {
        description:
          "Requests a second to all deployments, those that fail among them. There is no right number; a sudden fall is callers that no longer come through.",
        unit: units.RequestsPerSecond,
        decimals: 2,
        queries: promql(requests("server", "5m"), "{{server}}"),
        links: [toRayLogs],
      }),
      statistic("Errors", {
        description:
          "Share of the requests of the last 5 minutes that ended in an exception, at the deployment where it is worst; 0 while nobody asks. 0 is good. Red is where InferenceErrorRateHigh begins.",
        unit: units.Percent,
        decimals: 2,
        limits: failing,
        queries: promql(`max by (server) (${failed(byModel, "5m")})`, "{{server}}"),
        links: [toRayLogs],
      }),
      statistic("Unhealthy replicas", {
        description:
          "Replicas that Ray Serve finds ill right now. 0 is good; it replaces one within half a minute. InferenceReplicaUnhealthy is 5 minutes of it: then the new ones fall ill as well.",
        unit: units.Short,
        limits: noneOrSome,
        queries: promql(
          `count by (server) (ray_serve_deployment_replica_healthy{${onServer}}) - sum by (server) (ray_serve_deployment_replica_healthy{${onServer}})`,
          "{{server}}",
        ),
        links: [toRayLogs],
      }),
      timeSeries("Latency: P50, P95, P99", {
        description:
          "How long requests to all deployments of a server take, in their replica. Lines far apart: a few requests are much slower than the rest. All rise together: the server or its GPU is busy.",
        unit: units.Seconds,
        min: 0,
        noValue: "no requests",
        queries: [
          promql(percentile(0.5, "server", "$__rate_interval"), "{{server}} P50"),
          promql(percentile(0.95, "server", "$__rate_interval"), "{{server}} P95"),
          promql(percentile(0.99, "server", "$__rate_interval"), "{{server}} P99"),
        ],
        links: [toRayLogs],
      }),
      timeSeries("Latency P95 by deployment", {
        description:
          "19 of 20 requests to a deployment are done sooner. InferenceLatencyHigh begins at the dashed line: more replicas, or the version before. A gap is a time without requests.",
        unit: units.Seconds,
        min: 0,
        limits: slow,
        noValue: "no requests",
        queries: promql(percentile(0.95, byModel, "$__rate_interval"), modelName),
        links: [toRayLogs],
      }),
      timeSeries("Requests by deployment", {
        description:
          "Requests a second that each deployment ends, well or badly. Compare with yesterday; a flat 0 where there should be some is an application that is not reached.",
        unit: units.RequestsPerSecond,
        min: 0,
        queries: promql(requests(byModel), modelName),
        links: [toRayLogs],
      }),
      timeSeries("Errors by deployment", {
        description:
          "Share of a deployment's requests that end in an exception; 0 while nobody asks. 0 is good; InferenceErrorRateHigh begins at the dashed line. Since a deployment: serve the version before.",
        unit: units.Percent,
        min: 0,
        limits: failing,
        queries: promql(failed(byModel), modelName),
        links: [toRayLogs],
      }),
      timeSeries("HTTP answers", {
        description:
          "Answers of Ray Serve's HTTP proxy by status. 200 is good; 404 is a caller with a wrong path, 500 an exception in a model, 503 too many requests that wait.",
        unit: units.RequestsPerSecond,
        min: 0,
        queries: promql(
          `sum by (server, status_code) (rate(ray_serve_num_http_requests_total{${onServer}}[$__rate_interval]))`,
          "{{server}} {{status_code}}",
        ),
        links: [toRayLogs],
      }),
      timeSeries("Latency P95 at the proxy", {
        description:
          "What callers over HTTP wait for 19 of 20 answers, with the waiting for a free replica. Much longer than the latency of the deployment: requests queue, and more replicas help.",
        unit: units.Seconds,
        min: 0,
        noValue: "no requests",
        queries: promql(
          percentile(0.95, "server, application", "$__rate_interval", answers),
          "{{server}} {{application}}",
        ),
        links: [toRayLogs],
      }),
      timeSeries("Requests that wait, and that run", {
        description:
          "Requests to each deployment that wait for a free replica, and that replicas work on. Waiting should be 0 or fall back to it; else more replicas (`num_replicas`, `autoscaling_config`).",
        unit: units.Short,
        min: 0,
        queries: [
          promql(`sum by (${byModel}) (ray_serve_deployment_queued_queries{${onServer}})`, `${modelName} wait`),
          promql(`sum by (${byModel}) (ray_serve_replica_processing_queries{${onServer}})`, `${modelName} run`),
        ],
        links: [toRayLogs],
      }),
      stateTimeline("Applications", {
        description:
          "What Ray Serve says of each application. `running` is good, `deploying` is on its way there. `failed` and `unhealthy` for 2 minutes is InferenceApplicationDown: it does not answer, or with the version before.",
        unit: units.NoUnit,
        words: states({
          0: ["unknown", "purple"],
          1: ["failed", "red"],
          2: ["unhealthy", "red"],
          3: ["not started", "blue"],
          4: ["deleting", "blue"],
          5: ["deploying", "yellow"],
          6: ["running", "green"],
        }),
        queries: promql(
          `max by (server, application) (ray_serve_application_status{${onServer}})`,
          "{{server}} {{application}}",
        ),
        links: [toRayLogs],
      }),
    ],
    none,
  );
}
