import { above, rule } from "../rule";
import { flat, rising, type Series, sampleSeconds, steps } from "../series";

const target = "server, instance, environment, job";

/** A series that its exporter leaves out from a minute on, as Prometheus sees it: at once, not after five minutes. */
const until = (minute: number, metric: string, value: number, labels: Record<string, string>): Series => ({
  metric,
  labels,
  values: `${value}x${(minute * 60) / sampleSeconds - 1} stale`,
});

/** What Ray puts on its series besides what they are about. */
const ray = { SessionName: "session_2026-01-01", Version: "2.60.0", NodeAddress: "10.0.0.80" };

const inRay = "(on the head node; `docker exec CONTAINER ray …` if it runs in a container)";
const lookAtRay = [
  `\`ray status\` ${inRay}: which nodes, how much is used, and what waits.`,
  "Ray's dashboard (port 8265), pages Cluster and Jobs.",
];

const nodes = "ray_cluster_active_nodes";
const node = (name: string, labels = {}): Record<string, string> => ({ ...ray, node_type: `node_${name}`, ...labels });

export const rayNodeLost = rule("RayNodeLost", {
  job: "ray",
  expr: `max_over_time(sum by (${target}) (${nodes})[1h:1m]) - sum by (${target}) (${nodes}) > 0`,
  for: "5m",
  severity: "warning",
  category: "mlops",
  summary: "The Ray cluster of {{ $labels.server }} has lost {{ $value | humanize }} of its nodes",
  description:
    "The Ray cluster whose head is {{ $labels.server }} has had {{ $value | humanize }} nodes less than within the last hour, for 5 minutes.",
  impact: "Its tasks are run again elsewhere, if there is room; actors and objects that lived only there are gone.",
  runbook: {
    means:
      "The nodes that the head counts now, against the most that it counted within the last hour. A node that dies is simply not counted any more, so that there is no other trace; an hour later this falls silent by itself, whether the node is back or not. A cluster that grows and shrinks by itself would fire this without need: silence it there.",
    look: [
      `\`ray list nodes\` ${inRay}: which one is \`DEAD\`, and why (\`state_message\`)?`,
      ...lookAtRay,
      "ServerDown, ContainerOutOfMemoryKill or HostOutOfMemoryKill of that node's server.",
      "`tail -50 /tmp/ray/session_latest/logs/raylet.err` on that node.",
    ],
    mend: [
      "`docker start CONTAINER` there, or `ray start --address=HEAD:6379`.",
      "Killed for want of memory: fewer tasks at a time on it (`--num-cpus`), or a bound for its object store (`--object-store-memory`).",
    ],
  },
  cases: {
    fires: [
      {
        when: "one of two is gone",
        series: [flat(nodes, 1, node("a")), until(30, nodes, 1, node("b"))],
        from: 30,
      },
      {
        when: "the head counts two of a kind, then one",
        series: [steps(nodes, { 0: 2, 30: 1 }, node("worker"))],
        from: 30,
      },
    ],
    silent: [
      { when: "both are there", series: [flat(nodes, 1, node("a")), flat(nodes, 1, node("b"))] },
      { when: "a third comes", series: [flat(nodes, 2, node("a")), steps(nodes, { 0: null, 30: 1 }, node("c"))] },
      {
        when: "all of Ray is restarted, under another session",
        series: [
          until(30, nodes, 2, node("a")),
          steps(nodes, { 0: null, 31: 1, 33: 2 }, node("a", { SessionName: "session_2026-01-02" })),
        ],
      },
      { when: "the head does not answer", series: [flat("up", 0), until(30, nodes, 2, node("a"))] },
    ],
  },
});

/** Failed tasks of Ray Serve are requests: those have a rule of their own. */
const notServe = 'Name!~"Serve(Replica|Controller).*|ProxyActor.*|SERVE_.*"';
const failedTask = { ...ray, State: "FAILED", Name: "train", Source: "owner", JobId: "", IsRetry: "0" };

export const rayTasksFailing = rule("RayTasksFailing", {
  job: "ray",
  expr: above(
    "rayFailedTasksPerSecond",
    // A gauge that counts, and that falls when a job takes its tasks with it: that is no failure, and no reset either.
    `sum by (${target}, Name) (clamp_min(delta(ray_tasks{State="FAILED", ${notServe}}[5m]), 0)) / 300`,
  ),
  for: "5m",
  severity: "warning",
  category: "mlops",
  summary: "{{ $value | humanize }} tasks {{ $labels.Name }} a second fail on {{ $labels.server }}",
  description:
    "More than $threshold tasks {{ $labels.Name }} a second have failed on the Ray of {{ $labels.server }} for 5 minutes.",
  impact: "The job does not get on, or its results have gaps; what fails is paid for all the same.",
  runbook: {
    means:
      "Ray counts the tasks in each state, by their function's name, and keeps those that failed in the count while their job lives. Requests to Ray Serve are tasks as well, but are left out here: see [InferenceErrorRateHigh](InferenceErrorRateHigh.md).",
    look: [
      `\`ray list tasks --filter state=FAILED --limit 5 --detail\` ${inRay}: the error, and the node.`,
      "`ray summary tasks`: of how many?",
      ...lookAtRay,
      "RayWorkersCrash at the same time: then the workers die under them, and the tasks are not at fault.",
    ],
    mend: [
      "`ray job stop JOB` if it has no hope; roll back the version that brought it.",
      "One node only: take it out (`ray stop` there) and look at it in peace.",
    ],
  },
  cases: {
    fires: [
      {
        when: "0.11 a second",
        series: [rising("ray_tasks", 0.11, failedTask)],
        labels: { Name: "train" },
        from: 4.5,
      },
    ],
    silent: [
      { when: "0.09 a second", series: [rising("ray_tasks", 0.09, failedTask)] },
      { when: "many that succeed", series: [rising("ray_tasks", 50, { ...failedTask, State: "FINISHED" })] },
      {
        when: "a job ends, and its failures are not counted any more",
        series: [steps("ray_tasks", { 0: 900, 30: 2 }, failedTask)],
      },
      {
        when: "requests that fail",
        series: [rising("ray_tasks", 5, { ...failedTask, Name: "ServeReplica:app1:Model.handle_request" })],
      },
    ],
  },
});

