import os from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MailServer, mailLogin } from "../../lab/alerting/mail-server";
import type { Inventory } from "../../stacks/inventory";
import type { VerifiedStack } from "./check";
import { checkMail } from "./mail";
import { checkSlack, slackFinding } from "./slack";
import { AnsweringServer, closedPort, SshServer, stackOf, twoServers } from "./testing";

let mail: MailServer;
const opened: { stop(): void }[] = [];
const keep = <T extends { stop(): void }>(one: T): T => {
  opened.push(one);
  return one;
};
beforeAll(async () => {
  mail = await MailServer.start();
});
afterAll(() => mail.stop());
afterEach(() => {
  for (const one of opened.splice(0)) one.stop();
});

/** A stack whose alerts leave by mail and Slack, from this machine or from the server behind an sshd. */
function stackWith(slackUrl: string, password = mailLogin.password, ssh?: SshServer, port = mail.port): VerifiedStack {
  const inventory: Inventory = {
    ...twoServers({}, ssh),
    channels: {
      email: {
        smarthost: `127.0.0.1:${port}`,
        from: "monitoring@example.org",
        username: mailLogin.user,
        tls: "required",
        authority: mail.authority,
        to: { "critical-team": ["somebody@example.org"] },
      },
      slack: {},
    },
  };
  const identity = ssh ? { keyFile: ssh.keyFile } : {};
  return stackOf(inventory, { identity, secrets: { smtpPassword: password, slackUrl } });
}

const slack = (status: number, body: string) => AnsweringServer.start(() => ({ status, body })).then(keep);
const noSlack = "http://127.0.0.1:1/services/secret";

it("mail and Slack are good, from this machine where the server is this machine", async () => {
  const hook = await slack(400, "no_text");
  const stack = stackWith(`http://127.0.0.1:${hook.port}/services/secret`);
  expect([...(await checkMail(stack, () => {})), ...(await checkSlack(stack, () => {}))]).toEqual([
    {
      server: "server-1",
      what: "alertmanager: mail",
      state: "good",
      says: `127.0.0.1:${mail.port}: STARTTLS, lets ${mailLogin.user} log in`,
    },
    {
      server: "server-1",
      what: "alertmanager: Slack",
      state: "good",
      says: "the webhook is there, and would post (nothing was posted)",
    },
  ]);
  expect(hook.asked).toEqual([{ path: "/services/secret", body: '{"text":""}' }]);
  expect(mail.mails).toEqual([]);
});

it("a wrong password, and nobody there, are wrong, and say what to do", async () => {
  const [refused] = await checkMail(stackWith(noSlack, "not this one"), () => {});
  expect(refused?.state).toBe("wrong");
  expect(refused?.says).toMatch(/535.*pulumi config set --secret smtpPassword --stack trial/);
  expect(refused?.says).not.toContain("not this one");

  const port = await closedPort();
  const [nobody] = await checkMail(stackWith(noSlack, mailLogin.password, undefined, port), () => {});
  expect(nobody).toMatchObject({
    state: "wrong",
    says: expect.stringContaining(`127.0.0.1:${port}: connect ECONNREFUSED`),
  });

  const [away] = await checkSlack(stackWith(`http://127.0.0.1:${port}/services/secret`), () => {});
  expect(away).toMatchObject({ state: "wrong", says: expect.stringContaining("ECONNREFUSED") });
  expect(away?.says).not.toContain("secret");
});

it("a stack without a URL for Slack is told how to set it", async () => {
  expect(await checkSlack(stackWith("no URL"), () => {})).toMatchObject([
    { state: "wrong", says: expect.stringContaining("pulumi config set --secret slackUrl --stack trial") },
  ]);
});

it("no channel, no question", async () => {
  const stack = stackOf(twoServers());
  expect([...(await checkMail(stack, () => {})), ...(await checkSlack(stack, () => {}))]).toEqual([]);
});

describe.skipIf(!SshServer.isHere())("from the server, by a real sshd", () => {
  it("mail over STARTTLS and Slack are good", async () => {
    const sshd = keep(await SshServer.start({ forwarding: "yes" }));
    const hook = await slack(400, "no_text");
    const stack = stackWith(`http://127.0.0.1:${hook.port}/services/secret`, mailLogin.password, sshd);
    const found = [...(await checkMail(stack, () => {})), ...(await checkSlack(stack, () => {}))];
    expect(
      found.map(({ state }) => state),
      JSON.stringify(found),
    ).toEqual(["good", "good"]);
  });

  it("why the server cannot connect is told, and that it lets nobody ask is no fault of the mail server", async () => {
    const open = keep(await SshServer.start({ forwarding: "yes" }));
    const port = await closedPort();
    const [refused] = await checkMail(stackWith(noSlack, mailLogin.password, open, port), () => {});
    expect(refused).toMatchObject({
      state: "wrong",
      says: expect.stringContaining(`127.0.0.1:${port}: Connection refused.`),
    });

    const closed = keep(await SshServer.start({ forwarding: "no" }));
    const [forbidden] = await checkMail(stackWith(noSlack, mailLogin.password, closed), () => {});
    expect(forbidden?.state).toBe("unknown");
    expect(forbidden?.says).toContain(`AllowTcpForwarding has to be yes for ${os.userInfo().username}`);
  });

  it("a server that cannot be asked is not waited for", async () => {
    const sshd = await SshServer.start({ forwarding: "yes" });
    const stack = stackWith(noSlack, mailLogin.password, sshd);
    sshd.stop();
    const [away] = await checkMail(stack, () => {});
    expect(away).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("server-1 cannot be asked over SSH"),
    });
    const looks = new Map([["server-1", Promise.resolve({ sshError: "away" })]]);
    const [known] = await checkMail({ ...stack, looks }, () => {});
    expect(known).toMatchObject({ state: "unknown", says: expect.stringContaining("not asked") });
  });
});

it.each([
  [400, "no_text", "good"],
  [200, "ok", "good"],
  [403, "invalid_token", "wrong"],
  [404, "no_service", "wrong"],
  [404, "no_team", "wrong"],
  [410, "channel_is_archived", "wrong"],
  [404, "<html>", "wrong"],
  [400, "missing_text_or_fallback_or_attachments", "unknown"],
  [400, "invalid_payload", "unknown"],
  [503, "upstream error", "unknown"],
])("Slack's %i %s is %s", (status, body, state) => {
  const finding = slackFinding("server-1", "Slack", status, body, "pulumi config set --secret slackUrl");
  expect(finding.state).toBe(state);
  if (state === "wrong") expect(finding.says).toContain("pulumi config set --secret slackUrl");
});
