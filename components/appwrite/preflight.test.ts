import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppwriteStandIn } from "../../lab/appwrite/server";
import { preflight, versionProblem } from "./preflight";
import { callerScopes, deploymentScopes } from "./schema";

describe("before a deployment", () => {
  let appwrite: AppwriteStandIn;
  const keys = {
    standard_good: deploymentScopes,
    standard_guide: ["functions.read", "databases.write", "documents.write"],
    standard_expired: { scopes: deploymentScopes, expired: true },
    standard_caller: callerScopes,
  };
  const ask = (change: object = {}) =>
    preflight({ endpoint: appwrite.url, project: "wizardsofts-prod", key: "standard_good", stack: "prod", ...change });

  beforeAll(async () => {
    appwrite = await AppwriteStandIn.start({ projectId: "wizardsofts-prod", keys });
  });
  afterAll(() => appwrite.stop());

  it("there is nothing to say when all is well, and nothing was changed", async () => {
    expect(await ask()).toEqual([]);
    expect(await ask({ endpoint: `${appwrite.url}/` })).toEqual([]);
    expect(appwrite.log.filter(({ method, status }) => method !== "GET" && status < 400)).toEqual([]);
  });

  it("a key with the guide's scopes lacks some, which are named", async () => {
    expect(await ask({ key: "standard_guide" })).toEqual([
      `${appwrite.url}: the key of the setting appwriteDeployKey lacks the scopes databases.read, tables.read, ` +
        "tables.write, rows.read, functions.write, topics.read, topics.write. Give them to it in the console (project → " +
        `Overview → API keys); it needs ${deploymentScopes.join(", ")}.`,
    ]);
  });

  it("each missing scope is seen", async () => {
    for (const scope of deploymentScopes) {
      const rest = deploymentScopes.filter((one) => one !== scope);
      const other = await AppwriteStandIn.start({ projectId: "wizardsofts-prod", keys: { standard_good: rest } });
      expect(await ask({ endpoint: other.url }), scope).toEqual([
        expect.stringContaining(`lacks the scopes ${scope}. Give`),
      ]);
      await other.stop();
    }
  });

  it("the key of those who call the function is looked at for what it needs, and runs nothing", async () => {
    const setting = { setting: "appwriteKey", scopes: callerScopes };
    expect(await ask({ key: "standard_caller", ...setting })).toEqual([]);
    expect(await ask({ key: "standard_good", ...setting })).toEqual([
      expect.stringMatching(
        /the key of the setting appwriteKey lacks the scopes execution.write\. .* it needs execution.write\.$/,
      ),
    ]);
    expect(appwrite.executions).toEqual([]);
    // Even a function of that name would not have been run.
    expect(appwrite.log.find(({ path }) => path === "/functions/none/executions")?.type).toBe(
      "general_argument_invalid",
    );
  });

  it.each([
    [
      "an unknown key",
      { key: "standard_nobody" },
      'is none of the project "wizardsofts-prod". Set the right one: pulumi config set --secret appwriteDeployKey --stack prod',
    ],
    [
      "an expired key",
      { key: "standard_expired" },
      "has expired. Make another one in the console, then: pulumi config set --secret appwriteDeployKey --stack prod",
    ],
    [
      "an unknown project",
      { project: "other" },
      'it has no project "other". Correct channels.appwrite.project in stacks/prod.ts.',
    ],
    [
      "another path",
      { path: "/v2" },
      "there is no Appwrite (GET /health/version answers 404). Correct channels.appwrite.endpoint in stacks/prod.ts; it ends in /v1.",
    ],
  ])("%s is one problem, with the way out", async (_, asked, message) => {
    const { path, ...change } = { path: "", ...asked };
    const endpoint = path ? appwrite.url.replace("/v1", path) : appwrite.url;
    const problems = await ask({ endpoint, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).toMatch(new RegExp(`^${endpoint}: `));
    expect(problems[0]).not.toContain("standard_");
  });

  it("a server that is not there is one problem, with the way out", async () => {
    const gone = await AppwriteStandIn.start({ projectId: "wizardsofts-prod", keys });
    const endpoint = gone.url;
    await gone.stop();
    expect(await ask({ endpoint })).toEqual([
      expect.stringMatching(
        /: Appwrite cannot be reached \(.*ECONNREFUSED.*\)\. Is it running, and is channels\.appwrite/,
      ),
    ]);
    expect(await ask({ endpoint: "http://appwrite.invalid/v1" })).toEqual([
      expect.stringMatching(/^http:\/\/appwrite.invalid\/v1: Appwrite cannot be reached \(.*appwrite.invalid.*\)/),
    ]);
  });

  it("something else that answers there, and an older Appwrite, are told apart", async () => {
    const answers: Record<string, [number, string]> = {
      "/page/health/version": [200, "<html>Welcome</html>"],
      "/old/health/version": [200, '{"version":"1.7.4"}'],
      "/odd/health/version": [200, '{"version":"1.8.1"}'],
    };
    const server = http.createServer(({ url }, response) => {
      const [status, body] = answers[url ?? ""] ?? [403, "Forbidden"];
      response.writeHead(status, { "content-type": "text/plain" }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    expect(await ask({ endpoint: at("/page") })).toEqual([expect.stringContaining("there is no Appwrite")]);
    expect(await ask({ endpoint: at("/old") })).toEqual([
      `${at("/old")}: it is Appwrite 1.7.4, too old: 1.8 or newer is needed. Upgrade that server.`,
    ]);
    expect(await ask({ endpoint: at("/odd") })).toEqual([
      `${at("/odd")}: it answers, but not as it should: Forbidden (403)`,
    ]);
    await new Promise((resolve) => server.close(resolve));
  });
});

it.each([
  ["1.8.0", true],
  ["1.8.1", true],
  ["1.10.0", true],
  ["2.0.0", true],
  ["1.7.9", false],
  ["0.15.3", false],
])("version %s will do: %s", (version, good) => {
  expect(versionProblem(version) === undefined).toBe(good);
});
