import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client, type ClientChannel, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { CommandResult, Connection, Host, HttpAnswer, HttpRequest, SshIdentity } from "./host";
import { HostError, quote } from "./host-error";
import { requestOver } from "./http";
import { algorithmsFor, fingerprint, readHostKeys } from "./known-hosts";

type SshConnection = Connection & { ssh: NonNullable<Connection["ssh"]> };

const connectSeconds = 15;
/** sshd allows 10 sessions a connection (MaxSessions); the rest is left to the docker CLI's own. */
const sessionsAtOnce = 6;
/** An idle connection is closed, so that the process that holds it can end. */
const idleSeconds = 3;

/** A server over one SSH connection, opened when first needed; its host key must be the one in `known_hosts`. */
export class SshHost implements Host {
  readonly label: string;
  private client: Promise<Client> | undefined;
  private sessions = 0;
  private readonly waiting: (() => void)[] = [];
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: SshConnection,
    private readonly identity: SshIdentity,
  ) {
    this.label = `${connection.server} (${connection.address})`;
  }

  async run(script: string, options: { input?: Buffer; seconds?: number } = {}): Promise<CommandResult> {
    const { input, seconds = 60 } = options;
    return this.inSession(
      (client) =>
        new Promise<CommandResult>((resolve, reject) => {
          // Everything is listened to before the callback returns: a short command ends in the same packet.
          client.exec(`sh -c ${quote(script)}`, (error, channel) => {
            if (error) reject(this.lost(error));
            else this.collect(channel, seconds, input).then(resolve, reject);
          });
        }),
    );
  }

  /** Feeds a command its input and gathers what it leaves behind. */
  private collect(channel: ClientChannel, seconds: number, input: Buffer | undefined): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      let code: number | null = null;
      let killedBy: string | undefined;
      const timer = setTimeout(() => {
        channel.close();
        reject(new HostError(`${this.label}: a command did not end within ${seconds} s.`));
      }, seconds * 1000);
      channel.on("data", (chunk: Buffer) => stdout.push(chunk));
      channel.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      channel.on("exit", (status: number | null, signal?: string) => {
        code = status;
        killedBy = signal;
      });
      channel.on("close", () => {
        clearTimeout(timer);
        if (killedBy) reject(new HostError(`${this.label}: a command was ended there by ${killedBy}.`));
        else if (code === null) reject(this.lost(new Error("it ended in the middle of a command")));
        else resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") });
      });
      channel.end(input);
    });
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    return this.inSession(async (client) => {
      const tunnel = await new Promise<ClientChannel>((resolve, reject) => {
        client.forwardOut("127.0.0.1", 0, request.address, request.port, (error, opened) =>
          error
            ? reject(
                new HostError(
                  `${this.label}: nothing answers on ${request.address}:${request.port} (${error.message}).`,
                ),
              )
            : resolve(opened),
        );
      });
      return requestOver(tunnel, request, this.label);
    });
  }

  close(): void {
    clearTimeout(this.idle);
    this.client?.then((client) => client.end()).catch(() => {});
    this.client = undefined;
  }

  /** Waits for a free session, and closes the connection some time after the last one. */
  private async inSession<T>(use: (client: Client) => Promise<T>): Promise<T> {
    clearTimeout(this.idle);
    while (this.sessions >= sessionsAtOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.sessions += 1;
    try {
      this.client ??= this.connect();
      return await use(await this.client);
    } finally {
      this.sessions -= 1;
      this.waiting.shift()?.();
      if (this.sessions === 0) {
        this.idle = setTimeout(() => this.close(), idleSeconds * 1000);
        this.idle.unref();
      }
    }
  }

  private connect(): Promise<Client> {
    const { ssh, address } = this.connection;
    const known = readHostKeys(ssh.knownHosts, address, ssh.port);
    if (known.length === 0) return Promise.reject(new HostError(missingHostKey(this.connection)));
    const connecting: Promise<Client> = new Promise((resolve, reject) => {
      let refusal: HostError | undefined;
      const client = new Client();
      const forget = () => {
        if (this.client === connecting) this.client = undefined;
      };
      client.on("ready", () => resolve(client));
      client.on("error", (error) => {
        forget();
        reject(refusal ?? this.explain(error));
      });
      client.on("close", () => {
        forget();
        reject(refusal ?? this.lost(new Error("the server closed the connection")));
      });
      client.connect({
        host: address,
        port: ssh.port,
        username: ssh.user,
        readyTimeout: connectSeconds * 1000,
        keepaliveInterval: 10_000,
        algorithms: { serverHostKey: algorithmsFor(known) as ServerHostKeyAlgorithm[] },
        hostVerifier: (key: Buffer) => {
          if (known.some((candidate) => candidate.key.equals(key))) return true;
          refusal = new HostError(
            `${this.label}: SSH host key changed; expected ${known.map((one) => fingerprint(one.key)).join(" or ")}, ` +
              `got ${fingerprint(key)}. If the server was reinstalled, update its line in ${ssh.knownHosts}; ` +
              "if not, somebody may be in between.",
          );
          return false;
        },
        ...this.credentials(),
      });
    });
    return connecting;
  }

  private credentials(): Pick<ConnectConfig, "privateKey" | "agent"> {
    const agent = process.env.SSH_AUTH_SOCK;
    const file = this.keyFile();
    if (!file) return agent ? { agent } : {};
    let privateKey: Buffer;
    try {
      privateKey = readFileSync(file);
    } catch {
      throw new HostError(`${this.label}: the SSH key ${file} (setting sshKeyFile) cannot be read.`);
    }
    return { privateKey, ...(agent ? { agent } : {}) };
  }

  private keyFile(): string | undefined {
    const named = this.identity.keyFile;
    if (named) return path.resolve(named.replace(/^~(?=\/)/, os.homedir()));
    if (process.env.SSH_AUTH_SOCK) return undefined;
    const usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => path.join(os.homedir(), ".ssh", name));
    return usual.find((file) => existsSync(file));
  }

  private explain(error: Error & { level?: string; code?: string }): HostError {
    const { user, port } = this.connection.ssh;
    const tried = this.keyFile() ?? "the SSH agent";
    if (error.level === "client-authentication") {
      return new HostError(
        `${this.label}: sshd refuses the user ${user} with ${tried}. Put the public key into ` +
          `${user}'s ~/.ssh/authorized_keys there, or name another key: pulumi config set sshKeyFile PATH.`,
      );
    }
    if (error.level === "handshake" || /host key algorithm/i.test(error.message)) {
      return new HostError(
        `${this.label}: no host key of a known type is offered (${error.message}). ` +
          `Record the server's keys anew in ${this.connection.ssh.knownHosts}.`,
      );
    }
    if (/encrypted|passphrase|privateKey/i.test(error.message)) {
      return new HostError(
        `${this.label}: the SSH key ${tried} is not usable (${error.message}); load it into the SSH agent.`,
      );
    }
    const why =
      error.code === "ECONNREFUSED"
        ? `nothing listens on SSH port ${port} (connection refused); is sshd running?`
        : error.level === "client-timeout" || error.code === "ETIMEDOUT"
          ? `no answer on SSH port ${port} within ${connectSeconds} s; is the server up, and reachable from here?`
          : `SSH port ${port} cannot be reached (${error.code ?? error.message}); is the server up, and reachable from here?`;
    return new HostError(`${this.label}: ${why}`);
  }

  private lost(error: Error): HostError {
    return new HostError(`${this.label}: the SSH connection was lost (${error.message}). Run the command again.`);
  }
}

/** What is said of a server whose host key the inventory does not know. */
export function missingHostKey(connection: SshConnection): string {
  const { address, server, ssh } = connection;
  return (
    `${server} (${address}): its SSH host key is missing from ${ssh.knownHosts}. ` +
    "Record it with `npm run host-keys -- --stack NAME`, and compare its fingerprint with the server's own."
  );
}
