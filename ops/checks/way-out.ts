import { spawn } from "node:child_process";
import net from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";
import type { SshIdentity } from "../../components/server/host";
import { connectionTo } from "../../components/server/monitored-server";
import { opensshOptions } from "../../components/server/openssh";
import type { Inventory, Server } from "../../stacks/inventory";

/** Somewhere outside of the fleet. */
export interface Destination {
  host: string;
  port: number;
}

/** There is no way to ask from a server; nothing is known of what was to be asked. */
export class NoWayError extends Error {}

/**
 * A TCP connection from a server to somewhere else: through its sshd, which looks the name up and connects there; from
 * this machine where the server is this machine. By OpenSSH's own client, with the options of the Docker provider.
 * Errors are told by the stream: {@link NoWayError} when the server lets nobody ask from there, else why it cannot connect.
 */
export function connectFrom(server: Server, to: Destination, inventory: Inventory, identity: SshIdentity): Duplex {
  const connection = connectionTo(server, inventory);
  const { ssh, address } = connection;
  if (!ssh) return net.connect(to);
  // At the usual level ssh says why the server could not connect; of an option given twice the first one counts.
  const options = ["-o", "LogLevel=INFO", ...opensshOptions(ssh, identity), "-p", String(ssh.port)];
  const child = spawn("ssh", [...options, "-W", `${to.host}:${to.port}`, `${ssh.user}@${address}`]);
  let said = "";
  const stream = new Duplex({
    read() {},
    write: (chunk, _, done) => {
      child.stdin.write(chunk, (error) => done(error));
    },
    final: (done) => {
      child.stdin.end(() => done());
    },
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  // Written to a connection that is gone: why it is gone is told below.
  child.stdin.on("error", () => {});
  child.stdout.on("data", (chunk: Buffer) => stream.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  child.on("error", (error) => stream.destroy(new NoWayError(`ssh cannot be started: ${error.message}`)));
  child.on("close", (code) => {
    if (code === 0) stream.push(null);
    else stream.destroy(refusalOf(said, server));
  });
  return stream;
}

/** What OpenSSH's client says when there is no connection from a server to somewhere else. */
export function refusalOf(said: string, server: Server): Error {
  const refused = /open failed: (?:connect failed: )?(.*)/.exec(said)?.[1]?.trim();
  if (refused && /prohibited/.test(refused)) {
    return new NoWayError(
      `sshd of ${server.name} does not let us ask from there: AllowTcpForwarding has to be yes for ` +
        `${server.ssh?.user ?? "the user"} in its sshd_config; deployments need it as well.`,
    );
  }
  if (refused) return new Error(refused);
  return new NoWayError(`${server.name} cannot be asked over SSH: ${said.trim().split("\n").at(-1) || "ssh ended"}`);
}

/**
 * TLS over a connection, with a certificate that has to be good for the name.
 * @throws {Error} when it is not, and why
 */
export function secured(stream: Duplex, host: string): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      socket: stream,
      host,
      // A name only: an address is not sent.
      ...(net.isIP(host) ? {} : { servername: host }),
    });
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
    stream.once("error", reject);
  });
}
