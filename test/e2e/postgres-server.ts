import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePorts } from "../../lab/alerting/free-ports";
import { installPackages } from "../../lab/system-packages";
import { must } from "../../ops/process";

const programsRoot = "/usr/lib/postgresql";
const superuser = { name: "postgres", password: "the server's own" };

/** A PostgreSQL of Debian's packages on 127.0.0.1, without TLS, whose users have passwords. Its files go with it. */
export class PostgresServer {
  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  /** Why there can be none on this machine; nothing where it can. */
  static obstacle(): string | undefined {
    if (process.getuid?.() !== 0) return "only root can start PostgreSQL as another user";
    return os.platform() === "linux" ? undefined : "PostgreSQL is taken from Debian's packages";
  }

  static async start(): Promise<PostgresServer> {
    await installPackages(["postgresql"], [`${programsRoot}/*/bin/postgres`, "runuser", "psql"]);
    const folder = mkdtempSync(path.join(os.tmpdir(), "postgres-"));
    const id = async (option: string) => Number(await must("id", [option, superuser.name]));
    chownSync(folder, await id("-u"), await id("-g"));
    const passwordFile = path.join(folder, "password");
    writeFileSync(passwordFile, superuser.password, { mode: 0o644 });
    const [port = 0] = await freePorts(1);
    const server = new PostgresServer(port, folder);
    try {
      const auth = ["--auth=scram-sha-256", `--username=${superuser.name}`, `--pwfile=${passwordFile}`];
      await server.run("initdb", ["--pgdata", server.cluster, ...auth, "--no-sync"]);
      // What is in it is needed no longer than the test.
      const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
      const log = path.join(folder, "log");
      await server.run("pg_ctl", ["--pgdata", server.cluster, "--log", log, "--wait", "--options", settings, "start"]);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return server;
  }

  /** Runs SQL as the superuser. @returns the values of the rows, a line a row */
  async sql(text: string, database = superuser.name): Promise<string> {
    const place = ["--host=127.0.0.1", `--port=${this.port}`, `--username=${superuser.name}`, `--dbname=${database}`];
    const env = { ...process.env, PGPASSWORD: superuser.password };
    const options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"];
    return (await must("psql", [...options, ...place], { env, input: text })).trim();
  }

  async stop(): Promise<void> {
    await this.run("pg_ctl", ["--pgdata", this.cluster, "--mode=immediate", "--wait", "stop"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get cluster(): string {
    return path.join(this.folder, "cluster");
  }

  /** One of its programs, of the newest version there is, as the user that PostgreSQL runs as. */
  private async run(program: string, args: string[]): Promise<void> {
    const [newest = ""] = readdirSync(programsRoot).sort((one, other) => Number(other) - Number(one));
    const file = path.join(programsRoot, newest, "bin", program);
    await must("runuser", ["-u", superuser.name, "--", file, ...args], { cwd: this.folder });
  }
}
