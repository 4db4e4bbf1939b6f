import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../../ops/project";
import { programsOf } from "../../ops/toolchain/built-images";
import type { Server } from "../../stacks/inventory";
import type { Programs } from "./programs";
import { pythonProgram } from "./python-environment";

const scripts = path.join(projectRoot, "lab", "feed", "python");

/**
 * A real Celery worker for two queues, who asks it, and the exporter that tells of both: as in the exporter's image, which
 * holds Celery as well.
 */
export async function startCelery(programs: Programs, { address, exporters }: Server): Promise<void> {
  if (!exporters.celery) return;
  const { port, broker: place } = exporters.celery;
  const broker = `redis://${address}:${place.port}/${place.database}`;
  const packages = path.join(programsOf("celery-exporter"), "app");
  const env = { PYTHONPATH: `${packages}:${scripts}`, PYTHONDONTWRITEBYTECODE: "1", CELERY_BROKER: broker };
  const python = (name: string, args: string[]) => programs.start(name, "/usr/bin/python3", args, { env });
  const exporter = python("celery-exporter", [
    ...[path.join(packages, "cli.py"), "--broker-url", broker, "--host", address, "--port", String(port)],
  ]);
  await programs.answers(exporter, `http://${address}:${port}/metrics`);
  python("celery-worker", [
    ...["-m", "celery", "--app=celery_tasks", "worker", "--concurrency=2", "--task-events"],
    ...["--queues=celery,reports", "--hostname=shop@%h"],
  ]);
  python("celery-load", [path.join(scripts, "celery_tasks.py")]);
}

/** A real Ray of one node, with work and a model behind Serve. Ray listens everywhere: only in a room without a way out. */
export async function startRay(programs: Programs, address: string, port: number): Promise<void> {
  const folder = path.join(programs.folder, "ray");
  mkdirSync(folder);
  const env = { RAY_ADDRESS: `${address}:${rayPort}`, SERVE_HOST: address, RAY_USAGE_STATS_ENABLED: "0" };
  const node = programs.start(
    "ray",
    pythonProgram("ray", "ray"),
    [
      ...["start", "--head", "--block", `--node-ip-address=${address}`, `--port=${rayPort}`, `--temp-dir=${folder}`],
      ...[
        `--metrics-export-port=${port}`,
        "--dashboard-host=127.0.0.1",
        "--num-cpus=4",
        "--object-store-memory=200000000",
      ],
    ],
    { env: { RAY_USAGE_STATS_ENABLED: "0" } },
  );
  await programs.answers(node, `http://${address}:${port}/metrics`, {}, 120);
  const load = programs.start("ray-load", pythonProgram("ray", "python"), [path.join(scripts, "ray_load.py")], { env });
  await programs.until(load, 120, "does not begin", async () => readFileSync(load.log, "utf8").includes("ready"));
}

const rayPort = 6377;
