import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Faults, Later } from "../faults";
import type { Collection, Store } from "../store";
import { type DeploymentStatus, deploymentsIn, type StoredDeployment } from "./deployment";
import { functionOf, functionsIn, type StoredFunction } from "./functions";
import { unpack } from "./unpack";

/** What becomes of a deployment's code once it is there. */
export class Builds {
  private readonly stored: Collection<StoredDeployment>;

  /** @param folder where the code is kept */
  constructor(
    private readonly store: Store,
    private readonly faults: Faults,
    private readonly later: Later,
    private readonly folder: string,
  ) {
    this.stored = deploymentsIn(store);
  }

  /** Where a built deployment is unpacked. */
  codeOf(deploymentId: string): string {
    return path.join(this.folder, deploymentId);
  }

  /** Keeps the code of a deployment, and builds it. */
  start(id: string, code: Buffer): void {
    writeFileSync(`${this.codeOf(id)}.tar.gz`, code);
    this.set(id, { sourceSize: code.length });
    this.build(id);
  }

  /** Goes on with the builds that were under way when the process ended. */
  resume(): void {
    const over: DeploymentStatus[] = ["ready", "failed", "canceled"];
    for (const { $id, status } of this.stored.all()) {
      // One whose upload broke off waits for ever.
      if (!over.includes(status) && existsSync(`${this.codeOf($id)}.tar.gz`)) this.build($id);
    }
  }

  /** Forgets the code. */
  remove(id: string): void {
    rmSync(this.codeOf(id), { recursive: true, force: true });
    rmSync(`${this.codeOf(id)}.tar.gz`, { force: true });
  }

  /** waiting → processing → building → ready or failed, unless it is canceled or deleted meanwhile. */
  private build(id: string): void {
    const started = Date.now();
    const next = (from: DeploymentStatus[], work: (deployment: StoredDeployment) => void) =>
      this.later.after(() => {
        const deployment = this.stored.get(id);
        if (deployment && from.includes(deployment.status)) work(deployment);
      });
    const finish = async (deployment: StoredDeployment) => {
      const built = await this.unpack(deployment);
      if (this.later.stopped || this.stored.get(id)?.status !== "building") return;
      this.set(id, { ...built, buildDuration: Math.ceil((Date.now() - started) / 1000) });
      if (built.status === "ready") this.activateIfWanted(id);
    };
    next(["waiting", "processing", "building"], () => {
      this.set(id, { status: "processing" });
      next(["processing"], () => {
        this.set(id, { status: "building", buildLogs: "Build started.\n" });
        next(["building"], (deployment) => void finish(deployment));
      });
    });
  }

  /** What a build is here: the code is unpacked; there is nothing to install. */
  private async unpack({ $id, commands }: StoredDeployment): Promise<Partial<StoredDeployment>> {
    const failure = this.faults.failingBuilds.shift();
    if (failure !== undefined) return { status: "failed", buildLogs: failure };
    if (commands !== "") {
      const buildLogs = `The lab's Appwrite runs no build commands, and this deployment has some: ${commands}`;
      return { status: "failed", buildLogs };
    }
    try {
      const buildSize = await unpack(`${this.codeOf($id)}.tar.gz`, this.codeOf($id));
      return { status: "ready", buildSize, buildLogs: "Build finished.\n" };
    } catch (error) {
      return { status: "failed", buildLogs: `The archive cannot be unpacked: ${(error as Error).message}` };
    }
  }

  private activateIfWanted(id: string): void {
    const deployment = this.stored.get(id);
    if (!deployment?.activate) return;
    const { deploymentCreatedAt } = functionOf(this.store, deployment.resourceId);
    // One that was started later is active already.
    if (deploymentCreatedAt > deployment.$createdAt) return;
    this.activate(deployment.resourceId, deployment);
    functionsIn(this.store).update(deployment.resourceId, { live: true });
  }

  /** Makes it the one that runs. */
  activate(functionId: string, { $id, $createdAt }: StoredDeployment): StoredFunction {
    return functionsIn(this.store).update(functionId, { deploymentId: $id, deploymentCreatedAt: $createdAt });
  }

  /** Changes a deployment, and what its function says of its latest. */
  set(id: string, change: Partial<StoredDeployment>): StoredDeployment {
    const updated = this.stored.update(id, change);
    const own = functionsIn(this.store).get(updated.resourceId);
    if (own?.latestDeploymentId === id) this.setLatest(own.$id);
    return updated;
  }

  /** Has the function say which its latest deployment is, and its state. */
  setLatest(functionId: string): void {
    const latest = this.stored.all().findLast(({ resourceId }) => resourceId === functionId);
    functionsIn(this.store).update(functionId, {
      latestDeploymentId: latest?.$id ?? "",
      latestDeploymentCreatedAt: latest?.$createdAt ?? "",
      latestDeploymentStatus: latest?.status ?? "",
    });
  }
}
