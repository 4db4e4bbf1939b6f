import { ExecutionStatus, ExecutionTrigger } from "node-appwrite";
import { idFrom } from "../documents";
import type { Caller } from "../http/caller";
import { looseBoolean, nullable, oneOf, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { accepted, created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Collection, Store } from "../store";
import type { Builds } from "./builds";
import { deploymentsIn } from "./deployment";
import {
  type ExecutionAnswer,
  emptyExecution,
  executionAnswer,
  executionsIn,
  outcomeOf,
  type StoredExecution,
} from "./execution";
import { headersCheck, listed, readHeaders } from "./execution-headers";
import { type ExecutionSettings, type NewExecution, requestOf, startOf } from "./execution-request";
import { functionOf, functionsIn } from "./functions";
import type { RuntimeAnswer, RuntimeRequest, RuntimeStart, Runtimes } from "./runtimes";
import { environmentOf } from "./variables";

const functionId = required(uid);
const base = "/functions/:functionId/executions";
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] as const;

/** The headers of a request that are kept with the execution. */
const shownHeaders = ["content-type", "agent", "content-length", "host", "x-appwrite-client-ip"];

/** A function's executions, which really run its code. */
export class Executions {
  private readonly stored: Collection<StoredExecution>;

  constructor(
    private readonly store: Store,
    private readonly builds: Builds,
    private readonly runtimes: Runtimes,
    private readonly settings: ExecutionSettings,
    private readonly onEnd: (execution: StoredExecution) => void,
  ) {
    this.stored = executionsIn(store);
  }

  /** Those that were not forgotten, the oldest first. */
  all(): StoredExecution[] {
    return this.stored.all();
  }

  /** Forgets those of a function that goes. */
  forget(functionId: string): void {
    for (const { $id, ...execution } of this.stored.all()) {
      if (execution.functionId === functionId) this.stored.delete($id);
    }
  }

  /** Runs a function as its schedule does; it fails where there is nothing to run. */
  async runSchedule(functionId: string): Promise<StoredExecution> {
    const own = functionOf(this.store, functionId);
    const deployment = deploymentsIn(this.store).get(own.deploymentId);
    const request = { trigger: ExecutionTrigger.Schedule, method: "POST", path: "/", headers: {}, body: "" };
    if (deployment) {
      const execution = { function: own, deployment, ...request };
      return this.execute(this.create(execution, ExecutionStatus.Processing));
    }
    const { $id } = this.stored.create(idFrom("unique()"), {
      ...emptyExecution(functionId, "", request),
      status: ExecutionStatus.Failed,
      responseStatusCode: 500,
      errors: "The execution could not be completed because a corresponding deployment was not found.",
    });
    return this.get($id);
  }

  /** `/functions/:functionId/executions`. */
  get routes(): Route[] {
    const one = { functionId, executionId: required(uid) };
    return [
      route(
        "POST",
        base,
        ["execution.write"],
        {
          functionId,
          body: optional(text(10_485_760, 0), ""),
          async: optional(looseBoolean, false),
          path: optional(text(2048), "/"),
          method: optional(oneOf(methods), "POST"),
          headers: optional(headersCheck, {}),
          scheduledAt: optional(nullable(text(100)), null),
        },
        async ({ functionId, async, headers, scheduledAt, ...values }, { caller, request }) => {
          if (scheduledAt !== null) {
            throw new AppwriteError("general_bad_request", "The lab's Appwrite schedules no executions.");
          }
          const execution: NewExecution = {
            ...this.runnable(functionId, caller),
            trigger: ExecutionTrigger.Http,
            ...values,
            headers: { ...readHeaders(headers), "x-appwrite-client-ip": "127.0.0.1", host: request.headers.host ?? "" },
          };
          if (!async) return created(await this.runSynchronously(execution));
          const prepared = this.create(execution, ExecutionStatus.Waiting);
          // What becomes of it can be read from it.
          setImmediate(() => this.execute(prepared).catch(() => {}));
          return accepted(executionAnswer(this.get(prepared.id)));
        },
      ),
      route("GET", base, ["execution.read"], { functionId, queries: queriesParameter }, ({ functionId, queries }) => {
        functionOf(this.store, functionId);
        const own = this.stored.all().filter((execution) => execution.functionId === functionId);
        const texts = { trigger: "string", status: "string", requestMethod: "string", requestPath: "string" } as const;
        const numbers = { responseStatusCode: "integer", duration: "double" } as const;
        const schema = { ...ofEveryRow, ...texts, ...numbers, deploymentId: "string" } as const;
        const { total, found } = list(
          own.map((execution) => ({ ...execution })),
          queries,
          schema,
        );
        return ok({ total, executions: found.map((execution) => executionAnswer(execution)) });
      }),
      route("GET", `${base}/:executionId`, ["execution.read"], one, (values) => ok(executionAnswer(this.find(values)))),
      route("DELETE", `${base}/:executionId`, ["execution.write"], one, (values) => {
        const { $id, status } = this.find(values);
        const over: string[] = [ExecutionStatus.Completed, ExecutionStatus.Failed, ExecutionStatus.Scheduled];
        if (!over.includes(status)) throw new AppwriteError("execution_in_progress");
        this.stored.delete($id);
        return noContent;
      }),
    ];
  }

