import { idFrom } from "../documents";
import { looseBoolean, nullable, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { type Answer, accepted, type Call, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Collection, Store } from "../store";
import type { Builds } from "./builds";
import { deploymentAnswer, deploymentsIn, type StoredDeployment } from "./deployment";
import { functionAnswer, functionOf, functionsIn } from "./functions";
import { Upload } from "./upload";

/** Bytes that a deployment may have. */
const largest = 30_000_000;

const functionId = required(uid);
const one = { functionId, deploymentId: required(uid) };
const base = "/functions/:functionId/deployments";

/** A function's code: uploaded, built, chosen. */
export class Deployments {
  private readonly stored: Collection<StoredDeployment>;
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly store: Store,
    private readonly builds: Builds,
  ) {
    this.stored = deploymentsIn(store);
  }

  /** Forgets those of a function that goes. */
  forget(functionId: string): void {
    for (const { $id, resourceId } of this.stored.all()) if (resourceId === functionId) this.remove($id);
  }

  /** `/functions/:functionId/deployments`, and which of them is active. */
  get routes(): Route[] {
    const { store } = this;
    return [
      route(
        "POST",
        base,
        ["functions.write"],
        {
          functionId,
          entrypoint: optional(nullable(text(1028)), null),
          commands: optional(nullable(text(8192, 0)), null),
          activate: optional(looseBoolean, false),
        },
        (values, call) => this.receive(values, call),
      ),
      route("GET", base, ["functions.read"], { functionId, queries: queriesParameter }, ({ functionId, queries }) => {
        functionOf(store, functionId);
        const own = this.stored.all().filter(({ resourceId }) => resourceId === functionId);
        const numbers = { sourceSize: "integer", buildSize: "integer", buildDuration: "integer" } as const;
        const schema = { ...ofEveryRow, ...numbers, status: "string", activate: "boolean" } as const;
        const { total, found } = list(
          own.map((deployment) => ({ ...deployment })),
          queries,
          schema,
        );
        return ok({ total, deployments: found.map(deploymentAnswer) });
      }),
      route("GET", `${base}/:deploymentId`, ["functions.read"], one, (values) =>
        ok(deploymentAnswer(this.find(values))),
      ),
      route("DELETE", `${base}/:deploymentId`, ["functions.write"], one, (values) => {
        this.remove(this.find(values).$id);
        const { deploymentId, latestDeploymentId } = functionOf(store, values.functionId);
        if (deploymentId === values.deploymentId) {
          functionsIn(store).update(values.functionId, { deploymentId: "", deploymentCreatedAt: "" });
        }
        if (latestDeploymentId === values.deploymentId) this.builds.setLatest(values.functionId);
        return noContent;
      }),
      route("PATCH", `${base}/:deploymentId/status`, ["functions.write"], one, (values) => {
        const { $id, status } = this.find(values);
        if (status === "ready" || status === "failed") throw new AppwriteError("build_already_completed");
        return ok(deploymentAnswer(this.builds.set($id, { status: "canceled" })));
      }),
      route("PATCH", "/functions/:functionId/deployment", ["functions.write"], one, ({ functionId, deploymentId }) => {
        functionOf(store, functionId);
        const deployment = this.stored.get(deploymentId);
        if (!deployment) throw new AppwriteError("deployment_not_found");
        if (deployment.status !== "ready") throw new AppwriteError("build_not_ready");
        return ok(functionAnswer(store, this.builds.activate(functionId, deployment)));
      }),
    ];
  }

  /** Takes a deployment's code, whole or one piece of it. */
  private receive(values: NewDeployment, { request }: Call): Answer {
    const own = functionOf(this.store, values.functionId);
    const entrypoint = values.entrypoint ?? own.entrypoint;
    if (entrypoint === "") throw new AppwriteError("function_entrypoint_missing");
    const file = request.files.code;
    if (!file) throw new AppwriteError("storage_file_empty", "No file sent");
    if (!/\.gz$/i.test(file.name)) throw new AppwriteError("storage_file_type_unsupported");
    const range = request.headers["content-range"];
    const asked = request.headers["x-appwrite-id"];
    const id = range && typeof asked === "string" ? asked : idFrom("unique()");
    const upload = this.uploads.get(id) ?? new Upload();
    upload.add(file.content, range);
    if (upload.size > largest) throw new AppwriteError("storage_invalid_file_size");
    this.uploads.set(id, upload);
    if (!this.stored.has(id)) {
      this.stored.create(id, {
        resourceId: own.$id,
        entrypoint,
        commands: values.commands ?? own.commands,
        status: "waiting",
        activate: values.activate,
        sourceSize: file.content.length,
        buildSize: 0,
        buildLogs: "",
        buildDuration: 0,
      });
      this.builds.setLatest(own.$id);
    }
    if (upload.complete) this.start(id, upload, values);
    return accepted(deploymentAnswer(this.find({ functionId: own.$id, deploymentId: id })));
  }

  private start(id: string, upload: Upload, { functionId, activate }: NewDeployment): void {
    this.uploads.delete(id);
    // The last one that is to become active wins.
    const others = this.stored.all().filter(({ resourceId, $id }) => resourceId === functionId && $id !== id);
    if (activate) for (const { $id } of others) this.builds.set($id, { activate: false });
    this.builds.start(id, upload.content);
  }

  private find({ functionId, deploymentId }: { functionId: string; deploymentId: string }): StoredDeployment {
    functionOf(this.store, functionId);
    const found = this.stored.get(deploymentId);
    if (found?.resourceId !== functionId) throw new AppwriteError("deployment_not_found");
    return found;
  }

  private remove(id: string): void {
    this.stored.delete(id);
    this.uploads.delete(id);
    this.builds.remove(id);
  }
}

interface NewDeployment {
  functionId: string;
  entrypoint: string | null;
  commands: string | null;
  activate: boolean;
}
