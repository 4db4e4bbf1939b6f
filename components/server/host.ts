import { LocalHost } from "./local-host";
import { SshHost } from "./ssh-host";

export { HostError, LateAnswerError, quote } from "./host-error";

/** How a server is reached. Holds no secret, so that it may stand in the state. */
export interface Connection {
  /** The server's name in the inventory, as `server-84`; errors begin with it. */
  server: string;
  address: string;
  /** Without it, the server is this machine. */
  ssh?: { user: string; port: number; knownHosts: string } | undefined;
}

/** What a command left behind. */
export interface CommandResult {
  /** Exit code; 0 is good. */
  code: number;
  stdout: Buffer;
  stderr: string;
}

export interface HttpRequest {
  method: "GET" | "POST";
  /** Where the service listens, seen from its server. */
  address: string;
  port: number;
  path: string;
  /** Basic authentication. */
  user?: string | undefined;
  password?: string | undefined;
}

export interface HttpAnswer {
  status: number;
  body: string;
}

/** A server that commands can be run on; one connection, however many commands. */
export interface Host {
  /** As errors name it: `server-84 (10.0.0.84)`. */
  readonly label: string;
  /**
   * Runs a shell script to its end.
   * @throws {HostError} when the server cannot be reached, or does not answer within `seconds` (60 unless told)
   */
  run(script: string, options?: { input?: Buffer; seconds?: number }): Promise<CommandResult>;
  /**
   * Asks a service on the server over HTTP, through the same connection.
   * @throws {HostError} when nothing answers within 30 seconds
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** How this machine proves to a server who it is. */
export interface SshIdentity {
  /** Private key file; without it the SSH agent, then the usual files in `~/.ssh`. */
  keyFile?: string | undefined;
}

export function openHost(connection: Connection, identity: SshIdentity = {}): Host {
  return connection.ssh ? new SshHost({ ...connection, ssh: connection.ssh }, identity) : new LocalHost(connection);
}