const crashes = "ray_unintentional_worker_failures_total";

export const rayWorkersCrash = rule("RayWorkersCrash", {
  job: "ray",
  expr: `sum by (${target}) (increase(${crashes}[5m])) > 0`,
  for: "15m",
  severity: "warning",
  category: "mlops",
  summary: "Workers of Ray on {{ $labels.server }} keep dying",
  description:
    "For 15 minutes, there have been no 5 in which no worker of Ray died unasked ({{ $labels.server }} is the head).",
  impact: "Tasks are begun again and again, actors lose what they hold, and jobs end in errors.",
  runbook: {
    means:
      "Processes that ended although nobody asked them to: killed for want of memory, by Ray itself or by the kernel, or crashed in native code. One now and then is what Ray is made to bear; a quarter of an hour of it is not.",
    look: [
      `\`ray list workers --filter is_alive=False --detail\` ${inRay}: \`exit_type\` and \`exit_detail\` say why.`,
      "`grep -il 'killed due to the node running low on memory' /tmp/ray/session_latest/logs/*` on each node.",
      "HighMemoryUsage, HostOutOfMemoryKill, ContainerOutOfMemoryKill; GpuErrors.",
    ],
    mend: [
      "Memory: let each task ask for what it needs (`@ray.remote(memory=…)`), so that fewer run at a time.",
      "A crash in native code (`SIGSEGV`): the versions of the libraries on that node against the others.",
    ],
  },
  cases: {
    fires: [{ when: "one a minute", series: [rising(crashes, 1 / 60, ray)], from: 0.25 }],
    silent: [
      { when: "none any more", series: [flat(crashes, 7, ray)] },
      { when: "two at once", series: [steps(crashes, { 0: 0, 30: 2 }, ray)] },
    ],
  },
});

const waiting = (Reason: string, count: number) =>
  flat("ray_scheduler_unscheduleable_tasks", count, { ...ray, Component: "raylet", Reason });

export const rayTasksInfeasible = rule("RayTasksInfeasible", {
  job: "ray",
  expr: `sum by (${target}) (ray_scheduler_unscheduleable_tasks{Reason="Infeasible"}) > 0`,
  for: "15m",
  severity: "warning",
  category: "mlops",
  summary: "{{ $value | humanize }} tasks on the Ray of {{ $labels.server }} ask for what no node has",
  description:
    "For 15 minutes, tasks on {{ $labels.server }} have asked for more than any node of the cluster has at all.",
  impact: "They wait for ever, and the job with them; nothing ends in an error.",
  runbook: {
    means:
      "Ray tells tasks that wait for their turn from those that nobody can ever run (`Infeasible`): more processors, GPUs or memory than the largest node has, or a resource that a lost node alone had.",
    look: [
      `\`ray status\` ${inRay}: \`Pending demands\` against what the nodes have.`,
      "`ray list tasks --filter state=PENDING_NODE_ASSIGNMENT --detail`: `required_resources`.",
      "RayNodeLost: was it there an hour ago?",
    ],
    mend: [
      "Bring the node back that has it.",
      "A request that was never possible: `ray job stop JOB`, and mend its `num_cpus`, `num_gpus` or `resources`.",
    ],
  },
  cases: {
    fires: [{ when: "one that nobody can run", series: [waiting("Infeasible", 1)] }],
    silent: [
      { when: "none", series: [waiting("Infeasible", 0)] },
      {
        when: "a hundred that wait for their turn",
        series: [waiting("Infeasible", 0), waiting("WaitingForResources", 100)],
      },
    ],
  },
});

/** An object store with so many percent in use. */
const objectStore = (used: number): Series[] => [
  flat("ray_object_store_used_memory", used, { ...ray, Component: "raylet" }),
  flat("ray_object_store_available_memory", 100 - used, { ...ray, Component: "raylet" }),
];

