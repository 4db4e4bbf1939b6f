import type { DriftReport, DriftRow, Unreachable } from "./row";

/** How many differences of one thing are shown. */
const mostShown = 12;

/**
 * What was found, for people: server by server, each thing with what differs, and last what it comes to.
 * @param repair the command that puts it right
 */
export function driftPage({ stack, drifted, undeployed, unreachable }: DriftReport, repair: string): string {
  const parts = [
    ...byServer(drifted),
    ...(undeployed.length > 0 ? ["Declared, and not deployed yet:", ...byServer(undeployed)] : []),
    ...(unreachable.length > 0 ? ["Could not be looked at:", ...unreachable.map((one) => `  ${reason(one)}`), ""] : []),
  ];
  return [...parts, conclusion({ stack, drifted, undeployed, unreachable }, repair)].join("\n");
}

function byServer(rows: DriftRow[]): string[] {
  const servers = [...new Set(rows.map(({ server }) => server))];
  return servers.flatMap((server) => [
    server || "Everywhere",
    ...rows.filter((row) => row.server === server).flatMap(lines),
    "",
  ]);
}

function lines({ type, resource, what, differences, repaired, refused }: DriftRow): string[] {
  const shown = differences.slice(0, mostShown);
  const more = differences.length - shown.length;
  return [
    `  ${type} ${resource} ${what}`,
    ...shown.map(({ setting, declared, found }) => `      ${setting}: declared ${declared}, found ${found}`),
    ...(more > 0 ? [`      and ${more} more`] : []),
    ...(repaired
      ? []
      : [`      A deployment ${refused ? `refuses to put this right: ${refused}` : "does not put this right."}`]),
  ];
}

/** A message that names its server already stays as it is. */
function reason({ server, what, why }: Unreachable): string {
  if (why.startsWith(server) && server !== "") return why;
  return `${[server, what].filter(Boolean).join(", ")}: ${why}`;
}

function conclusion({ stack, drifted, undeployed, unreachable }: DriftReport, command: string): string {
  const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;
  const rest =
    unreachable.length > 0 ? `; ${count(unreachable.length, "could not be looked at", "could not be looked at")}` : "";
  if (drifted.length + undeployed.length === 0) {
    return unreachable.length > 0
      ? `Nothing else has drifted${rest}`
      : `Nothing has drifted: ${stack} is as it was deployed`;
  }
  const parts = [
    drifted.length > 0 ? `${count(drifted.length, "thing has", "things have")} drifted` : "Nothing has drifted",
    ...(undeployed.length > 0 ? [`${undeployed.length} not deployed yet`] : []),
  ];
  const byHand = drifted.filter(({ repaired }) => !repaired).length;
  const repair =
    byHand === drifted.length && undeployed.length === 0
      ? ""
      : `\nTo put it right${byHand > 0 ? `, all but ${byHand}` : ""}: ${command}`;
  return `${parts.join(", ")}${rest}${repair}`;
}
