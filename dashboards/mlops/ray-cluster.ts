import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, noneOrSome } from "../limits";
import { statistic, timeSeries } from "../panels";
import { onServer, promql } from "../query";

const none = "no Ray here";

const nodes = `ray_cluster_active_nodes{${onServer}}`;

/** Failed tasks of Ray Serve are requests: those are above. As in the rule RayTasksFailing. */
const notServe = 'Name!~"Serve(Replica|Controller).*|ProxyActor.*|SERVE_.*"';

/** Nothing of the kind, under a label's value, on every server that has a Ray. */
const noneOf = (label: string, value: string) =>
  `label_replace(0 * sum by (server) (${nodes}), "${label}", "${value}", "", "")`;

/** Whether Ray is well, and what it does. */
export function rayCluster(inventory: Inventory): Row {
  return row(
    "Ray: nodes, tasks and actors",
    [
      statistic("Nodes", {
        description:
          "Nodes that the head of the cluster counts; `server` is the head. It should be as many as were started: a node that dies is simply not counted any more.",
        unit: units.Short,
        queries: promql(`sum by (server) (${nodes})`, "{{server}}"),
      }),
      statistic("Nodes lost", {
        description:
          "How many nodes less the head counts than at most within the last hour. 0 is good; more for 5 minutes is RayNodeLost. What ran there is run again elsewhere, if there is room.",
        unit: units.Short,
        limits: noneOrSome,
        queries: promql(
          `max_over_time(sum by (server) (${nodes})[1h:1m]) - sum by (server) (${nodes}) > 0 or 0 * sum by (server) (${nodes})`,
          "{{server}}",
        ),
      }),
      statistic("Jobs", {
        description:
          "Jobs that run now, Ray Serve among them. There is no right number; 0 where a job should run is one that ended.",
        unit: units.Short,
        queries: promql(`sum by (server) (ray_running_jobs{${onServer}})`, "{{server}}"),
      }),
      statistic("Impossible tasks", {
        description:
          "Tasks that ask for more than any node has, and wait for ever. 0 is good; more for 15 minutes is RayTasksInfeasible: a node that is lost, or a request that was never possible.",
        unit: units.Short,
        limits: noneOrSome,
        queries: promql(
          `sum by (server) (ray_scheduler_unscheduleable_tasks{${onServer}, Reason="Infeasible"})`,
          "{{server}}",
        ),
      }),
      statistic("Workers died in 1 hour", {
        description:
          "Processes of Ray that ended although nobody asked them to. One now and then is what Ray is made to bear; a quarter of an hour of it is RayWorkersCrash, mostly for want of memory.",
        unit: units.Short,
        decimals: 0,
        queries: promql(
          `sum by (server) (increase(ray_unintentional_worker_failures_total{${onServer}}[1h]))`,
          "{{server}}",
        ),
      }),
      statistic("Object store in use", {
        description:
          "Shared memory for results that is in use. Red for 10 minutes is RayObjectStoreNearlyFull: when it is full, objects go to the disk and jobs become slow.",
        unit: units.Percent,
        decimals: 1,
        limits: above(inventory, "rayObjectStorePercent"),
        queries: promql(
          `100 * sum by (server) (ray_object_store_used_memory{${onServer}}) / (sum by (server) (ray_object_store_used_memory{${onServer}} + ray_object_store_available_memory{${onServer}}) > 0)`,
          "{{server}}",
        ),
      }),
      timeSeries("Tasks by state", {
        description:
          "Tasks that are on their way, by how far they are. `RUNNING` is good; `PENDING_NODE_ASSIGNMENT` waits for room on a node, `PENDING_ARGS_AVAIL` for the result of another. Waiting that only grows: too few nodes.",
        unit: units.Short,
        min: 0,
        stacked: true,
        queries: promql(
          `sum by (server, State) (ray_tasks{${onServer}, State!~"FINISHED|FAILED"}) or on (server) ${noneOf("State", "RUNNING")}`,
          "{{server}} {{State}}",
        ),
      }),
      timeSeries("Tasks that fail", {
        description:
          "Tasks a second that fail, by name, over 5 minutes; requests to Ray Serve are not among them. 0 is good; RayTasksFailing begins at the dashed line. `ray list tasks --filter state=FAILED` has the errors.",
        unit: units.CountsPerSecond,
        min: 0,
        limits: above(inventory, "rayFailedTasksPerSecond"),
        queries: promql(
          // A gauge that counts, and that falls when a job takes its tasks with it: that is no failure.
          `topk(10, sum by (server, Name) (clamp_min(delta(ray_tasks{${onServer}, State="FAILED", ${notServe}}[5m]), 0)) / 300) or on (server) ${noneOf("Name", "all")}`,
          "{{server}} {{Name}}",
        ),
      }),
      timeSeries("Tasks that wait for room", {
        description:
          "Tasks that cannot be placed yet, by reason. Waiting for resources or workers is normal in a large job, as long as it falls again; `Infeasible` never does (RayTasksInfeasible).",
        unit: units.Short,
        min: 0,
        queries: promql(
          `sum by (server, Reason) (ray_scheduler_unscheduleable_tasks{${onServer}})`,
          "{{server}} {{Reason}}",
        ),
      }),
      timeSeries("Actors by state", {
        description:
          "Actors, as the head knows them; replicas of models are actors. `ALIVE` is good; `RESTARTING` or `PENDING_CREATION` for long is an actor that crashes or finds no room; `DEAD` ones ended, or used up their restarts.",
        unit: units.Short,
        min: 0,
        queries: promql(
          `sum by (server, State) (ray_actors{${onServer}, Source="gcs"}) or on (server) ${noneOf("State", "ALIVE")}`,
          "{{server}} {{State}}",
        ),
      }),
    ],
    none,
  );
}