export const rayObjectStoreNearlyFull = rule("RayObjectStoreNearlyFull", {
  job: "ray",
  expr: above(
    "rayObjectStorePercent",
    `100 * sum by (${target}) (ray_object_store_used_memory) / sum by (${target}) (ray_object_store_used_memory + ray_object_store_available_memory)`,
  ),
  for: "10m",
  severity: "warning",
  category: "mlops",
  summary: "Ray's object store on {{ $labels.server }} is {{ $value | humanize }} % full",
  description: "More than $threshold % of Ray's object store on {{ $labels.server }} has been in use for 10 minutes.",
  impact: "When it is full, Ray writes objects to disk: jobs become slow, and the disk may fill.",
  runbook: {
    means:
      "Results of tasks lie in shared memory (a third of the server's, by default) until nobody refers to them any more. Full for a moment is normal in a large job; for ten minutes, somebody keeps what is not needed.",
    look: [
      `\`ray memory --stats-only\`, then \`ray memory --sort-by OBJECT_SIZE | head -40\` ${inRay}: what is large, and who refers to it?`,
      "`df -h /tmp/ray /dev/shm` on the server.",
      ...lookAtRay,
    ],
    mend: [
      "In the job: `del` references that are done with, and fetch results as they come (`ray.wait`).",
      "`ray job stop JOB` gives back all that it kept.",
      "If it is honestly needed: `ray start --object-store-memory=…`, and as much `--shm-size` for the container.",
    ],
  },
  cases: {
    fires: [{ when: "91 % in use", series: objectStore(91) }],
    silent: [
      { when: "89 % in use", series: objectStore(89) },
      {
        when: "no object store",
        series: [flat("ray_object_store_used_memory", 0, ray), flat("ray_object_store_available_memory", 0, ray)],
      },
    ],
  },
});

const app = { application: "chat" };
const model = { ...app, deployment: "Model" };
const replica = { ...ray, ...model, Component: "core_worker", replica: "5x89afc7", route: "/chat" };
const byModel = `${target}, application, deployment`;

const latency = "ray_serve_deployment_processing_latency_ms";

/** Ten requests a second, of which so many percent take up to 2 s, and the others up to 5 s. */
const requests = (quick: number): Series[] =>
  Object.entries({ "1000.0": quick / 2, "2000.0": quick, "5000.0": 100, "+Inf": 100 }).map(([le, percent]) =>
    rising(`${latency}_bucket`, percent / 10, { ...replica, le }),
  );

const lookAtServe = [
  `\`serve status\` ${inRay}: applications, deployments, replicas, and the last error of each.`,
  "`tail -50 /tmp/ray/session_latest/logs/serve/replica_APPLICATION_DEPLOYMENT_*.log` on the node of the replica.",
  "Ray's dashboard (port 8265), page Serve.",
];

export const inferenceLatencyHigh = rule("InferenceLatencyHigh", {
  job: "ray",
  expr: above(
    "inferenceLatencySeconds",
    `histogram_quantile(0.95, sum by (${byModel}, le) (rate(${latency}_bucket[5m]))) / 1000`,
  ),
  for: "10m",
  severity: "warning",
  category: "mlops",
  summary:
    "{{ $labels.deployment }} of {{ $labels.application }} on {{ $labels.server }} takes {{ $value | humanizeDuration }} (P95)",
  description:
    "For 10 minutes, one request in twenty to {{ $labels.deployment }} of {{ $labels.application }} on {{ $labels.server }} has taken longer than $threshold seconds.",
  impact: "Users wait, and programs that ask it may give up.",
  runbook: {
    means:
      "The 95th percentile of Ray Serve's own measurement, from when a replica begins a request to when it is done with it; so a request that waits for a free replica waits longer than this says. It is estimated from buckets, whose bounds are at 1, 2, 5 and 10 s.",
    look: [
      ...lookAtServe,
      "Prometheus: `sum by (deployment) (ray_serve_deployment_queued_queries)`: do requests wait for a replica?",
      "HighCPUUsage, GpuTooWarm (a GPU that is too warm slows itself down), GpuMemoryFull; `nvidia-smi` on the node.",
    ],
    mend: [
      "More replicas (`num_replicas`, or `autoscaling_config`), if there is room for them.",
      "Slow since a certain version of the model: `serve deploy` with the one before.",
      "A model that takes that long by its nature: a higher `inferenceLatencySeconds` for its server.",
    ],
  },
  cases: {
    fires: [{ when: "6 % take longer than 2 s", series: requests(94), labels: model, from: 0.25 }],
    silent: [
      { when: "4 % take longer than 2 s", series: requests(96) },
      {
        when: "nobody asks",
        series: [
          flat(`${latency}_bucket`, 90, { ...replica, le: "2000.0" }),
          flat(`${latency}_bucket`, 100, { ...replica, le: "+Inf" }),
        ],
      },
      {
        when: "one slow request, and no other",
        series: [
          flat(`${latency}_bucket`, 0, { ...replica, le: "5000.0" }),
          ...["10000.0", "+Inf"].map((le) => steps(`${latency}_bucket`, { 0: 0, 30: 1 }, { ...replica, le })),
        ],
      },
    ],
  },
});

