import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { CommandError } from "./command";

export interface ProcessOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the process, and all that it started. */
  signal?: AbortSignal | undefined;
  /** What it reads from its standard input. */
  input?: Readable | string;
  /** Called with each line that it prints on its standard error. */
  onLine?: (line: string) => void;
}

/** What a process left behind. */
export interface ProcessResult {
  code: number;
  stdout: string;
  stderr: string;
}

export const interrupted = () => new CommandError("interrupted; run the same command again to go on.");

/** Runs a program to its end, whatever its exit code; 127 when there is no such program. */
export function attempt(command: string, args: string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const { cwd, env, signal, input, onLine } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(interrupted());
    // A process group of its own, so that what it starts ends with it, and Ctrl-C reaches it through us alone.
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    const end = () => {
      try {
        if (child.pid) process.kill(-child.pid, "SIGTERM");
      } catch {
        // It has ended by itself meanwhile.
      }
    };
    signal?.addEventListener("abort", end, { once: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      stderr.push(chunk);
      for (const line of chunk.toString().split("\n")) if (line.trim()) onLine?.(line.trim());
    });
    // A program that ends before it has read its input says why by its exit code.
    child.stdin.on("error", () => {});
    if (typeof input === "object") input.pipe(child.stdin);
    else child.stdin.end(input);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve({ code: 127, stdout: "", stderr: `${command}: not found` });
      else reject(new CommandError(`${command} cannot be started: ${error.message}`));
    });
    child.on("close", (code) => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(interrupted());
      else resolve({ code: code ?? 1, stdout: text(stdout), stderr: text(stderr) });
    });
  });
}

const progressOfGo = /^go: downloading /;

/**
 * Runs a program that has to succeed.
 * @returns what it printed
 * @throws {CommandError} with the end of what it complained about
 */
export async function must(command: string, args: string[], options: ProcessOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, args, options);
  if (code === 0) return stdout;
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter((line) => !progressOfGo.test(line));
  const complaint = lines.slice(-15).join("\n");
  throw new CommandError(`\`${[command, ...args.slice(0, 3)].join(" ")}\` failed (exit code ${code}):\n${complaint}`);
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
