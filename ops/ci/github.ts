import { readFileSync } from "node:fs";
import type { Forge } from "./forge";
import { JsonApi, variable } from "./request";

/** An issue or a comment, as far as it is looked at. */
interface Entry {
  id: number;
  number: number;
  body: string | null;
  html_url: string;
  user: { type: string } | null;
  pull_request?: object;
}

/**
 * GitHub, by the variables of a workflow and the token `GITHUB_TOKEN`.
 * @see https://docs.github.com/en/rest/issues
 */
export function gitHub(env: NodeJS.ProcessEnv): Forge {
  const token = variable(env, "GITHUB_TOKEN", "the step needs the workflow's token in its env");
  const root = variable(env, "GITHUB_API_URL", "GitHub sets it");
  const api = new JsonApi("GitHub", root, {
    authorization: `Bearer ${token}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
  const repository = `/repos/${variable(env, "GITHUB_REPOSITORY", "GitHub sets it")}`;
  const change = () => `${repository}/issues/${pullRequestOf(env)}`;
  // Anybody may write the mark; only a workflow's own posts count.
  const isOurs = (mark: string) => (entry: Entry) =>
    entry.user?.type === "Bot" && !entry.pull_request && (entry.body ?? "").includes(mark);
  return {
    longestBody: 65_536,
    async findIssue(label, mark) {
      const query = `state=open&sort=created&direction=desc&labels=${encodeURIComponent(label)}`;
      const found = await api.find<Entry>(`${repository}/issues?${query}`, isOurs(mark));
      return found && { id: found.number, body: found.body ?? "" };
    },
    async openIssue({ title, body, label }) {
      const issue = await api.send<Entry>("POST", `${repository}/issues`, { title, body, labels: [label] });
      return issue.html_url;
    },
    async updateIssue(id, body) {
      await api.send("PATCH", `${repository}/issues/${id}`, { body });
    },
    async closeIssue(id, why) {
      await api.send("POST", `${repository}/issues/${id}/comments`, { body: why });
      await api.send("PATCH", `${repository}/issues/${id}`, { state: "closed", state_reason: "completed" });
    },
    async findComment(mark) {
      const found = await api.find<Entry>(`${change()}/comments`, isOurs(mark));
      return found && { id: found.id, body: found.body ?? "" };
    },
    async addComment(body) {
      await api.send("POST", `${change()}/comments`, { body });
    },
    async updateComment(id, body) {
      await api.send("PATCH", `${repository}/issues/comments/${id}`, { body });
    },
  };
}

/** Number of the pull request that the workflow runs for. */
function pullRequestOf(env: NodeJS.ProcessEnv): number {
  const file = variable(env, "GITHUB_EVENT_PATH", "GitHub sets it");
  const event: { pull_request?: { number: number } } = JSON.parse(readFileSync(file, "utf8"));
  if (!event.pull_request) throw new Error("this workflow does not run for a pull request: there is none to comment.");
  return event.pull_request.number;
}
