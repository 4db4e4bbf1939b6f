import { CommandError } from "../command";
import { gitHub } from "./github";
import { gitLab } from "./gitlab";

/** An issue, or a comment on a change, that this project's pipelines wrote before. */
export interface Post {
  /** Number of the issue in its project, or id of the comment. */
  id: number;
  body: string;
}

/** Where the project's code and issues are: as much of GitHub or GitLab as the pipelines need. */
export interface Forge {
  /** The most characters that a body may have. */
  longestBody: number;
  /** The newest open issue of the label whose body holds the mark. */
  findIssue(label: string, mark: string): Promise<Post | undefined>;
  /** @returns where people see it */
  openIssue(issue: { title: string; body: string; label: string }): Promise<string>;
  updateIssue(id: number, body: string): Promise<void>;
  /** Says why in a comment, then closes it. */
  closeIssue(id: number, why: string): Promise<void>;
  /** The comment on the change under review whose body holds the mark. */
  findComment(mark: string): Promise<Post | undefined>;
  addComment(body: string): Promise<void>;
  updateComment(id: number, body: string): Promise<void>;
}

/**
 * The forge whose pipeline this is, by the variables that it sets.
 * @throws {CommandError} when it is neither's, or a variable is missing
 */
export function forgeOf(env: NodeJS.ProcessEnv): Forge {
  if (env.GITHUB_ACTIONS === "true") return gitHub(env);
  if (env.GITLAB_CI === "true") return gitLab(env);
  throw new CommandError(
    "this is neither a workflow of GitHub Actions nor a job of GitLab CI: there is no issue or comment to write.",
  );
}