/** Requests a second that end well and badly; Ray counts them apart, and the time of both. */
const outcomes = (good: number, bad: number): Series[] => [
  ...(good > 0 ? [rising("ray_serve_deployment_request_counter_total", good, replica)] : []),
  rising("ray_serve_deployment_error_counter_total", bad, { ...replica, exception_type: "RuntimeError" }),
  rising(`${latency}_count`, good + bad, replica),
];

export const inferenceErrorRateHigh = rule("InferenceErrorRateHigh", {
  job: "ray",
  expr: above(
    "inferenceErrorPercent",
    // Not against the counter of requests: that one leaves out those that fail, and is not there if all of them do.
    `100 * sum by (${byModel}) (rate(ray_serve_deployment_error_counter_total[5m])) / sum by (${byModel}) (rate(${latency}_count[5m]))`,
  ),
  for: "5m",
  severity: "critical",
  category: "mlops",
  summary:
    "{{ $value | humanize }} % of the requests to {{ $labels.deployment }} of {{ $labels.application }} on {{ $labels.server }} fail",
  description:
    "For 5 minutes, more than $threshold % of the requests to {{ $labels.deployment }} of {{ $labels.application }} on {{ $labels.server }} have ended in an error.",
  impact: "Users get no answer from the model.",
  runbook: {
    means:
      "Exceptions in the replicas of Ray Serve, against all requests whose time it measured, over 5 minutes. A single failure is over before this fires.",
    look: [
      ...lookAtServe,
      "Prometheus: `sum by (deployment, exception_type) (rate(ray_serve_deployment_error_counter_total[5m]))`: which error?",
      "GpuErrors, GpuMemoryFull: `CUDA out of memory` is an error of this kind.",
    ],
    mend: [
      "`serve deploy` with the version before, if it began with a new one.",
      "Out of memory on the GPU: smaller batches (`max_batch_size`), fewer replicas on one GPU.",
      "What the model asks for in turn, as a database: its own alerts first.",
    ],
  },
  cases: {
    fires: [
      { when: "6 of 100 a second", series: outcomes(94, 6), labels: model, from: 0.25 },
      { when: "all of them", series: outcomes(0, 3), labels: model, from: 0.25 },
    ],
    silent: [
      { when: "4.9 of 100 a second", series: outcomes(95.1, 4.9) },
      { when: "nobody asks", series: outcomes(0, 0) },
      {
        when: "one request, and it fails",
        series: [
          steps("ray_serve_deployment_error_counter_total", { 0: 0, 30: 1 }, replica),
          steps(`${latency}_count`, { 0: 0, 30: 1 }, replica),
        ],
      },
    ],
  },
});

const health = "ray_serve_deployment_replica_healthy";
const named = (name: string) => ({ ...replica, replica: name });

export const inferenceReplicaUnhealthy = rule("InferenceReplicaUnhealthy", {
  job: "ray",
  expr: `min by (${byModel}) (${health}) == 0`,
  for: "5m",
  severity: "warning",
  category: "mlops",
  summary: "Replicas of {{ $labels.deployment }} of {{ $labels.application }} on {{ $labels.server }} are not healthy",
  description:
    "For 5 minutes, at least one replica of {{ $labels.deployment }} of {{ $labels.application }} on {{ $labels.server }} has been unhealthy at any time.",
  impact: "Fewer replicas answer than should, so that requests wait; those that the sick one has fail.",
  runbook: {
    means:
      "Ray Serve asks every replica whether it is well, and replaces one that is not; for some 20 s the old one is still reported. Five minutes of it mean that the new ones fall ill as well.",
    look: [
      ...lookAtServe,
      "Prometheus: `increase(ray_serve_health_check_failures_total[15m])` and `increase(ray_serve_deployment_replica_starts_total[15m])`: how often?",
      "RayWorkersCrash, RayNodeLost, GpuErrors.",
    ],
    mend: [
      "`serve deploy` with the version before, if it began with a new one.",
      "Busy, and not ill: a longer `health_check_timeout_s`, or more replicas.",
    ],
  },
  cases: {
    fires: [
      {
        when: "one of two is not",
        series: [flat(health, 1, named("a")), flat(health, 0, named("b"))],
        labels: model,
      },
      {
        when: "each falls ill in its turn",
        series: [
          { metric: health, labels: named("a"), values: "0 0 1 1 ".repeat(120) },
          { metric: health, labels: named("b"), values: "1 1 0 0 ".repeat(120) },
        ],
        labels: model,
      },
    ],
    silent: [
      { when: "both are", series: [flat(health, 1, named("a")), flat(health, 1, named("b"))] },
      {
        when: "one is replaced",
        series: [
          { metric: health, labels: named("a"), values: "1x119 0x1 stale" },
          steps(health, { 0: null, 30.25: 1 }, named("b")),
        ],
      },
    ],
  },
});

const status = "ray_serve_application_status";

