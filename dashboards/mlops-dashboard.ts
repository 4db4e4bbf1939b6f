import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";
import { dashboardOf } from "./dashboard";
import { celery } from "./mlops/celery";
import { gpus } from "./mlops/gpus";
import { inference } from "./mlops/inference";
import { rayCluster } from "./mlops/ray-cluster";
import { rayResources } from "./mlops/ray-resources";
import { serverLabelVariable } from "./variables";

/** Models, Ray, Celery and GPUs, for those who run models. */
export function mlopsDashboard(inventory: Inventory): Dashboard {
  return dashboardOf("mlops-dashboard", {
    description:
      "How fast models answer and how often they fail, what Ray and Celery are busy with and what waits, and how the GPUs are. For those who run models.",
    variables: [serverLabelVariable("queue", "Celery queue", "celery_queue_length", "queue_name")],
    rows: [inference(inventory), rayCluster(inventory), rayResources(inventory), celery(inventory), gpus(inventory)],
  });
}
