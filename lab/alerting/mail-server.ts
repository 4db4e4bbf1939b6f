import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { must } from "../../ops/process";
import { installPackages } from "../system-packages";

/** A message as the server took it in. */
export interface Mail {
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** When it arrived, as milliseconds since 1970. */
  at: number;
}

/** Who may hand in mail. */
export const mailLogin = { user: "monitoring@example.org", password: "a password of the lab's" };

/**
 * A mail server that takes mail from who logs in over TLS, and keeps it: real SMTP, delivering nothing. Its
 * certificate is its own authority.
 */
export class MailServer {
  private constructor(
    private readonly server: SMTPServer,
    readonly mails: Mail[],
    readonly port: number,
    /** The certificate, as PEM. */
    readonly authority: string,
  ) {}

  /** @param onMail told of every message */
  static async start(address = "127.0.0.1", onMail: (mail: Mail) => void = () => {}): Promise<MailServer> {
    const { key, cert } = await certificateFor(address);
    const mails: Mail[] = [];
    const server = new SMTPServer({
      key,
      cert,
      authMethods: ["PLAIN", "LOGIN"],
      onAuth({ username, password }, _, done) {
        if (username === mailLogin.user && password === mailLogin.password) done(null, { user: username });
        else done(new Error("wrong user or password"));
      },
      onData(stream, session, done) {
        simpleParser(stream).then((message) => {
          const mail: Mail = {
            to: session.envelope.rcptTo.map(({ address }) => address),
            subject: message.subject ?? "",
            text: message.text ?? "",
            html: message.html || "",
            at: Date.now(),
          };
          mails.push(mail);
          onMail(mail);
          done();
        }, done);
      },
    });
    // A client that goes away in the middle is no trouble of the server's.
    server.on("error", () => {});
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return new MailServer(server, mails, (server.server.address() as AddressInfo).port, cert);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** A certificate for an address, valid for a day. */
async function certificateFor(address: string): Promise<{ key: string; cert: string }> {
  await installPackages(["openssl"], ["openssl"]);
  const folder = mkdtempSync(path.join(os.tmpdir(), "certificate-"));
  try {
    const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
    const request = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "1",
    ];
    const names = ["-subj", "/CN=lab mail server", "-addext", `subjectAltName=IP:${address}`];
    await must("openssl", [...request, ...names, "-keyout", key, "-out", cert]);
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
