import type { Post } from "../../ops/ci/fake-forge";
import { TellingProcess } from "../telling-process";
import type { ForgeEvent } from "./serve";

/** Who answers for GitHub in the lab, where the pipelines' steps run. */
export class ForgeProcess extends TellingProcess<ForgeEvent> {
  /** What the pipelines have written. */
  issues: Post[] = [];
  /** The variables that a workflow has there. */
  env: NodeJS.ProcessEnv = {};

  static start(within: string[]): Promise<ForgeProcess> {
    return new ForgeProcess().begin("forge/serve.ts", [], within);
  }

  protected hear({ issues, env }: ForgeEvent): boolean {
    if (issues) this.issues = issues;
    if (env) this.env = env;
    return env !== undefined;
  }
}
