import type { Forge } from "./forge";
import { cut, fenced } from "./markdown";

/** What a change would do to a stack. */
export interface Preview {
  stack: string;
  /** What `pulumi preview` printed, or its diagnostics. */
  plan: string;
  /** Whether the engine, and the house rules, agree to it. */
  possible: boolean;
  /** Of the generated files, as `git diff`. */
  files: string;
}

/** Writes the preview under the change, in place of the one of its last state. */
export async function writePreviewComment(forge: Forge, preview: Preview, run: string | undefined): Promise<void> {
  const mark = `<!-- monitoring preview: ${preview.stack} -->`;
  const body = `${mark}\n${previewPage(preview, run, forge.longestBody - 1000)}`;
  const comment = await forge.findComment(mark);
  if (comment) await forge.updateComment(comment.id, body);
  else await forge.addComment(body);
}

/** The preview as a page, the longest parts folded and, where they do not fit, cut. */
export function previewPage({ stack, plan, possible, files }: Preview, run: string | undefined, longest: number) {
  const changed = files.split("\n").filter((line) => line.startsWith("diff --git ")).length;
  const half = Math.floor(longest / 2);
  const folded = (title: string, text: string) => `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;
  return [
    `### Preview of the stack \`${stack}\`${possible ? "" : ": it cannot be deployed"}`,
    ...(run ? [`[The run](${run})`] : []),
    possible ? folded("What pulumi up would do", fenced(cut(plan, half))) : fenced(cut(plan, half)),
    files
      ? folded(`Generated files: ${changed} changed`, fenced(cut(files, half), "diff"))
      : "No generated file changes.",
  ].join("\n\n");
}
