import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** An issue, as it was written. */
export interface Post {
  id: number;
  body: string;
  open: boolean;
  label: string;
  title: string;
  comments: string[];
}

/** Answers for the part of GitHub's and GitLab's APIs that the pipelines use, and remembers what they wrote. */
export class FakeForge {
  readonly issues: Post[] = [];
  /** Comments under the change 7. */
  readonly comments: { id: number; body: string; byBot: boolean }[] = [];
  /** As `POST /repos/a/b/issues`. */
  readonly calls: string[] = [];
  url = "";
  private readonly server = createServer((request, response) => {
    void this.answer(request).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
      this.called();
    });
  });

  /** @param called told after every call */
  constructor(private readonly called: () => void = () => {}) {}

  async start(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** What the variables of a workflow of GitHub are. */
  gitHub(eventFile = ""): NodeJS.ProcessEnv {
    return {
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: this.url,
      GITHUB_SERVER_URL: "https://github.example",
      GITHUB_REPOSITORY: "example/monitoring",
      GITHUB_RUN_ID: "42",
      GITHUB_TOKEN: "a-token",
      GITHUB_EVENT_PATH: eventFile,
    };
  }

  /** What the variables of a job of GitLab are. */
  gitLab(): NodeJS.ProcessEnv {
    return {
      GITLAB_CI: "true",
      CI_API_V4_URL: this.url,
      CI_PROJECT_ID: "5",
      CI_MERGE_REQUEST_IID: "7",
      CI_JOB_URL: "https://gitlab.example/job/42",
      MONITORING_CI_TOKEN: "a-token",
    };
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    const call = `${request.method} ${pathname}`;
    this.calls.push(call);
    const token = request.headers.authorization ?? request.headers["private-token"];
    if (token !== "Bearer a-token" && token !== "a-token") return { status: 401, body: { message: "Bad credentials" } };
    const sent = text ? JSON.parse(text) : {};
    const body = this.reply(call, searchParams, sent);
    return body === undefined ? { status: 404, body: { message: "Not Found" } } : { status: 200, body };
  }

  private reply(call: string, query: URLSearchParams, sent: Record<string, string>): unknown {
    const [, id = ""] = /\/(?:issues|comments|notes)\/(\d+)(?:\/\w+)?$/.exec(call) ?? [];
    const issue = this.issues.find((one) => String(one.id) === id);
    const comment = this.comments.find((one) => String(one.id) === id);
    const text = sent.body ?? sent.description ?? "";
    if (/^GET .*\/user$/.test(call)) return { id: 1 };
    // The comments of the change: issue 7 to GitHub.
    if (/^GET .*(issues\/7\/comments|merge_requests\/7\/notes)$/.test(call)) return this.page(this.comments, query);
    if (/^POST .*(issues\/7\/comments|merge_requests\/7\/notes)$/.test(call)) {
      this.comments.push({ id: 900 + this.comments.length, body: text, byBot: true });
      return {};
    }
    if (/^(PATCH .*\/issues\/comments|PUT .*\/merge_requests\/7\/notes)\/\d+$/.test(call)) {
      if (comment) comment.body = text;
      return comment && {};
    }
    if (/^GET .*\/issues$/.test(call)) {
      const open = this.issues.filter((one) => one.open && one.label === query.get("labels"));
      return this.page(open, query);
    }
    if (/^POST .*\/issues$/.test(call)) {
      const label = String(sent.labels);
      const made = {
        id: 100 + this.issues.length,
        body: text,
        open: true,
        label,
        title: sent.title ?? "",
        comments: [],
      };
      this.issues.push(made);
      return this.shown(made);
    }
    if (/^POST .*\/issues\/\d+\/(comments|notes)$/.test(call)) return issue && { count: issue.comments.push(text) };
    if (/^(PATCH|PUT) .*\/issues\/\d+$/.test(call)) {
      if (issue && text) issue.body = text;
      if (issue && (sent.state === "closed" || sent.state_event === "close")) issue.open = false;
      return issue && {};
    }
    return undefined;
  }

  private page(entries: { id: number; body: string; byBot?: boolean }[], query: URLSearchParams): unknown[] {
    const size = Number(query.get("per_page"));
    const start = (Number(query.get("page")) - 1) * size;
    return entries.slice(start, start + size).map((entry) => this.shown(entry));
  }

  /** With the names of both APIs. */
  private shown({ id, body, byBot = true }: { id: number; body: string; byBot?: boolean }): object {
    return {
      ...{ id, number: id, iid: id, body, description: body },
      ...{ user: { type: byBot ? "Bot" : "User" }, author: { id: byBot ? 1 : 2 } },
      ...{ html_url: `https://forge.example/issues/${id}`, web_url: `https://forge.example/issues/${id}` },
    };
  }
}
