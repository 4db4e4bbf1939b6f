import type { Forge } from "./forge";
import { JsonApi, variable } from "./request";

interface Issue {
  iid: number;
  description: string | null;
  web_url: string;
  author: { id: number };
}

interface Note {
  id: number;
  body: string;
  author: { id: number };
}

/**
 * GitLab, by the variables of a job and a project access token in `MONITORING_CI_TOKEN`; the job's own token may
 * write neither issues nor comments.
 * @see https://docs.gitlab.com/api/issues/ and https://docs.gitlab.com/api/notes/
 */
export function gitLab(env: NodeJS.ProcessEnv): Forge {
  const token = variable(env, "MONITORING_CI_TOKEN", "a project access token with the scope api");
  const api = new JsonApi("GitLab", variable(env, "CI_API_V4_URL", "GitLab sets it"), { "private-token": token });
  const project = `/projects/${variable(env, "CI_PROJECT_ID", "GitLab sets it")}`;
  const change = () =>
    `${project}/merge_requests/${variable(env, "CI_MERGE_REQUEST_IID", "the job does not run for a merge request")}`;
  // Anybody may write the mark; only the token's own posts count.
  const self = async () => (await api.send<{ id: number }>("GET", "/user")).id;
  return {
    longestBody: 1_000_000,
    async findIssue(label, mark) {
      const author = await self();
      const query = `state=opened&order_by=created_at&sort=desc&labels=${encodeURIComponent(label)}`;
      const isIt = (issue: Issue) => issue.author.id === author && (issue.description ?? "").includes(mark);
      const found = await api.find<Issue>(`${project}/issues?${query}`, isIt);
      return found && { id: found.iid, body: found.description ?? "" };
    },
    async openIssue({ title, body, label }) {
      const issue = await api.send<Issue>("POST", `${project}/issues`, { title, description: body, labels: label });
      return issue.web_url;
    },
    async updateIssue(id, body) {
      await api.send("PUT", `${project}/issues/${id}`, { description: body });
    },
    async closeIssue(id, why) {
      await api.send("POST", `${project}/issues/${id}/notes`, { body: why });
      await api.send("PUT", `${project}/issues/${id}`, { state_event: "close" });
    },
    async findComment(mark) {
      const author = await self();
      const isIt = (note: Note) => note.author.id === author && note.body.includes(mark);
      return api.find<Note>(`${change()}/notes?sort=desc`, isIt);
    },
    async addComment(body) {
      await api.send("POST", `${change()}/notes`, { body });
    },
    async updateComment(id, body) {
      await api.send("PUT", `${change()}/notes/${id}`, { body });
    },
  };
}
