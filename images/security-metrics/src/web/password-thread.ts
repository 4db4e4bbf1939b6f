import { parentPort, Worker, workerData } from "node:worker_threads";
import { compareSync } from "bcryptjs";

/** What tells a thread of the same program that it is this one. */
const role = "passwords";
/** Milliseconds. Prometheus's password is worked out once; the memory is given back after that. */
const idleAfter = 5000;

interface Question {
  id: number;
  password: string;
  hash: string;
}

export function isPasswordThread(): boolean {
  return workerData === role;
}

/** The thread in which passwords are compared, which blocks it. */
export function passwordThread(): void {
  parentPort?.on("message", ({ id, password, hash }: Question) => {
    parentPort?.postMessage({ id, isRight: compareSync(password, hash) });
  });
}

/** Has passwords compared in a thread of their own, so that nobody who tries them slows down anything else. */
export class PasswordThread {
  private thread: Worker | undefined;
  private readonly waiting = new Map<number, { resolve: (isRight: boolean) => void; reject: (error: Error) => void }>();
  private lastId = 0;
  private idle: NodeJS.Timeout | undefined;

  /** @param program the file that runs {@link passwordThread} when it finds itself in such a thread */
  constructor(private readonly program: string) {}

  compare(password: string, hash: string): Promise<boolean> {
    clearTimeout(this.idle);
    const thread = this.thread ?? this.start();
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      thread.postMessage({ id, password, hash } satisfies Question);
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.idle);
    await this.thread?.terminate();
  }

  private start(): Worker {
    const heap = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
    const thread = new Worker(this.program, { workerData: role, resourceLimits: heap });
    thread.on("message", ({ id, isRight }: { id: number; isRight: boolean }) => this.settle(id, isRight));
    thread.on("error", (error) => this.end(thread, error));
    thread.on("exit", () => this.end(thread, new Error("the thread that compares passwords has ended")));
    this.thread = thread;
    return thread;
  }

  private settle(id: number, isRight: boolean): void {
    this.waiting.get(id)?.resolve(isRight);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.idle = setTimeout(() => void this.stop(), idleAfter);
  }

  private end(thread: Worker, error: Error): void {
    if (this.thread !== thread) return;
    this.thread = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
