import { DeploymentDownloadType, type Models, Query } from "node-appwrite";
import { InputFile } from "node-appwrite/file";
import { isLost, isNotFound } from "./answers";
import { contentHash } from "./bundle";
import type { AppwriteServer } from "./server";

/** How many deployments of a function are kept, the active one among them. */
const kept = 3;
/** Lines of a failed build's log that an error repeats. */
const logLines = 20;

/** A deployment that we made. */
export interface OwnDeployment {
  deploymentId: string;
  /** Hash of its content. */
  content: string;
}

/** The deployments of one function on the server. */
export class LiveDeployments {
  private readonly what: string;

  constructor(
    private readonly server: AppwriteServer,
    private readonly functionId: string,
  ) {
    this.what = `function ${functionId}`;
  }

  /** Id of the active deployment, empty for none; nothing when there is no such function. */
  async active(): Promise<string | undefined> {
    const { functionId } = this;
    const found = await this.server.find(this.what, () => this.server.functions.get({ functionId }));
    return found?.deploymentId;
  }

  /** The content of a deployment as it was uploaded; nothing when the server does not have it, or not all of it. */
  async contentOf(deploymentId: string): Promise<string | undefined> {
    const { functionId, server } = this;
    const type = DeploymentDownloadType.Source;
    const source = await server.ask(`${this.what}: deployment ${deploymentId}`, () =>
      server.functions
        .getDeploymentDownload({ functionId, deploymentId, type })
        .catch((error) => (isNotFound(error) ? undefined : Promise.reject(error))),
    );
    return source && contentHash(Buffer.from(source)).catch(() => undefined);
  }

  /**
   * A deployment of this content that is ready or will be: the active one first, then the latest.
   * @param known the content of the deployment that we know of
   */
  async find(content: string, entrypoint: string, known?: OwnDeployment): Promise<string | undefined> {
    const active = await this.active();
    const usable = (await this.latest()).filter(
      (one) => one.entrypoint === entrypoint && one.status !== "failed" && one.status !== "canceled",
    );
    const isActive = ({ $id }: Models.Deployment) => $id === active;
    for (const { $id } of [...usable.filter(isActive), ...usable.filter((one) => !isActive(one))]) {
      const itsContent = $id === known?.deploymentId ? known.content : await this.contentOf($id);
      if (itsContent === content) return $id;
    }
    return undefined;
  }

  /** Uploads a bundle once, even when the answer gets lost. @returns the deployment's id */
  async upload(bundle: Buffer, content: string, entrypoint: string): Promise<string> {
    const { functionId, server } = this;
    const before = new Set((await this.latest()).map(({ $id }) => $id));
    return server.retry(
      this.what,
      async () => {
        const code = InputFile.fromBuffer(bundle, `${functionId}.tar.gz`);
        return (await server.functions.createDeployment({ functionId, code, activate: false, entrypoint })).$id;
      },
      isLost,
      async () => {
        const arrived = (await this.latest()).filter(
          ({ $id, sourceSize }) => !before.has($id) && sourceSize === bundle.length,
        );
        for (const { $id } of arrived) if (((await this.contentOf($id)) ?? content) === content) return $id;
        return undefined;
      },
    );
  }

  /** Waits until a deployment is built. @throws {AppwriteError} with the end of the log when that fails */
  async ready(deploymentId: string): Promise<void> {
    const { functionId, server } = this;
    const what = `${this.what}: deployment ${deploymentId}`;
    await server.waitFor(what, server.patience.build, async (report) => {
      const { status, buildLogs } = await server.ask(what, () =>
        server.functions.getDeployment({ functionId, deploymentId }),
      );
      if (status === "ready") return true;
      if (status === "canceled") throw server.error(what, "somebody has canceled its build. Deploy again.");
      if (status === "failed") {
        const log = buildLogs.trimEnd().split("\n").slice(-logLines).join("\n");
        throw server.error(what, `its build failed; the deployment before it goes on. The end of its log:\n${log}`);
      }
      report(status || "waiting");
      return undefined;
    });
  }

  async activate(deploymentId: string): Promise<void> {
    const { functionId, server } = this;
    await server.ask(this.what, () => server.functions.updateFunctionDeployment({ functionId, deploymentId }));
  }

  /** Removes the oldest, so that the active one and the latest stay. */
  async prune(activeId: string): Promise<void> {
    const others = (await this.latest()).filter(({ $id }) => $id !== activeId);
    for (const { $id } of others.slice(kept - 1)) await this.remove($id);
  }

  async remove(deploymentId: string): Promise<void> {
    const { functionId, server } = this;
    const what = `${this.what}: deployment ${deploymentId}`;
    await server.remove(what, () => server.functions.deleteDeployment({ functionId, deploymentId }));
  }

  /** The newest first. */
  private async latest(): Promise<Models.Deployment[]> {
    const { functionId, server } = this;
    const queries = [Query.orderDesc("$createdAt"), Query.limit(100)];
    const list = await server.find(this.what, () => server.functions.listDeployments({ functionId, queries }));
    return list?.deployments ?? [];
  }
}