export const inferenceApplicationDown = rule("InferenceApplicationDown", {
  job: "ray",
  expr: `max by (${target}, application) (${status} == 1 or ${status} == 2)`,
  for: "2m",
  severity: "critical",
  category: "mlops",
  summary:
    "{{ $labels.application }} on {{ $labels.server }} is not as it should be (status {{ $value }} of Ray Serve)",
  description:
    "For 2 minutes, Ray Serve has given {{ $labels.application }} on {{ $labels.server }} status {{ $value }}; 1 is `DEPLOY_FAILED`, 2 is `UNHEALTHY`.",
  impact: "It does not answer, or still answers with the version before.",
  supersedes: [{ rule: "InferenceReplicaUnhealthy", equal: ["application"] }],
  runbook: {
    means:
      "What Ray Serve itself says of each application, as a number: 1 `DEPLOY_FAILED`, 2 `UNHEALTHY`, 5 `DEPLOYING`, 6 `RUNNING`. An application that could not be deployed has no replicas at all, so that [InferenceReplicaUnhealthy](InferenceReplicaUnhealthy.md) does not see it.",
    look: lookAtServe,
    mend: [
      "`serve deploy` with the configuration before.",
      "An error in the model's constructor (a file that is missing, no room on the GPU): the replica's log names it; deploy again once it is mended.",
      "No node has room for it: RayTasksInfeasible, RayNodeLost.",
    ],
  },
  cases: {
    fires: [
      { when: "it could not be deployed", series: [flat(status, 1, { ...ray, ...app })], labels: app },
      { when: "it is unhealthy", series: [flat(status, 2, { ...ray, ...app })], labels: app },
    ],
    silent: [
      { when: "it runs", series: [flat(status, 6, { ...ray, ...app })] },
      { when: "it is being deployed", series: [flat(status, 5, { ...ray, ...app })] },
      { when: "it was unhealthy for a minute", series: [steps(status, { 0: 6, 30: 2, 31: 6 }, { ...ray, ...app })] },
    ],
  },
});

const worker = "celery_worker_up";
const host = (hostname: string) => ({ hostname });
const exporterUp = flat("up", 1);

const lookAtCelery = [
  "`celery -A APP inspect ping` and `celery -A APP inspect active` in a container of the application: who answers, and what do they work on?",
  "`docker ps --all | grep -i 'celery\\|worker'` on the servers of the workers, then `docker logs --tail 50 CONTAINER`.",
];

export const celeryWorkerGone = rule("CeleryWorkerGone", {
  job: "celery",
  // The exporter forgets a worker ten minutes after its last heartbeat. Names are of no use: a new container has another.
  expr: `sum by (${target}) (${worker} offset 1h) - (sum by (${target}) (${worker}) or 0 * sum by (${target}) (up{job="celery"} == 1)) > 0`,
  for: "10m",
  severity: "warning",
  category: "mlops",
  summary: "{{ $value | humanize }} hosts with Celery workers are gone ({{ $labels.server }})",
  description:
    "For 10 minutes, the Celery that the exporter on {{ $labels.server }} watches has had workers on {{ $value | humanize }} hosts less than an hour before.",
  impact: "Tasks wait longer, or for ever if nobody else serves their queue.",
  runbook: {
    means:
      "Workers that send heartbeats, by host name, against an hour ago. The exporter sets one to 0 when it says goodbye or has been silent for 5 minutes, and forgets it after 10. An hour later this falls silent by itself, whether the worker is back or not. Workers started with `--without-heartbeat` are not seen.",
    look: [
      `Prometheus: \`max_over_time(${worker}[2h]) unless ${worker} == 1\` names it.`,
      ...lookAtCelery,
      "ServerDown, ContainerOutOfMemoryKill and RedisDown (the broker) of the same minutes.",
    ],
    mend: [
      "`docker start CONTAINER`.",
      "Killed for want of memory: `--max-memory-per-child` or a smaller `--concurrency`.",
      "Taken away on purpose: nothing; it falls silent within the hour.",
    ],
  },
  cases: {
    fires: [
      {
        when: "one of two is gone, and then forgotten",
        series: [
          exporterUp,
          flat(worker, 1, host("a")),
          { metric: worker, labels: host("b"), values: "1x279 0x19 stale" },
        ],
        from: 70,
      },
      {
        when: "the only one is gone and forgotten",
        series: [exporterUp, until(70, worker, 1, host("a"))],
        from: 70,
      },
    ],
    silent: [
      { when: "both are there", series: [exporterUp, flat(worker, 1, host("a")), flat(worker, 1, host("b"))] },
      {
        when: "a new container takes the place of the old one, which is counted for a while",
        series: [
          exporterUp,
          { metric: worker, labels: host("old"), values: "1x99 0x19 stale" },
          steps(worker, { 0: null, 20: 1 }, host("new")),
        ],
      },
      { when: "the exporter does not answer", series: [steps("up", { 0: 1, 70: 0 }), until(70, worker, 1, host("a"))] },
    ],
  },
});

const mail = { queue_name: "mail" };
const waitingTasks = "celery_queue_length";
const servers = "celery_active_worker_count";

