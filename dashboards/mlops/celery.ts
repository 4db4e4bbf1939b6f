import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, limits, noneOrSome } from "../limits";
import { toLogs } from "../links";
import { statistic, timeSeries } from "../panels";
import { onServer, promql } from "../query";

const none = "no Celery here";

/** The queues that people chose. */
const inQueue = `${onServer}, queue_name=~"$queue"`;

const toCeleryLogs = toLogs("Logs of Celery", { server: "server" }, ['container=~"(?i).*(celery|worker).*"']);

/** 0 on every server whose exporter answers: it counts no task before the first one, and forgets hosts that are gone. */
const nothing = `0 * sum by (server) (up{${onServer}, job="celery"} == 1)`;

/** Tasks a second that end in a way, as `succeeded`. */
const tasks = (event: string, by: string, time = "$__rate_interval") =>
  `sum by (${by}) (rate(celery_task_${event}_total{${inQueue}}[${time}]))`;

/** Share of the tasks that fail, of all that end; only of those of which some ended. */
const failed = (by: string, time: string) =>
  `100 * ${tasks("failed", by, time)} / (${tasks("failed", by, time)} + ${tasks("succeeded", by, time)} > 0)`;

/** A percentile of the time of a task, seconds; none while none succeeds. */
const runtime = (quantile: number, by: string) =>
  `histogram_quantile(${quantile}, sum by (${by}, le) (rate(celery_task_runtime_bucket{${inQueue}}[$__rate_interval]))) >= 0`;