  /** The function and its active deployment, for a caller who may execute it. */
  private runnable(functionId: string, caller: Caller): Pick<NewExecution, "function" | "deployment"> {
    const own = functionsIn(this.store).get(functionId);
    const guest = caller.role === "guests";
    if (!own || (!own.enabled && guest)) throw new AppwriteError("function_not_found");
    const deployment = deploymentsIn(this.store).get(own.deploymentId);
    if (!deployment) {
      const message = "Deployment not found. Create a deployment before trying to execute a function";
      throw new AppwriteError("deployment_not_found", message);
    }
    if (deployment.status !== "ready") throw new AppwriteError("build_not_ready");
    const open = own.execute.includes("any") || own.execute.includes("guests");
    if (guest && !open) {
      throw new AppwriteError("user_unauthorized", "No permissions provided for action 'execute'");
    }
    return { function: own, deployment };
  }

  private async runSynchronously(execution: NewExecution): Promise<ExecutionAnswer> {
    const prepared = this.create(execution, ExecutionStatus.Processing);
    let answer: RuntimeAnswer | undefined;
    const ended = this.execute(prepared, (given) => {
      answer = given;
    });
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.settings.synchronousMs);
    });
    const stored = await Promise.race([ended, tooLate]);
    clearTimeout(timer);
    if (stored) return executionAnswer(stored, answer);
    this.stored.update(prepared.id, {
      status: ExecutionStatus.Failed,
      responseStatusCode: 500,
      errors: "Synchronous function execution timed out.\\nError Code: 408",
    });
    throw new AppwriteError("function_synchronous_timeout");
  }

  private create(execution: NewExecution, status: ExecutionStatus): Prepared {
    const { function: own, deployment, headers } = execution;
    const id = idFrom("unique()");
    const request = requestOf(execution, id, this.settings);
    this.stored.create(id, {
      ...emptyExecution(own.$id, deployment.$id, execution),
      status,
      requestHeaders: listed(headers).filter(({ name }) => shownHeaders.includes(name)),
    });
    return { id, execution, request };
  }

  /** Runs it to its end, however long that takes. @param onAnswer told what the function answers */
  private async execute(
    { id, execution, request }: Prepared,
    onAnswer?: (answer: RuntimeAnswer) => void,
  ): Promise<StoredExecution> {
    const started = process.hrtime.bigint();
    this.stored.update(id, { status: ExecutionStatus.Processing });
    const outcome = await this.runtimes.run(this.startOf(execution), request).then(
      (answer) => {
        onAnswer?.(answer);
        return outcomeOf(answer);
      },
      (error: Error): Partial<StoredExecution> => {
        const errors = `${error.message}\\nError Code: 500`;
        return { status: ExecutionStatus.Failed, responseStatusCode: 500, errors };
      },
    );
    const duration = Number(process.hrtime.bigint() - started) / 1e9;
    const last = this.get(id);
    // One that was given up keeps saying so.
    if (last.status !== ExecutionStatus.Processing) return last;
    const ended = this.stored.update(id, { ...outcome, duration });
    this.onEnd(ended);
    return ended;
  }

  private startOf(execution: NewExecution): RuntimeStart {
    const { function: own, deployment } = execution;
    return startOf(execution, environmentOf(this.store, own.$id), this.builds.codeOf(deployment.$id), this.settings);
  }

  private get(id: string): StoredExecution {
    const found = this.stored.get(id);
    if (!found) throw new AppwriteError("execution_not_found");
    return found;
  }

  private find({ functionId, executionId }: { functionId: string; executionId: string }): StoredExecution {
    functionOf(this.store, functionId);
    const found = this.stored.get(executionId);
    if (found?.functionId !== functionId) throw new AppwriteError("execution_not_found");
    return found;
  }
}

interface Prepared {
  id: string;
  execution: NewExecution;
  request: RuntimeRequest;
}
