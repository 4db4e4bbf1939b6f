import net, { type AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MailServer, mailLogin } from "../../lab/alerting/mail-server";
import { within } from "./check";
import { type MailAccess, MailServerError, tryMailServer } from "./smtp";

let mail: MailServer;
const opened: SMTPServer[] = [];
const sockets: net.Server[] = [];
beforeAll(async () => {
  mail = await MailServer.start();
});
afterAll(() => mail.stop());
afterEach(() => {
  for (const server of [...opened.splice(0), ...sockets.splice(0)]) server.close();
});

const access = (more: Partial<MailAccess> = {}): MailAccess => ({
  host: "127.0.0.1",
  port: mail.port,
  tls: "required",
  authority: mail.authority,
  login: mailLogin,
  ...more,
});

function tried(more: Partial<MailAccess> = {}): Promise<string> {
  const one = access(more);
  return tryMailServer(one, net.connect(one.port, one.host));
}

/** A connection as one through an sshd is: no socket. */
function tunnelTo(port: number): Duplex {
  const socket = net.connect(port, "127.0.0.1");
  const stream = new Duplex({
    read() {},
    write: (chunk, _, done) => {
      socket.write(chunk, done);
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk) => stream.push(chunk)).on("close", () => stream.push(null));
  return stream;
}

/** Another mail server than the lab's. */
async function serverWith(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer(options);
  server.on("error", () => {});
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.server.address() as AddressInfo).port;
}

it("logs in over STARTTLS, and sends nothing", async () => {
  expect(await tried()).toBe(`STARTTLS, lets ${mailLogin.user} log in`);
  expect(mail.mails).toEqual([]);
});

it("says that the password is wrong, without saying it", async () => {
  const refused = tried({ login: { ...mailLogin, password: "not this one" } });
  await expect(refused).rejects.toThrow(MailServerError);
  await expect(refused).rejects.toThrow(`it does not take the password of ${mailLogin.user}: 535`);
  await expect(refused).rejects.not.toThrow("not this one");
});

describe.each([
  ["a socket", () => net.connect(mail.port, "127.0.0.1")],
  ["any other stream", () => tunnelTo(mail.port)],
])("over %s", (_, connect) => {
  it("logs in over STARTTLS", async () => {
    expect(await tryMailServer(access(), connect())).toBe(`STARTTLS, lets ${mailLogin.user} log in`);
  });

  it("says why it does not trust a certificate: another name, nobody known has signed it", async () => {
    const other = access({ host: "mail.example.org" });
    await expect(tryMailServer(other, connect())).rejects.toThrow(/altnames.*mail\.example\.org/);
    await expect(tryMailServer(access({ authority: undefined }), connect())).rejects.toThrow(/self-signed certificate/);
  });
});

it("hands no password to a server without STARTTLS", async () => {
  let logins = 0;
  const port = await serverWith({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: (_, __, done) => {
      logins += 1;
      done(null, { user: "anybody" });
    },
  });
  await expect(tried({ port })).rejects.toThrow("it offers no STARTTLS");
  expect(logins).toBe(0);
  expect(await tried({ port, tls: "off" })).toBe(`without TLS, lets ${mailLogin.user} log in`);
});

it("logs in by LOGIN where PLAIN is not offered, and needs one of both", async () => {
  const options: SMTPServerOptions = {
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) => {
      const isRight = username === mailLogin.user && password === mailLogin.password;
      done(isRight ? null : new Error("no"), { user: "u" });
    },
  };
  const login = await serverWith({ ...options, authMethods: ["LOGIN"] });
  expect(await tried({ port: login, tls: "off" })).toBe(`without TLS, lets ${mailLogin.user} log in`);
  const other = await serverWith({ ...options, authMethods: ["XOAUTH2"] });
  await expect(tried({ port: other, tls: "off" })).rejects.toThrow(
    "no way to log in that Alertmanager knows (XOAUTH2)",
  );
});

/** Says each line to whoever connects, and then nothing more; on `close` it goes away. */
async function serverThatSays(...lines: string[]): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    for (const line of lines) if (line !== "close") socket.write(`${line}\r\n`);
    if (lines.includes("close")) socket.end();
  });
  sockets.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

it("says that the connection was closed, by who is no mail server", async () => {
  await expect(tried({ port: await serverThatSays("close") })).rejects.toThrow("Connection closed unexpectedly");
});

it("says in the server's words, on one line, that it lets nobody in", async () => {
  const port = await serverThatSays("554-no mail", "554 from there");
  await expect(tried({ port })).rejects.toThrow(/^it does not take the connection: 554 no mail from there$/);
});

it("is over when the caller waits no longer for a server that says nothing", async () => {
  const one = access({ port: await serverThatSays() });
  const connection = net.connect(one.port, one.host);
  const asked = tryMailServer(one, connection);
  await expect(within(0.2, () => asked)).rejects.toThrow("no answer within 0.2 s");
  connection.destroy();
  await expect(asked).rejects.toThrow("Connection closed unexpectedly");
});

it("begins with TLS on port 465", async () => {
  const greeted = await serverWith({ secure: true });
  const one = access({ port: 465 });
  // The server's own certificate is for nobody here: that it is looked at shows that TLS has begun.
  await expect(tryMailServer(one, net.connect(greeted, one.host))).rejects.toThrow(/certificate|altnames/i);
});