/** Queues, tasks and workers. The exporter's server, not the workers', is `server`. */
export function celery(inventory: Inventory): Row {
  const failing = above(inventory, "celeryFailurePercent");
  const long = above(inventory, "celeryQueueLength");
  return row(
    "Celery",
    [
      statistic("Hosts with workers", {
        description:
          "Hosts whose workers send heartbeats. It should be as many as were started; fewer than an hour before, for 10 minutes, is CeleryWorkerGone.",
        unit: units.Short,
        limits: limits({ from: "red", 1: "green" }),
        queries: promql(`sum by (server) (celery_worker_up{${onServer}}) or ${nothing}`, "{{server}}"),
        links: [toCeleryLogs],
      }),
      statistic("Tasks that wait", {
        description:
          "Length of the longest of the chosen queues. Near 0 is good, a batch is no matter. Red for 10 minutes is CeleryQueueBacklog: more workers, or less work.",
        unit: units.Short,
        limits: long,
        queries: promql(`max by (server) (celery_queue_length{${inQueue}})`, "{{server}}"),
        links: [toCeleryLogs],
      }),
      statistic("Queues without a worker", {
        description:
          "Queues in which tasks wait, and that nobody serves. 0 is good; more for 10 minutes is CeleryQueueWithoutWorker: nothing that goes through them is done at all.",
        unit: units.Short,
        limits: noneOrSome,
        queries: promql(
          `count by (server) (celery_queue_length{${inQueue}} > 0 and celery_active_worker_count{${inQueue}} == 0) or ${nothing}`,
          "{{server}}",
        ),
        links: [toCeleryLogs],
      }),
      statistic("Tasks in work", {
        description:
          "Tasks that workers are at right now, of all queues. As many as there are processes for long: the workers are fully used, and queues begin to grow.",
        unit: units.Short,
        queries: promql(`sum by (server) (celery_worker_tasks_active{${onServer}}) or ${nothing}`, "{{server}}"),
        links: [toCeleryLogs],
      }),
      statistic("Succeeded a second", {
        description:
          "Tasks a second that succeeded within 5 minutes. There is no right number; 0 while tasks wait is workers that hang.",
        unit: units.CountsPerSecond,
        decimals: 2,
        queries: promql(`${tasks("succeeded", "server", "5m")} or ${nothing}`, "{{server}}"),
        links: [toCeleryLogs],
      }),
      statistic("Failures", {
        description:
          "Share of the tasks that ended within 10 minutes and failed, of the kind where it is worst; 0 while none ends. 0 is good. Red is where CeleryTaskFailures begins.",
        unit: units.Percent,
        decimals: 2,
        limits: failing,
        queries: promql(`max by (server) (${failed("server, name", "10m")}) or ${nothing}`, "{{server}}"),
        links: [toCeleryLogs],
      }),
      timeSeries("Length of the queues", {
        description:
          "Tasks that lie in the broker, and that no worker has fetched yet. It should fall back to 0 after each batch; CeleryQueueBacklog begins at the dashed line.",
        unit: units.Short,
        min: 0,
        limits: long,
        queries: promql(`max by (server, queue_name) (celery_queue_length{${inQueue}})`, "{{server}} {{queue_name}}"),
        links: [toCeleryLogs],
      }),
      timeSeries("Who serves the queues", {
        description:
          "Workers and their processes that serve each queue. It should be level; 0 while tasks wait is CeleryQueueWithoutWorker. A gap down to 0 and back is workers that were too busy to answer the exporter.",
        unit: units.Short,
        min: 0,
        queries: [
          promql(
            `max by (server, queue_name) (celery_active_worker_count{${inQueue}})`,
            "{{server}} {{queue_name}} workers",
          ),
          promql(
            `max by (server, queue_name) (celery_active_process_count{${inQueue}})`,
            "{{server}} {{queue_name}} processes",
          ),
        ],
        links: [toCeleryLogs],
      }),
      timeSeries("Tasks by outcome", {
        description:
          "Tasks a second that workers receive, and how they end. Received and succeeded should lie on each other; received above for long is work that piles up in the workers.",
        unit: units.CountsPerSecond,
        min: 0,
        queries: ["received", "succeeded", "failed", "retried", "revoked"].map((event) =>
          promql(`${tasks(event, "server")} or ${nothing}`, `{{server}} ${event}`),
        ),
        links: [toCeleryLogs],
      }),
      timeSeries("Tasks by name", {
        description:
          "The ten kinds of task that are begun most often. A kind that suddenly leads is a flood: see who sends it before more workers are started.",
        unit: units.CountsPerSecond,
        min: 0,
        queries: promql(
          `topk(10, ${tasks("started", "server, name")}) or on (server) ${nothing}`,
          "{{server}} {{name}}",
        ),
        links: [toCeleryLogs],
      }),
      timeSeries("Runtime: P50, P95, P99", {
        description:
          "How long tasks that succeed take, of all kinds together. Estimated from buckets, whose last bound is 10 s unless the exporter is given others (`--buckets`). A gap is a time in which none succeeded.",
        unit: units.Seconds,
        min: 0,
        noValue: "no task has succeeded",
        queries: [
          promql(runtime(0.5, "server"), "{{server}} P50"),
          promql(runtime(0.95, "server"), "{{server}} P95"),
          promql(runtime(0.99, "server"), "{{server}} P99"),
        ],
        links: [toCeleryLogs],
      }),
      timeSeries("Mean runtime by name", {
        description:
          "How long a task of each kind takes, of those that succeed; the ten slowest. It should be level: a kind that grows slower needs a look at what it waits for, mostly a database.",
        unit: units.Seconds,
        min: 0,
        noValue: "no task has succeeded",
        queries: promql(
          `topk(10, sum by (server, name) (rate(celery_task_runtime_sum{${inQueue}}[$__rate_interval])) / (sum by (server, name) (rate(celery_task_runtime_count{${inQueue}}[$__rate_interval])) > 0))`,
          "{{server}} {{name}}",
        ),
        links: [toCeleryLogs],
      }),
      timeSeries("Failures by name", {
        description:
          "Share of the tasks of each kind that fail, over 10 minutes; one that is tried again has not failed yet. 0 is good; CeleryTaskFailures begins at the dashed line.",
        unit: units.Percent,
        min: 0,
        limits: failing,
        queries: promql(`${failed("server, name", "10m")} or on (server) ${nothing}`, "{{server}} {{name}}"),
        links: [toCeleryLogs],
      }),
      timeSeries("Failures by exception", {
        description:
          "Which exceptions tasks fail with. None is good. One kind on all tasks is what they share (a database, the network); one kind on one task is its code.",
        unit: units.CountsPerSecond,
        min: 0,
        queries: promql(
          `topk(10, sum by (server, name, exception) (rate(celery_task_failed_total{${inQueue}, exception!=""}[$__rate_interval]))) or on (server) label_replace(${nothing}, "exception", "none", "", "")`,
          "{{server}} {{name}} {{exception}}",
        ),
        links: [toCeleryLogs],
      }),
    ],
    none,
  );
}
