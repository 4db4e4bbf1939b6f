import type { DriftReport, DriftRow } from "../drift/row";
import type { Forge } from "./forge";
import { cut, markdownTable } from "./markdown";

export const driftLabel = "drift";

/** What became of the issue about a stack's drift. */
export type IssueFate =
  | { did: "opened"; url: string }
  | { did: "updated" | "closed" | "kept"; id: number }
  | { did: "none" };

/**
 * One open issue as long as something has drifted: opened, brought up to date, closed when all is as declared. A look
 * that did not see every server closes nothing.
 */
export async function writeDriftIssue(forge: Forge, report: DriftReport, run: string | undefined): Promise<IssueFate> {
  const { stack, drifted, undeployed, unreachable } = report;
  const issue = await forge.findIssue(driftLabel, markOf(stack));
  if (drifted.length + undeployed.length === 0) {
    if (!issue) return { did: "none" };
    if (unreachable.length > 0) return { did: "kept", id: issue.id };
    await forge.closeIssue(issue.id, `Nothing of the stack \`${stack}\` has drifted any more.${link(run)}`);
    return { did: "closed", id: issue.id };
  }
  const body = issueBody(report, run, forge.longestBody);
  if (issue) {
    await forge.updateIssue(issue.id, body);
    return { did: "updated", id: issue.id };
  }
  return { did: "opened", url: await forge.openIssue({ title: `${stack} has drifted`, body, label: driftLabel }) };
}

/** Which issue is the stack's, for whoever reads its source. */
function markOf(stack: string): string {
  return `<!-- monitoring drift: ${stack} -->`;
}

function issueBody({ stack, drifted, undeployed, unreachable }: DriftReport, run: string | undefined, longest: number) {
  const parts = [
    `What runs is not what the stack \`${stack}\` declares.${link(run)}`,
    ...(drifted.length > 0 ? ["### Changed since it was deployed", tableOf(drifted)] : []),
    ...(undeployed.length > 0 ? ["### Declared, and not deployed yet", tableOf(undeployed)] : []),
    ...(unreachable.length > 0
      ? [
          "### Could not be looked at",
          markdownTable(
            ["Server", "Why"],
            unreachable.map(({ server, what, why }) => [what ? `${server}: ${what}` : server, why]),
          ),
        ]
      : []),
    `To put it right: \`pulumi up --refresh --stack ${stack}\`. A change that is wanted belongs into \`stacks/${stack}.ts\`.`,
  ];
  return `${markOf(stack)}\n${cut(parts.join("\n\n"), longest - 200)}`;
}

function tableOf(rows: DriftRow[]): string {
  const differences = (row: DriftRow) =>
    row.differences
      .map(({ setting, declared, found }) => `${setting}: declared ${declared}, found ${found}`)
      .join("; ");
  return markdownTable(
    ["Server", "What", "State", "Differences", "Repaired by `up`"],
    rows.map((row) => [
      row.server,
      `${row.type} ${row.resource}`,
      row.what,
      differences(row),
      row.repaired ? "yes" : "no, by hand",
    ]),
  );
}

function link(run: string | undefined): string {
  return run ? ` Seen by [this run](${run}).` : "";
}