export const celeryQueueBacklog = rule("CeleryQueueBacklog", {
  job: "celery",
  expr: above("celeryQueueLength", waitingTasks),
  for: "10m",
  severity: "warning",
  category: "mlops",
  summary: "{{ $value | humanize }} tasks wait in Celery's queue {{ $labels.queue_name }} ({{ $labels.server }})",
  description:
    "More than $threshold tasks have waited in the queue {{ $labels.queue_name }} (exporter on {{ $labels.server }}) for 10 minutes.",
  impact: "What these tasks are to do comes late; and the broker needs memory for each.",
  runbook: {
    means:
      "Messages that lie in the broker, and that no worker has fetched yet. Those that a worker has fetched ahead (`worker_prefetch_multiplier`) are not among them.",
    look: [
      ...lookAtCelery,
      "Prometheus: `sum by (name) (rate(celery_task_received_total[5m]))` against `celery_task_succeeded_total`: more work than usual, or slower?",
      "CeleryWorkerGone, CeleryTaskFailures; RedisMemoryHigh of the broker.",
    ],
    mend: [
      "More workers for this queue (`celery -A APP worker -Q QUEUE`), if the servers have room.",
      "A flood of the same task: stop what sends it. `celery -A APP purge -Q QUEUE` throws away everything that waits, for good.",
    ],
  },
  cases: {
    fires: [{ when: "1100 wait", series: [flat(waitingTasks, 1100, mail)], labels: mail }],
    silent: [
      { when: "900 wait", series: [flat(waitingTasks, 900, mail)] },
      { when: "a batch that is done in nine minutes", series: [steps(waitingTasks, { 0: 0, 30: 9000, 39: 0 }, mail)] },
    ],
  },
});

export const celeryQueueWithoutWorker = rule("CeleryQueueWithoutWorker", {
  job: "celery",
  expr: `${waitingTasks} > 0 and ${servers} == 0`,
  for: "10m",
  severity: "critical",
  category: "mlops",
  summary: "Nobody works on Celery's queue {{ $labels.queue_name }} ({{ $labels.server }})",
  description:
    "For 10 minutes, tasks have waited in the queue {{ $labels.queue_name }} (exporter on {{ $labels.server }}) that no worker serves.",
  impact: "Nothing that goes through this queue is done at all.",
  supersedes: [{ rule: "CeleryQueueBacklog", equal: ["queue_name"] }],
  runbook: {
    means:
      "The exporter asks all workers which queues they serve, and the broker how many tasks wait. A queue that nobody serves and that is empty is no matter. Workers that are too busy to answer the question in time count as if they were not there: ten minutes in a row are more than that.",
    look: [
      "`celery -A APP inspect active_queues` in a container of the application: who serves what?",
      ...lookAtCelery,
    ],
    mend: [
      "`docker start CONTAINER` of its workers.",
      "Workers are there, but serve others: `celery -A APP control add_consumer QUEUE` now, and `-Q` in their command line.",
      "They cannot reach the broker: RedisDown, RedisRejectedConnections.",
    ],
  },
  cases: {
    fires: [
      {
        when: "three wait for nobody",
        series: [flat(waitingTasks, 3, mail), flat(servers, 0, mail)],
        labels: mail,
      },
    ],
    silent: [
      { when: "three wait for one", series: [flat(waitingTasks, 3, mail), flat(servers, 1, mail)] },
      { when: "nobody, and nothing to do", series: [flat(waitingTasks, 0, mail), flat(servers, 0, mail)] },
      {
        when: "the worker is restarted",
        series: [flat(waitingTasks, 3, mail), steps(servers, { 0: 1, 30: 0, 35: 1 }, mail)],
      },
      { when: "a broker whose queues cannot be measured", series: [flat(servers, 0, mail)] },
    ],
  },
});

const task = { name: "shop.tasks.bill", hostname: "a", queue_name: "celery" };
const byTask = `${target}, name`;

/** Tasks a second that end well and badly. */
const ended = (well: number, badly: number): Series[] => [
  rising("celery_task_succeeded_total", well, task),
  rising("celery_task_failed_total", badly, { ...task, exception: "ValueError" }),
  flat("celery_task_failed_total", 0, { ...task, exception: "" }),
];
const failed = `sum by (${byTask}) (rate(celery_task_failed_total[10m]))`;

export const celeryTaskFailures = rule("CeleryTaskFailures", {
  job: "celery",
  expr: above(
    "celeryFailurePercent",
    `100 * ${failed} / (${failed} + sum by (${byTask}) (rate(celery_task_succeeded_total[10m])))`,
  ),
  for: "10m",
  severity: "warning",
  category: "mlops",
  summary: "{{ $value | humanize }} % of Celery's tasks {{ $labels.name }} fail ({{ $labels.server }})",
  description:
    "For 10 minutes, more than $threshold % of the tasks {{ $labels.name }} (exporter on {{ $labels.server }}) have failed.",
  impact: "What they were to do is not done, and nobody tries again.",
  runbook: {
    means:
      "Tasks that failed, against all that ended, over 10 minutes. One that is tried again (`retry`) has not failed yet. A single failure is over before this fires.",
    look: [
      "Prometheus: `sum by (name, exception, hostname) (increase(celery_task_failed_total[15m])) > 0`: which error, and on one host only?",
      "`docker logs --since 15m CONTAINER 2>&1 | grep -A 20 'raised unexpected'` where the workers run; or Grafana, Explore, Loki.",
    ],
    mend: [
      "Roll back the version that brought it.",
      "What the task needs, as a database or a foreign service: its own alerts first.",
      "Send again what was lost, once it is mended: the log has the arguments.",
    ],
  },
  cases: {
    fires: [
      { when: "6 of 100 a second", series: ended(94, 6), labels: { name: task.name }, from: 0.25 },
      { when: "all of them", series: ended(0, 1), labels: { name: task.name }, from: 0.25 },
    ],
    silent: [
      { when: "4.9 of 100 a second", series: ended(95.1, 4.9) },
      { when: "none", series: ended(0, 0) },
      {
        when: "one, and it fails",
        series: [
          flat("celery_task_succeeded_total", 5, task),
          steps("celery_task_failed_total", { 0: 0, 30: 1 }, { ...task, exception: "ValueError" }),
        ],
      },
    ],
  },
});

