import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { attempt, must } from "../process";
import { pipelineAccess } from "./access";

describe("the pipeline's access", () => {
  it("is nothing but the environment, where no key and no role is given", async () => {
    const { env, end } = await pipelineAccess({ PATH: "/bin" });
    expect(env).toEqual({ PATH: "/bin" });
    await end();
  });

  it("is GitHub's OIDC token in a file of the owner's, for as long as the work takes", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.end(JSON.stringify({ value: "an-id-token" }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api=1`;
    const role = { AWS_ROLE_ARN: "arn:aws:iam::1:role/state" };
    const request = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t" };
    const { env, end } = await pipelineAccess({ ...role, ...request });
    server.close();
    const file = env.AWS_WEB_IDENTITY_TOKEN_FILE ?? "";
    expect(asked).toEqual(["/token?api=1&audience=sts.amazonaws.com Bearer t"]);
    expect(readFileSync(file, "utf8")).toBe("an-id-token");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await end();
    expect(existsSync(file)).toBe(false);
  });

  it("says where GitHub gives no token, which it does not show", async () => {
    const server = createServer((request) => request.socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api=1`;
    const request = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret" };
    const refused = await pipelineAccess({ AWS_ROLE_ARN: "arn", ...request }).catch((error: Error) => error.message);
    server.close();
    expect(refused).toMatch(
      /GitHub gives no OIDC token \(ACTIONS_ID_TOKEN_REQUEST_URL\): fetch failed: .+ Run the job again\./,
    );
    expect(refused).not.toContain("secret");
  });

  it("is GitLab's OIDC token", async () => {
    const { env, end } = await pipelineAccess({ AWS_ROLE_ARN: "arn", MONITORING_ID_TOKEN: "a-gitlab-token" });
    expect(readFileSync(env.AWS_WEB_IDENTITY_TOKEN_FILE ?? "", "utf8")).toBe("a-gitlab-token");
    await end();
  });

  it("wants the right to a token, and says which", async () => {
    await expect(pipelineAccess({ AWS_ROLE_ARN: "arn" })).rejects.toThrow("id-token: write");
  });

  it("is an agent with the key, which ends with the work", async ({ skip }) => {
    if ((await attempt("ssh-keygen", ["-?"])).code === 127) return skip("no OpenSSH client");
    const folder = mkdtempSync(path.join(os.tmpdir(), "key-"));
    const file = path.join(folder, "key");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "pipeline", "-f", file]);
    // As the forges' forms hand it on: another line end, and none at the end.
    const key = readFileSync(file, "utf8").trim().replaceAll("\n", "\r\n");
    rmSync(folder, { recursive: true });
    const { env, end } = await pipelineAccess({ PATH: process.env.PATH, MONITORING_SSH_KEY: key });
    expect(JSON.stringify(env)).not.toContain("PRIVATE KEY");
    expect(await must("ssh-add", ["-l"], { env })).toContain("pipeline (ED25519)");
    await end();
    expect((await attempt("ssh-add", ["-l"], { env })).code).toBe(2);
  });

  it("refuses what is no key, without showing it", async ({ skip }) => {
    if ((await attempt("ssh-keygen", ["-?"])).code === 127) return skip("no OpenSSH client");
    const error = await pipelineAccess({ MONITORING_SSH_KEY: "hunter2" }).catch((reason: Error) => reason);
    expect(String(error)).toContain("MONITORING_SSH_KEY is no private key");
    expect(String(error)).not.toContain("hunter2");
  });
});
