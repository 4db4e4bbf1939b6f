import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { must } from "../../ops/process";
import { projectRoot } from "../../ops/project";
import { pulumi } from "../../ops/pulumi";
import { toolPath } from "../../ops/toolchain/tools";
import { PostgresServer } from "./postgres-server";

const page = readFileSync(path.join(projectRoot, "docs", "state.md"), "utf8");
/** The commands of a chapter of docs/state.md, as they stand there. */
function commandsOf(chapter: string, language = "sh"): string {
  const text = page.split(`\n## ${chapter}\n`)[1]?.split("\n## ")[0] ?? "";
  const [, commands] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text) ?? [];
  if (!commands) throw new Error(`docs/state.md has no commands in ${language} under "${chapter}"`);
  return commands;
}

const rolePassword = "the role's: pass@word";
const smtpPassword = "the mail server's";
const obstacle = PostgresServer.obstacle();

/** docs/state.md, step after step: a stack in files, its state moved to a real PostgreSQL, used there, and moved back. */
describe.skipIf(obstacle)(`the state of a stack${obstacle ? ` (skipped: ${obstacle})` : ""}`, () => {
  /** Stands in for the checkout. */
  const folder = mkdtempSync(path.join(os.tmpdir(), "state-"));
  const hold = path.join(folder, "hold");
  const files = `file://${folder}/.state`;
  let server: PostgresServer;
  let table: string;
  let env: NodeJS.ProcessEnv;
  let generated: string;
  let underWay: ChildProcess | undefined;

  const at = (backend: string, more: NodeJS.ProcessEnv = {}) => ({ ...env, PULUMI_BACKEND_URL: backend, ...more });
  const ask = (backend: string, ...args: string[]) =>
    pulumi([...args, "--stack", "prod"], { cwd: folder, env: at(backend) });
  const outputs = async (backend: string) =>
    JSON.parse(await ask(backend, "stack", "output", "--json", "--show-secrets"));
  const settings = () => readFileSync(path.join(folder, "Pulumi.prod.yaml"), "utf8");
  const move = (script: string) => must("sh", ["-euc", script], { cwd: folder, env });
  const inTable = (what: string) => server.sql(`select key from pulumi_state where key like '%${what}%'`, "pulumi");

  /** An `up` whose command goes on for as long as the file `hold` is there. */
  async function startLongUp(): Promise<ChildProcess> {
    writeFileSync(hold, "");
    const args = ["--non-interactive", "up", "--yes", "--skip-preview", "--stack", "prod"];
    const child = spawn(toolPath("pulumi"), args, { cwd: folder, env: at(table), stdio: ["ignore", "pipe", "pipe"] });
    underWay = child;
    let printed = "";
    const runs = new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk) => {
          printed += chunk;
          if (/said updating/.test(printed)) resolve();
        });
      }
      child.on("exit", (code) => reject(new Error(`pulumi up ended with ${code}:\n${printed}`)));
    });
    await runs;
    return child;
  }
  const ended = (child: ChildProcess) => new Promise((resolve) => child.on("exit", resolve));

  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.sql(commandsOf("PostgreSQL", "sql").replace("…", rolePassword.replaceAll("'", "''")));
    table = `postgres://pulumi@127.0.0.1:${server.port}/pulumi?sslmode=disable`;
    const passwords = path.join(folder, "pgpass");
    const line = `127.0.0.1:${server.port}:pulumi:pulumi:${rolePassword.replaceAll(":", "\\:")}\n`;
    writeFileSync(passwords, line, { mode: 0o600 });
    const { PULUMI_BACKEND_URL: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...inherited } = process.env;
    env = { ...inherited, PGPASSFILE: passwords, PULUMI_CONFIG_PASSPHRASE: "the passphrase" };

    cpSync(path.join(projectRoot, "test", "e2e", "programs", "state"), folder, { recursive: true });
    for (const link of ["node_modules", ".toolchain"]) {
      symlinkSync(path.join(projectRoot, link), path.join(folder, link));
    }
  });

  afterAll(async () => {
    rmSync(hold, { force: true });
    underWay?.kill("SIGKILL");
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is made in files, as long as nothing else is said", async () => {
    const pulumiHere = (...args: string[]) => must(".toolchain/bin/pulumi", args, { cwd: folder, env });
    await pulumiHere("stack", "init", "prod");
    await ask(files, "config", "set", "command", "echo first");
    await ask(files, "config", "set", "--secret", "smtpPassword", smtpPassword);
    await ask(files, "up", "--yes", "--skip-preview");
    const { passwords, said } = await outputs(files);
    expect(said).toBe("first");
    expect(passwords.prometheus).toHaveLength(24);
    generated = passwords.prometheus;
    expect(existsSync(path.join(folder, ".state/.pulumi/stacks/monitoring/prod.json"))).toBe(true);
  });

  it("moves to PostgreSQL by the page's commands, secrets and all, and leaves the old place", async () => {
    const before = settings();
    const to = "postgres://pulumi@db.example.org/pulumi?sslmode=verify-full";
    const commands = commandsOf("Moving a stack");
    expect(commands).toContain(to);
    await move(commands.replace(to, table));

    expect(settings()).toBe(before);
    expect((await outputs(table)).passwords.prometheus).toBe(generated);
    expect(existsSync(path.join(folder, ".state/.pulumi/stacks/monitoring/prod.json"))).toBe(false);
    expect(existsSync(path.join(folder, "prod.state.json"))).toBe(false);
    const [update] = JSON.parse(readFileSync(path.join(folder, "prod.history.json"), "utf8"));
    expect(update).toMatchObject({ kind: "update", result: "succeeded", resourceChanges: { create: 3 } });
  });

  it("is looked at and changed there, with a history", async () => {
    await ask(table, "preview", "--refresh", "--expect-no-changes");
    await ask(table, "config", "set", "command", "echo second");
    await ask(table, "up", "--yes", "--skip-preview");
    expect((await outputs(table)).said).toBe("second");
    const history = JSON.parse(await ask(table, "stack", "history", "--json"));
    expect(history).toHaveLength(1);
    expect(history[0]).toMatchObject({ kind: "update", result: "succeeded", resourceChanges: { update: 1, same: 2 } });
    expect(await inTable("stacks/monitoring/prod.json")).toContain("prod.json");
  });

  it("holds no password that could be read there", async () => {
    const rows = await server.sql(
      "select convert_from(decode(data->>'data', 'base64'), 'UTF8') from pulumi_state",
      "pulumi",
    );
    expect(rows).toContain("monitoring:smtpPassword");
    for (const secret of [smtpPassword, generated, rolePassword]) expect(rows).not.toContain(secret);
  });

  it("comes back out of a backup that was made by the page's commands", async () => {
    const [backup = "", restore = ""] = commandsOf("PostgreSQL")
      .replaceAll("--host db.example.org", `--host 127.0.0.1 --port ${server.port}`)
      .trim()
      .split("\n");
    await must("sh", ["-euc", backup], { cwd: folder, env });
    await ask(table, "stack", "rm", "--force", "--preserve-config", "--yes");
    await must("sh", ["-euc", restore], { cwd: folder, env });
    expect((await outputs(table)).passwords.prometheus).toBe(generated);
    await ask(table, "preview", "--expect-no-changes");
  });

  it("is one deployment's at a time: another one is told who has it, and that he is at work", async () => {
    await ask(table, "config", "set", "command", `while [ -e '${hold}' ]; do sleep 0.1; done; echo third`);
    const first = await startLongUp();
    const refused = await ask(table, "up", "--yes", "--skip-preview").catch((error: Error) => error.message);
    const holder = `created by ${os.userInfo().username}@${os.hostname()} (pid ${first.pid})`;
    expect(refused).toContain(holder);
    expect(refused).toContain("is at work on this machine: wait for it");

    const end = ended(first);
    rmSync(hold);
    expect(await end).toBe(0);
    expect((await outputs(table)).said).toBe("third");
    expect(await inTable("/locks/")).toBe("");
  });

  it("is locked by a deployment that was killed, until its lock is taken away by the page's command", async () => {
    await ask(table, "config", "set", "command", `while [ -e '${hold}' ]; do sleep 0.1; done; echo fourth`);
    const killed = await startLongUp();
    const end = ended(killed);
    killed.kill("SIGKILL");
    await end;
    rmSync(hold);
    expect(await inTable("/locks/")).toContain("/prod/");
    const refused = await ask(table, "up", "--yes", "--skip-preview").catch((error: Error) => error.message);
    expect(refused).toContain(`(pid ${killed.pid})`);
    expect(refused).toMatch(/is no more\. To take its lock away: \.toolchain\/bin\/pulumi cancel --stack prod/);

    await must("sh", ["-euc", commandsOf("When a lock stays")], { cwd: folder, env: at(table) });
    expect(await inTable("/locks/")).toBe("");
    await ask(table, "up", "--yes", "--skip-preview");
    expect((await outputs(table)).said).toBe("fourth");
    await ask(table, "preview", "--refresh", "--expect-no-changes");
  });

  it("cannot be had with another password, which no message shows, nor with another passphrase", async () => {
    const url = `postgres://pulumi:not-the-password@127.0.0.1:${server.port}/pulumi?sslmode=disable`;
    const refused = await ask(url, "preview").catch((error: Error) => error.message);
    expect(refused).toMatch(/password authentication failed for user "pulumi"/);
    expect(refused).not.toContain("not-the-password");
    const another = { PULUMI_CONFIG_PASSPHRASE: "another" };
    await expect(pulumi(["preview", "--stack", "prod"], { cwd: folder, env: at(table, another) })).rejects.toThrow(
      /incorrect passphrase/,
    );
  });

  it("moves back the same way", async () => {
    const exchanged = commandsOf("Moving a stack")
      .replace(/^from=.*$/m, `from='${table}'`)
      .replace(/^to=.*$/m, `to='${files}'`);
    await move(exchanged);
    expect(await outputs(files)).toEqual({ passwords: { prometheus: generated }, said: "fourth" });
    await ask(files, "preview", "--refresh", "--expect-no-changes");
    expect(await inTable("stacks/monitoring/prod.json")).not.toMatch(/prod\.json$/m);
  });
});
