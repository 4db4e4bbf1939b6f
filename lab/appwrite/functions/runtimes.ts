import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";

/** One execution as the function's process is told of it. */
export interface RuntimeRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  /** Whether what it says is kept. */
  logging: boolean;
}

/** What an execution comes to. */
export interface RuntimeAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  logs: string;
  errors: string;
}

/** Where a deployment's code is, and what its process is started with. */
export interface RuntimeStart {
  deploymentId: string;
  folder: string;
  entrypoint: string;
  environment: Record<string, string>;
}

/**
 * The processes of the deployments that run. As with Appwrite's containers one is started by the first execution, keeps
 * the variables that it was started with, serves all executions of its deployment at once, and ends when it had nothing
 * to do for a while.
 */
export class Runtimes {
  private readonly running = new Map<string, Runtime>();

  /** @param idleMs how long one without work stays */
  constructor(private readonly idleMs: number) {}

  /** Runs one execution. @throws {Error} when the process ends meanwhile */
  run(start: RuntimeStart, request: RuntimeRequest): Promise<RuntimeAnswer> {
    const known = this.running.get(start.deploymentId);
    const runtime = known ?? new Runtime(start, this.idleMs, () => this.running.delete(start.deploymentId));
    if (!known) this.running.set(start.deploymentId, runtime);
    return runtime.run(request);
  }

  /** Ends all, as if none had had anything to do: the next execution is a cold start. */
  coolDown(): void {
    for (const runtime of this.running.values()) runtime.end();
    this.running.clear();
  }
}

class Runtime {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<
    number,
    { resolve: (answer: RuntimeAnswer) => void; reject: (error: Error) => void }
  >();
  private lastId = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    { folder, entrypoint, environment }: RuntimeStart,
    private readonly idleMs: number,
    onEnd: () => void,
  ) {
    const host = path.join(import.meta.dirname, "runtime-host.mjs");
    this.child = fork(host, [path.join(folder, entrypoint)], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
      execArgv: ["--max-old-space-size=512"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let said = "";
    this.child.stderr?.on("data", (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2000);
    });
    this.child.on("message", ({ id, ...answer }: RuntimeAnswer & { id: number }) => {
      this.waiting.get(id)?.resolve(answer);
      this.waiting.delete(id);
      this.rest();
    });
    this.child.on("exit", (code, signal) => {
      onEnd();
      clearTimeout(this.idle);
      const error = new Error(`The function's process ended (${signal ?? `exit code ${code}`}). ${said}`);
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    });
  }

  run(request: RuntimeRequest): Promise<RuntimeAnswer> {
    clearTimeout(this.idle);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, ...request });
    });
  }

  end(): void {
    this.child.kill("SIGKILL");
  }

  private rest(): void {
    clearTimeout(this.idle);
    if (this.waiting.size === 0) this.idle = setTimeout(() => this.end(), this.idleMs);
  }
}
