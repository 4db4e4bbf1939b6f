import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { compare, hashSync } from "bcryptjs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Page } from "../page";
import { BasicAuth } from "./basic-auth";
import { MetricsServer } from "./metrics-server";

const folder = mkdtempSync(path.join(os.tmpdir(), "web-"));
const file = path.join(folder, "web.yml");
const users = (password: string) => `basic_auth_users:\n  prometheus: ${hashSync(password, 4)}\n`;

let server: MetricsServer;
let url: string;
let isAlive: boolean;

async function serve(webConfiguration?: string): Promise<void> {
  server = new MetricsServer(new Page(), new BasicAuth(webConfiguration, compare), () => isAlive);
  const [address] = await server.listen([{ host: "127.0.0.1", port: 0 }]);
  url = `http://127.0.0.1:${address?.port}`;
}
beforeEach(() => {
  isAlive = true;
  writeFileSync(file, users("right"));
});
afterEach(() => server.close());

/** The status that a path is answered with. */
async function status(place: string, password?: string, user = "prometheus", method = "GET"): Promise<number> {
  const headers = password === undefined ? {} : { authorization: `Basic ${btoa(`${user}:${password}`)}` };
  return (await fetch(`${url}${place}`, { method, headers })).status;
}

it("shows the page to everybody when nobody is named", async () => {
  await serve();
  const answer = await fetch(`${url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await answer.text()).toContain("# TYPE security_failed_logins_total counter");
});

it("shows the page to who has the password alone", async () => {
  await serve(file);
  expect(await status("/metrics", "right")).toBe(200);
  expect(await status("/metrics", "right")).toBe(200);
  expect(await status("/metrics", "wrong")).toBe(401);
  expect(await status("/metrics", "")).toBe(401);
  expect(await status("/metrics", "right", "someone")).toBe(401);
  expect(await status("/metrics", "right", "constructor")).toBe(401);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
  expect(await answer.text()).not.toContain("security_");
});

it("does not understand another way to identify oneself", async () => {
  await serve(file);
  for (const authorization of [
    "Bearer x",
    "Basic",
    "Basic %%%",
    `Basic ${btoa("prometheus")}`,
    `Basic ${btoa(":right")}`,
  ]) {
    expect((await fetch(`${url}/metrics`, { headers: { authorization } })).status).toBe(401);
  }
});

it("knows a changed password at once", async () => {
  await serve(file);
  expect(await status("/metrics", "right")).toBe(200);
  writeFileSync(file, users("new"));
  expect(await status("/metrics", "right")).toBe(401);
  expect(await status("/metrics", "new")).toBe(200);
});

it("answers 500 while the file is not as it should be, without showing what it says", async () => {
  await serve(file);
  writeFileSync(file, "basic_auth_users:\n  prometheus: a-plain-password\n");
  const answer = await fetch(`${url}/metrics`, {
    headers: { authorization: `Basic ${btoa("prometheus:a-plain-password")}` },
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("a-plain-password");
});

it.each([
  ["is not there", undefined, "cannot be read"],
  ["has settings that would be passed over", "tls_server_config: { cert_file: a }\n", "tls_server_config"],
  ["has a password in place of its hash", "basic_auth_users: { prometheus: secret }\n", "basic_auth_users.prometheus"],
  ["is no YAML", "basic_auth_users: {", "cannot be read"],
])("does not begin with a file that %s", async (_, content, message) => {
  rmSync(file);
  if (content !== undefined) writeFileSync(file, content);
  await serve();
  const other = new MetricsServer(new Page(), new BasicAuth(file, compare), () => true);
  const failure = await other.listen([{ host: "127.0.0.1", port: 0 }]).catch((error: Error) => error.message);
  expect(failure).toContain(file);
  expect(failure).toContain(message);
  expect(failure).not.toContain("secret");
});

it("tells everybody whether it is alive", async () => {
  await serve(file);
  expect(await status("/healthz")).toBe(200);
  isAlive = false;
  expect(await status("/healthz")).toBe(503);
});

it("knows no other paths, with a password or without, and no other methods", async () => {
  await serve(file);
  for (const place of ["/", "/metrics/", "/healthz/x", "//metrics", "/metricsx", "/..%2fmetrics", "/debug/pprof"]) {
    expect(await status(place)).toBe(404);
    expect(await status(place, "right")).toBe(404);
  }
  expect(await status("/metrics", "right", "prometheus", "POST")).toBe(405);
  expect(await status("/metrics", "right", "prometheus", "HEAD")).toBe(200);
});

it("has one password worked out once, however many ask, and refuses to have too many wait", async () => {
  const asked: string[] = [];
  let answer = (_: boolean) => {};
  const slow = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  const auth = new BasicAuth(file, (password) => {
    asked.push(password);
    return slow;
  });
  const verdict = (password: string) => auth.verdictOn(`Basic ${btoa(`prometheus:${password}`)}`);
  const same = Promise.all([verdict("right"), verdict("right")]);
  const others = Promise.all(Array.from({ length: 19 }, (_, n) => verdict(`wrong-${n}`)));
  expect(await verdict("one too many")).toBe("busy");
  answer(true);
  expect(await same).toEqual(["welcome", "welcome"]);
  await others;
  expect(await verdict("right")).toBe("welcome");
  expect(asked.filter((password) => password === "right")).toHaveLength(1);
});

it("nobody is welcome without being named, whatever the password", async () => {
  const auth = new BasicAuth(file, async () => true);
  expect(await auth.verdictOn(`Basic ${btoa("someone:x")}`)).toBe("refused");
  expect(await auth.verdictOn(`Basic ${btoa("prometheus:x")}`)).toBe("welcome");
});

it("remembers a right password, however many wrong ones come", async () => {
  let worked = 0;
  const auth = new BasicAuth(file, async (password) => {
    worked++;
    return password === "right";
  });
  const verdict = (password: string) => auth.verdictOn(`Basic ${btoa(`prometheus:${password}`)}`);
  await verdict("right");
  for (let n = 0; n < 300; n++) await verdict(`wrong-${n}`);
  const before = worked;
  expect(await verdict("right")).toBe("welcome");
  expect(worked).toBe(before);
});

it("says where it cannot listen", async () => {
  await serve();
  const port = Number(new URL(url).port);
  const second = new MetricsServer(new Page(), new BasicAuth(undefined, compare), () => true);
  await expect(second.listen([{ host: "127.0.0.1", port }])).rejects.toThrow(
    `it cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`,
  );
});
