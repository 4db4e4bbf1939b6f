import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { patientFetch } from "../../components/patient-fetch";
import { reasonOf } from "../ask";
import { CommandError } from "../command";
import { attempt, must } from "../process";

const tokenSeconds = 30;

/** The pipeline's own ways to state and servers, for as long as the work takes. */
export interface Access {
  env: NodeJS.ProcessEnv;
  /** Takes back what was made: key agent, token. */
  end: () => Promise<void>;
}

/**
 * What pulumi and SSH need, made of what the pipeline has: with `AWS_ROLE_ARN`, the pipeline's own OIDC token in place of
 * stored keys to the state; with `MONITORING_SSH_KEY`, an SSH agent that holds the key, which is in no file.
 * @throws {CommandError} when a token or the key is refused
 */
export async function pipelineAccess(env: NodeJS.ProcessEnv): Promise<Access> {
  const { MONITORING_SSH_KEY: key, ...rest } = env;
  const folder = mkdtempSync(path.join(os.tmpdir(), "access-"));
  const agent = key ? await sshAgent(key) : undefined;
  const end = async () => {
    rmSync(folder, { recursive: true, force: true });
    await agent?.end();
  };
  try {
    return { env: { ...rest, ...(await stateToken(env, folder)), ...agent?.env }, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The variables by which the AWS SDK in the engine logs in with an OIDC token, at any S3 that speaks STS. */
async function stateToken(env: NodeJS.ProcessEnv, folder: string): Promise<NodeJS.ProcessEnv> {
  if (!env.AWS_ROLE_ARN) return {};
  const token = env.MONITORING_ID_TOKEN || (await gitHubToken(env));
  const file = path.join(folder, "token");
  writeFileSync(file, token, { mode: 0o600 });
  return { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_SESSION_NAME: "monitoring" };
}

/** @see https://docs.github.com/en/actions/reference/security/oidc */
async function gitHubToken(env: NodeJS.ProcessEnv): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env;
  if (!url || !token) {
    throw new CommandError(
      "AWS_ROLE_ARN is set, and the job can get no OIDC token: it needs `permissions: id-token: write` on GitHub, " +
        "`id_tokens: MONITORING_ID_TOKEN` on GitLab (docs/ci.md).",
    );
  }
  const headers = { authorization: `Bearer ${token}` };
  const asked = patientFetch(`${url}&audience=sts.amazonaws.com`, tokenSeconds, { headers });
  const answer = await asked.catch((error: Error) => {
    throw new CommandError(
      `GitHub gives no OIDC token (ACTIONS_ID_TOKEN_REQUEST_URL): ${reasonOf(error)}. Run the job again.`,
    );
  });
  if (!answer.ok) throw new CommandError(`GitHub gives no OIDC token: it answers ${answer.status}.`);
  return ((await answer.json()) as { value: string }).value;
}

async function sshAgent(key: string): Promise<Access> {
  const started = await must("ssh-agent", ["-s"]);
  const said = (name: string) => new RegExp(`${name}=([^;\\n]+)`).exec(started)?.[1] ?? "";
  const env = { SSH_AUTH_SOCK: said("SSH_AUTH_SOCK"), SSH_AGENT_PID: said("SSH_AGENT_PID") };
  const withAgent = { env: { ...process.env, ...env } };
  const end = async () => {
    await attempt("ssh-agent", ["-k"], withAgent);
  };
  // A key without a newline at its end is refused; the forges' forms cut it off.
  const { code } = await attempt("ssh-add", ["-q", "-"], { ...withAgent, input: `${key.replace(/\r/g, "").trim()}\n` });
  if (code === 0) return { env, end };
  await end();
  throw new CommandError("MONITORING_SSH_KEY is no private key that ssh-add takes: an OpenSSH key without passphrase.");
}
