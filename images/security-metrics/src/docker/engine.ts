import http from "node:http";
import type { Deadline } from "../scans/deadline";

/** What is used of `GET /info`. */
export interface EngineInfo {
  LiveRestoreEnabled?: boolean;
  LoggingDriver?: string;
  /** As `name=userns`. */
  SecurityOptions?: string[] | null;
  Warnings?: string[] | null;
}

/** What is used of `GET /containers/{id}/json`. */
export interface ContainerDetails {
  Name: string;
  Config: { Image: string; User?: string };
  HostConfig: {
    Privileged?: boolean;
    NetworkMode?: string;
    PidMode?: string;
    /** Bytes; 0 without a limit. */
    Memory?: number;
  };
  Mounts?: { Source?: string }[] | null;
}

/** What the engine told. */
export interface EngineState {
  info: EngineInfo;
  /** Those that run. */
  containers: ContainerDetails[];
}

const noEngine = " (on a host without Docker, turn the scan off: scans.docker: false)";
const timeoutSeconds = 10;
const mostBytes = 32 * 1024 * 1024;

/**
 * Asks a Docker engine about itself and what runs on it, by GET requests alone.
 * @throws {Error} that names the socket
 */
export async function readEngine(socket: string, deadline: Deadline): Promise<EngineState> {
  const info = await get<EngineInfo>(socket, "/info");
  const list = await get<{ Id: string }[]>(socket, "/containers/json");
  const containers: ContainerDetails[] = [];
  for (const { Id } of list ?? []) {
    deadline.check();
    // Nothing for one that was removed meanwhile.
    const details = await get<ContainerDetails>(socket, `/containers/${encodeURIComponent(Id)}/json`);
    if (details) containers.push(details);
  }
  return { info: info ?? {}, containers };
}

function get<Answer>(socketPath: string, path: string): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    // Without rights to the socket, or without the socket.
    const wayOut = (code: string | undefined) =>
      code === "EACCES" ? " (it takes user 0 or the group docker)" : code === "ENOENT" ? noEngine : "";
    const fail = (why: string) => reject(new Error(`${socketPath}: GET ${path}: ${why}`));
    const request = http.request(
      // Docker insists on a name, and does not mind which.
      { socketPath, path, headers: { host: "docker", connection: "close" }, timeout: timeoutSeconds * 1000 },
      (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > mostBytes) request.destroy(new Error(`the answer is longer than ${mostBytes} bytes`));
          else chunks.push(chunk);
        });
        answer.on("error", (error) => fail(error.message));
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (answer.statusCode === 404) return resolve(undefined);
          if (answer.statusCode !== 200) return fail(`${answer.statusCode} ${text.slice(0, 200).trim()}`);
          try {
            resolve(JSON.parse(text) as Answer);
          } catch {
            fail("the answer is no JSON");
          }
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutSeconds} s`)));
    request.on("error", (error: NodeJS.ErrnoException) => fail(error.message + wayOut(error.code)));
    request.end();
  });
}
