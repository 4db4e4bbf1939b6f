import { createInterface } from "node:readline/promises";
import { CommandError } from "../command";
import type { Manifest } from "./manifest";
import type { Wanted } from "./wanted-parts";

/** Asks a person whether what is there may go. @throws {CommandError} when nobody can be asked, or the answer is no */
export async function confirm(
  manifest: Manifest,
  wanted: Wanted[],
  isEmpty: boolean,
  hasToDeploy: boolean,
): Promise<void> {
  const services = wanted.map(({ part }) => `${part.name} on ${part.server.name}`).join(", ");
  const first = isEmpty
    ? `The stack ${manifest.stack} has no state: it gets the saved one and is deployed. Then a`
    : hasToDeploy
      ? `Not all of the stack ${manifest.stack} is there: it is deployed. Then a`
      : "A";
  const what =
    `${first}ll that these have now is replaced by what they had at ${shownTime(manifest)}: ${services}.\n` +
    `Saved by ${wanted.map(({ saved }) => saved.image).join(", ")}.`;
  if (!process.stdin.isTTY) {
    throw new CommandError(`${what}\nNobody can be asked whether it may be: say so by --yes.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${what}\nGo on? (y/N) `).finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("nothing was changed.");
}

/** When a backup was made, as `2026-11-24 18:35 UTC`. */
export function shownTime({ time }: Manifest): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