const card = { gpu: "0", modelName: "NVIDIA A10" };
const dcgm = { ...card, UUID: "GPU-0a1b", device: "nvidia0", Hostname: "a1b2c3" };
const byGpu = `${target}, gpu, modelName`;

const temperature = "DCGM_FI_DEV_GPU_TEMP";
const degrees = `max by (${byGpu}) (${temperature})`;

const lookAtGpu = [
  "`nvidia-smi` and `nvidia-smi -q -d TEMPERATURE,PERFORMANCE` on the server: `HW Thermal Slowdown: Active` means that it is already slower.",
];

export const gpuTooWarm = rule("GpuTooWarm", {
  job: "gpu",
  expr: above("gpuTemperatureCelsius", degrees),
  for: "5m",
  severity: "warning",
  category: "mlops",
  summary: "GPU {{ $labels.gpu }} of {{ $labels.server }} is at {{ $value | humanize }} °C",
  description:
    "GPU {{ $labels.gpu }} ({{ $labels.modelName }}) of {{ $labels.server }} has been warmer than $threshold °C for 5 minutes.",
  impact: "It slows itself down to stay alive: what it computes takes longer.",
  runbook: {
    means:
      "The temperature of the chip. Most cards lower their clock somewhere between 83 and 93 °C; `nvidia-smi -q -d TEMPERATURE` says where this one does.",
    look: [...lookAtGpu, "HardwareTooHot of the same server: the room, or only the card?"],
    mend: [
      "Fans and filters, and what blocks the air.",
      "Meanwhile: `nvidia-smi -i GPU -pl WATTS` takes power from it, or move a job elsewhere.",
    ],
  },
  cases: {
    fires: [{ when: "86 °C", series: [flat(temperature, 86, dcgm)], labels: card }],
    silent: [
      { when: "84 °C", series: [flat(temperature, 84, dcgm)] },
      { when: "86 °C for four minutes", series: [steps(temperature, { 0: 60, 30: 86, 34: 60 }, dcgm)] },
    ],
  },
});

export const gpuCriticalTemperature = rule("GpuCriticalTemperature", {
  job: "gpu",
  expr: above("gpuTemperatureCriticalCelsius", degrees),
  for: "1m",
  severity: "critical",
  category: "mlops",
  summary: "GPU {{ $labels.gpu }} of {{ $labels.server }} is at {{ $value | humanize }} °C",
  description:
    "GPU {{ $labels.gpu }} ({{ $labels.modelName }}) of {{ $labels.server }} has been warmer than $threshold °C for a minute.",
  impact: "It is about to switch itself off, and everything that it computes will be lost.",
  supersedes: [{ rule: "GpuTooWarm", equal: ["gpu"] }],
  runbook: {
    means: "The same measurement as [GpuTooWarm](GpuTooWarm.md), near the point where the card shuts itself down.",
    look: lookAtGpu,
    mend: [
      "Stop what runs on it, now: `nvidia-smi` lists the processes; `docker stop CONTAINER`.",
      "Then as for [GpuTooWarm](GpuTooWarm.md).",
    ],
  },
  cases: {
    fires: [{ when: "96 °C", series: [flat(temperature, 96, dcgm)], labels: card }],
    silent: [{ when: "94 °C", series: [flat(temperature, 94, dcgm)] }],
  },
});

const used = `sum by (${byGpu}) (DCGM_FI_DEV_FB_USED)`;

/** Memory of a GPU in MiB. */
const framebuffer = (usedMiB: number, freeMiB: number): Series[] => [
  flat("DCGM_FI_DEV_FB_USED", usedMiB, dcgm),
  flat("DCGM_FI_DEV_FB_FREE", freeMiB, dcgm),
];

