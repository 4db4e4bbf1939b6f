import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import SMTPConnection, { type SMTPError } from "nodemailer/lib/smtp-connection";
import type { Destination } from "./way-out";

/** A mail server, and how one hands mail in there. */
export interface MailAccess extends Destination {
  /** By STARTTLS, or never; on port 465 TLS begins at once, whatever this says, as with Alertmanager. */
  tls: "required" | "off";
  /** Certificate that the server's own is signed by, as PEM. @default the public ones */
  authority?: string | undefined;
  login?: { user: string; password: string } | undefined;
}

/** The mail server has answered, and it is not what was hoped for. */
export class MailServerError extends Error {}

/** What Alertmanager logs in by with a user and a password, the better first. */
const mechanisms = ["PLAIN", "LOGIN"];

/**
 * Says hello to a mail server, goes over to TLS, logs in and leaves, sending no mail.
 * How long it may take is up to the caller, who destroys the connection.
 * @returns what was done, as `STARTTLS, lets … log in`
 * @throws {MailServerError} when the server refuses something
 * @throws {Error} when the connection is lost, or its certificate not good
 */
export async function tryMailServer(access: MailAccess, connection: Duplex): Promise<string> {
  const { host, port, tls, authority, login } = access;
  const isTlsAtOnce = port === 465;
  const client = new SMTPConnection({
    connection: asSocket(connection),
    host,
    port,
    secure: isTlsAtOnce,
    // Not requireTLS: that asks for STARTTLS where it is not offered, which Alertmanager does not.
    ignoreTLS: tls === "off",
    ...(authority ? { tls: { ca: authority } } : {}),
    name: "localhost",
    socketCloseTimeout: 0,
  });
  const failed = new Promise<never>((_, reject) => {
    client.on("error", reject);
    // Once TLS has begun, nodemailer hears the stream below no more.
    connection.on("error", reject);
  });
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  failed.catch(() => {});
  try {
    await Promise.race([failed, called((done) => client.connect(done))]);
    if (tls === "required" && !client.secure) {
      throw new MailServerError("it offers no STARTTLS, and mail is not handed over in clear text");
    }
    if (login) {
      const auth = { user: login.user, pass: login.password, method: mechanismOf(client) };
      await Promise.race([failed, called((done) => client.login(auth, done))]);
    }
    client.quit();
    await ended;
    const encryption = isTlsAtOnce ? "TLS" : tls === "off" ? "without TLS" : "STARTTLS";
    return `${encryption}, ${login ? `lets ${login.user} log in` : "asks for no password"}`;
  } catch (error) {
    throw refusalOf(error as SMTPError, login?.user) ?? causeOf(client, error);
  } finally {
    client.close();
    connection.destroy();
  }
}

/** Any stream as nodemailer takes it: it needs a limit of time besides, as a socket has, and the caller sets that. */
function asSocket(stream: Duplex): Socket {
  return ("setTimeout" in stream ? stream : Object.assign(stream, { setTimeout: () => stream })) as Socket;
}

/** What is told to a callback, as a promise. */
function called(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

/** Left alone, nodemailer tries PLAIN unoffered, and CRAM-MD5, for which Alertmanager has a secret of its own. */
function mechanismOf({ lastServerResponse: hello }: SMTPConnection): string {
  const offered =
    /^250[ -]AUTH[ =](.*)$/im
      .exec(hello || "")?.[1]
      ?.trim()
      .toUpperCase()
      .split(/\s+/) ?? [];
  const mechanism = mechanisms.find((one) => offered.includes(one));
  if (mechanism) return mechanism;
  throw new MailServerError(`it offers no way to log in that Alertmanager knows (${offered.join(", ") || "none"})`);
}

/** The server's own words where it has refused something. */
function refusalOf({ command = "CONN", response, responseCode }: SMTPError, user = ""): Error | undefined {
  if (!response || !responseCode) return undefined;
  const what = command === "CONN" ? "the connection" : command.startsWith("AUTH") ? `the password of ${user}` : command;
  const says = response.split("\n").map((line) => line.slice(4));
  return new MailServerError(`it does not take ${what}: ${responseCode} ${says.join(" ").slice(0, 200)}`);
}

/** Over a stream that is no socket, nodemailer hears that the stream has ended before it hears why TLS ended it. */
function causeOf({ _socket: socket }: SMTPConnection, error: unknown): unknown {
  return socket ? (socket.errored ?? error) : error;
}
