import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { quote } from "../../components/server/host-error";
import { toolPath } from "../../ops/toolchain/tools";
import type { Server } from "../../stacks/inventory";
import type { LabStack } from "../hosts/lab-stack";
import { pause } from "../pause";

/** What a command left behind: its exit code, and all that it said. */
export interface Answer {
  code: number;
  said: string;
}

/** Something that is otherwise than the project promises. */
export class Unexpected extends Error {}

/** A setting of every server's log shipper, flipped to have something to deploy everywhere, without a restart. */
const changed = {
  file: "components/promtail/configuration.ts",
  setting: "log_level:",
  values: ["warn", "info"],
} as const;
/** Flipped to have every server's log shipper replaced: an argument that says what holds anyway. */
const replaced = {
  file: "components/promtail/promtail.ts",
  from: "/promtail.yml`],",
  to: '/promtail.yml`, "-config.expand-env=false"],',
} as const;

/** How long a command may take at most, on a machine that has much else to do; and after it was asked to stop. */
const scriptSeconds = 200;
const [commandSeconds, graceSeconds] = [420, 60];

/** A command on its way. */
export class RunningCommand {
  /** What it has said so far. */
  said = "";
  private readonly end: Promise<number>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    }
    this.end = once(child, "close").then(([code, signal]) => code ?? (signal === "SIGKILL" ? 137 : 143));
  }

  /** Waits until it has said something, or is over. */
  async until(pattern: RegExp, seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!pattern.test(this.said) && this.child.exitCode === null) {
      if (Date.now() > deadline) throw new Unexpected(`not said within ${seconds} s: ${pattern}\n${this.said}`);
      await pause(0.1);
    }
  }

  /** Kills it, and not what it has started. */
  async kill(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }

  /**
   * Waits for its end.
   * @throws {Unexpected} when that does not come; then it is ended
   */
  async answer(seconds = commandSeconds): Promise<Answer> {
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      this.child.kill("SIGTERM");
    }, seconds * 1000);
    const end = setTimeout(() => this.child.kill("SIGKILL"), (seconds + graceSeconds) * 1000);
    const code = await this.end;
    clearTimeout(late);
    clearTimeout(end);
    if (isLate) throw new Unexpected(`it did not end within ${seconds} s:\n${tail(this.said)}`);
    return { code, said: this.said };
  }
}

/** The fleet of a lab as those who break it and who look after it have it. */
export class Fleet {
  constructor(readonly stack: LabStack) {}

  get servers(): Server[] {
    return this.stack.inventory.servers;
  }

  server(name: string): Server {
    const server = this.servers.find((one) => one.name === name);
    if (!server) throw new Error(`no ${name} in the inventory`);
    return server;
  }

  /** Runs a shell script as root on a server; it has to succeed. */
  async on(name: string, script: string): Promise<string> {
    const { code, stdout, stderr } = await this.stack.hosts.on(
      this.server(name),
      `timeout ${scriptSeconds} sh -c ${quote(script)}`,
    );
    if (code !== 0) throw new Unexpected(`on ${name}, exit code ${code} of: ${script}\n${stderr}`);
    return stdout.trim();
  }

  /** Runs one of the project's commands to its end. */
  command(name: string, ...args: string[]): Promise<Answer> {
    return this.startCommand(name, ...args).answer();
  }

  /** `npm run up`, to its end. */
  up(...args: string[]): Promise<Answer> {
    return this.command("up", ...args);
  }

  /** `pulumi` itself, to its end. */
  async pulumi(...args: string[]): Promise<Answer> {
    return this.start(toolPath("pulumi"), "--non-interactive", "--color", "never", ...args).answer();
  }

  /** Starts a command where the servers are reached. */
  start(...command: string[]): RunningCommand {
    const { hosts, project, env } = this.stack;
    const [program = "", ...args] = [...hosts.asOperator, ...command];
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    return new RunningCommand(spawn(program, args, { cwd: project.root, env, stdio, detached: true }));
  }

  /** Starts one of the project's commands, as `npm run` does. */
  startCommand(name: string, ...args: string[]): RunningCommand {
    return this.start(process.execPath, "ops/run.mjs", name, "--stack", this.stack.inventory.stack, ...args);
  }

  /** Edits the program so that the next deployment has something to do on every server, which reloads a service. */
  change(): void {
    const text = this.read(changed.file);
    const now = this.wanted;
    const next = now === changed.values[0] ? changed.values[1] : changed.values[0];
    this.write(changed.file, text.replace(`${changed.setting} "${now}"`, `${changed.setting} "${next}"`));
  }

