import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../project";

/**
 * What a workflow's, or a job's, step says that is to be run, so that the tests run that and nothing else.
 * @throws {Error} when there is no such step
 */
export function stepCommand(kind: "github" | "gitlab", name: string): string {
  const text = (file: string) => readFileSync(path.join(projectRoot, file), "utf8");
  const commands: (string | undefined)[] =
    kind === "gitlab"
      ? parse(text(".gitlab-ci.yml"))[name].script
      : parse(text(`.github/workflows/${name}.yml`)).jobs[name].steps.map(({ run }: { run?: string }) => run);
  const command = commands.find((one) => one?.startsWith("npm run ci"));
  if (!command) throw new Error(`${name} has no step of ours on ${kind}`);
  return command;
}