export const gpuMemoryFull = rule("GpuMemoryFull", {
  job: "gpu",
  expr: above("gpuMemoryPercent", `100 * ${used} / (${used} + sum by (${byGpu}) (DCGM_FI_DEV_FB_FREE))`),
  for: "10m",
  severity: "warning",
  category: "mlops",
  summary: "The memory of GPU {{ $labels.gpu }} of {{ $labels.server }} is {{ $value | humanize }} % full",
  description:
    "More than $threshold % of the memory of GPU {{ $labels.gpu }} ({{ $labels.modelName }}) of {{ $labels.server }} has been in use for 10 minutes.",
  impact: "The next larger request or model ends in `CUDA out of memory`.",
  runbook: {
    means:
      "Memory in use against what is in use and free. Many servers of models take nearly all of it at the start, on purpose, and share it out by themselves: for those the threshold has to be higher.",
    look: [
      "`nvidia-smi` on the server: which processes, and how much does each have?",
      "InferenceErrorRateHigh at the same time?",
    ],
    mend: [
      "Stop processes that nobody needs any more: a notebook that was left open keeps its memory.",
      "Smaller batches, or fewer replicas on one GPU.",
      "A server that takes it all on purpose: a higher `gpuMemoryPercent` for it in `stacks/prod.ts`.",
    ],
  },
  cases: {
    fires: [{ when: "96 % in use", series: framebuffer(960, 40), labels: card }],
    silent: [
      { when: "94 % in use", series: framebuffer(940, 60) },
      { when: "a card that says nothing of its memory", series: framebuffer(0, 0) },
    ],
  },
});

const xid = "DCGM_FI_DEV_XID_ERRORS";
const lastError = `max by (${byGpu}) (${xid})`;
/** Double-bit error, memory that cannot be set aside, NVLink, fallen off the bus, uncontained memory error. */
const hardwareErrors = [48, 64, 74, 79, 95];

const lookAtXid = [
  "`dmesg -T | grep -i xid` on the server: each error with its time, the card's address and the process.",
  "`nvidia-smi`: does the card still answer? `nvidia-smi -q -d ECC,ROW_REMAPPER` for its memory.",
  "NVIDIA's Xid catalog (docs.nvidia.com, Xid Errors) for the number.",
];

export const gpuErrors = rule("GpuErrors", {
  job: "gpu",
  // Only when the number is another than an hour ago: the card keeps the last one for ever. 45 follows every kill.
  expr: `(${lastError} > 0 != 45) unless ${lastError} == max by (${byGpu}) (${xid} offset 1h)`,
  for: "0s",
  severity: "warning",
  category: "mlops",
  summary: "GPU {{ $labels.gpu }} of {{ $labels.server }} reported error Xid {{ $value }}",
  description:
    "The driver of GPU {{ $labels.gpu }} ({{ $labels.modelName }}) on {{ $labels.server }} has reported an error within the last hour, with the number {{ $value }}.",
  impact: "The program that used it has most likely ended.",
  runbook: {
    means:
      "The number of the last error that the driver reported; it stays until the driver is loaded again. 13, 31 and 43 are nearly always faults of the program; those of the card itself have a rule of their own, [GpuHardwareError](GpuHardwareError.md). 45 is left out, because it follows whenever a program is killed. The same number twice in a row is told only once.",
    look: [...lookAtXid, "RayWorkersCrash, InferenceReplicaUnhealthy: what ran there?"],
    mend: [
      "Start the program again. With the same number again and again: its last change, then the versions of CUDA and the driver.",
      "With different programs, on this card only: treat it as [GpuHardwareError](GpuHardwareError.md).",
    ],
  },
  cases: {
    fires: [
      { when: "a page fault of a program (31)", series: [steps(xid, { 0: 0, 30: 31 }, dcgm)], labels: card, from: 30 },
      { when: "another one than before", series: [steps(xid, { 0: 31, 90: 13 }, dcgm)], labels: card, from: 90 },
    ],
    silent: [
      { when: "none", series: [flat(xid, 0, dcgm)] },
      { when: "a program was killed (45)", series: [steps(xid, { 0: 0, 30: 45 }, dcgm)] },
    ],
  },
});

export const gpuHardwareError = rule("GpuHardwareError", {
  job: "gpu",
  expr: hardwareErrors.map((code) => `${lastError} == ${code}`).join(" or "),
  for: "0s",
  severity: "critical",
  category: "mlops",
  summary: "GPU {{ $labels.gpu }} of {{ $labels.server }} is faulty (Xid {{ $value }})",
  description:
    "GPU {{ $labels.gpu }} ({{ $labels.modelName }}) of {{ $labels.server }} has reported an error of the card itself, with the number {{ $value }}.",
  impact: "What ran on it has ended, or computes wrong; the card cannot be relied on until it is reset.",
  supersedes: [{ rule: "GpuErrors", equal: ["gpu"] }],
  runbook: {
    means:
      "Errors that no program causes, by NVIDIA's catalog: 48 memory error that could not be corrected, 64 memory that could not be set aside, 74 NVLink, 79 fallen off the bus, 95 memory error that may have reached other programs. It fires until the card is reset, since the driver keeps the number.",
    look: lookAtXid,
    mend: [
      "Stop what runs on it, then `nvidia-smi --gpu-reset -i GPU`.",
      "79, or a reset that fails: restart the server; seat and power of the card, if it comes again.",
      "48, 64 or 95 again after a reset: exchange the card.",
    ],
  },
  cases: {
    fires: [
      { when: "fallen off the bus", series: [steps(xid, { 0: 0, 30: 79 }, dcgm)], labels: card, from: 30 },
      { when: "a memory error, since yesterday", series: [flat(xid, 48, dcgm)], labels: card },
    ],
    silent: [
      { when: "none", series: [flat(xid, 0, dcgm)] },
      { when: "a fault of a program (31)", series: [flat(xid, 31, dcgm)] },
    ],
  },
});