  /** The same, which replaces a container on every server. */
  replaceContainers(): void {
    const { file, from, to } = replaced;
    const text = this.read(file);
    this.write(file, text.includes(to) ? text.replace(to, from) : text.replace(from, to));
  }

  /** Whether a server has what the program declares by now. */
  async hasChange(name: string): Promise<boolean> {
    const file = `${this.server(name).directory}/promtail/promtail.yml`;
    return (await this.on(name, `cat ${file}`)).includes(`log_level: ${this.wanted}`);
  }

  /** @throws {Unexpected} when one of the servers does not have what the program declares */
  async haveChange(...names: string[]): Promise<void> {
    for (const name of names) {
      if (!(await this.hasChange(name))) throw new Unexpected(`${name} does not have what was deployed to the others`);
    }
  }

  /** All servers but those named. */
  others(...names: string[]): string[] {
    return this.servers.map(({ name }) => name).filter((name) => !names.includes(name));
  }

  /** Which containers run on a server, since when. */
  running(name: string): Promise<string> {
    return this.on(
      name,
      "docker ps --quiet --filter label=monitoring.stack | sort | xargs -r docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}'",
    );
  }

  /** Whether a service that the other fault is not about was left alone while something is done. */
  async undisturbed<T>(names: string[], work: () => Promise<T>): Promise<T> {
    const before = await Promise.all(names.map((name) => this.running(name)));
    const result = await work();
    for (const [index, name] of names.entries()) {
      const now = await this.running(name);
      if (now !== before[index])
        throw new Unexpected(`containers of ${name} were stopped:\n${before[index]}\n→\n${now}`);
    }
    return result;
  }

  /** Edits the program for as long as something is done. */
  async edited<T>(file: string, from: string, to: string, work: () => Promise<T>): Promise<T> {
    const before = this.read(file);
    this.stack.project.edit(file, from, to);
    try {
      return await work();
    } finally {
      this.write(file, before);
    }
  }

  /** A setting of the stack for as long as something is done. */
  async configured<T>(setting: string, value: string, work: () => Promise<T>): Promise<T> {
    const file = `Pulumi.${this.stack.inventory.stack}.yaml`;
    const before = this.read(file);
    await this.stack.pulumi("config", "set", "--path", "--type", "string", setting, "--", value);
    try {
      return await work();
    } finally {
      this.write(file, before);
    }
  }

  read(file: string): string {
    return readFileSync(path.join(this.stack.project.root, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.stack.project.root, file), text);
  }

  /** Whether the next deployment goes well, and everything that is declared then runs and is there. */
  async deployed(...args: string[]): Promise<void> {
    const answer = await this.up(...args);
    if (answer.code !== 0)
      throw new Unexpected(`the next \`npm run up\` ends with ${answer.code}:\n${tail(answer.said)}`);
    await this.haveChange(...this.others());
    for (const { name } of this.servers) {
      const off = await this.on(
        name,
        "docker ps --all --filter label=monitoring.stack --format '{{.Names}} {{.State}}' | grep -v ' running$' || true",
      );
      if (off !== "") throw new Unexpected(`on ${name} something does not run after the next \`npm run up\`: ${off}`);
    }
  }

  private get wanted(): string {
    return new RegExp(`${changed.setting} "(\\w+)"`).exec(this.read(changed.file))?.[1] ?? "";
  }
}

/**
 * What a command has to have said, and its exit code.
 * @returns the line that says it
 * @throws {Unexpected}
 */
export function expectSaid({ code, said }: Answer, wantedCode: number | undefined, pattern: RegExp): string {
  if (wantedCode !== undefined && code !== wantedCode) {
    throw new Unexpected(`exit code ${code}, not ${wantedCode}:\n${tail(said)}`);
  }
  const [match] = pattern.exec(said) ?? [];
  if (match === undefined) throw new Unexpected(`it does not say ${pattern}:\n${tail(said)}`);
  const line = said.split("\n").find((one) => pattern.test(one)) ?? match;
  return `${line.trim().replace(/^- /, "")} (exit code ${code})`;
}

/** Asks once a second until there is an answer. */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < deadline) {
    const answer = await ask().catch((error: unknown) => {
      last = error;
      return undefined;
    });
    if (answer !== undefined) return answer;
    await pause(1);
  }
  throw new Unexpected(`not within ${seconds} s: ${what}${last ? ` (${last})` : ""}`);
}

function tail(text: string): string {
  return text.trim().split("\n").slice(-25).join("\n");
}
