import type { Command } from "commander";
import { toItsEnd } from "../components/to-its-end";
import { InventoryError } from "../stacks/inventory";
import { folded, terminalColumns } from "./terminal";

/** What the exit code of every command says. */
const exitCodes = { good: 0, wrong: 1, unknown: 2 } as const;

/** Ends the command with the code for: good, something is wrong (and was said), or it could not be found out. */
export function exitWith(outcome: keyof typeof exitCodes): void {
  process.exitCode = exitCodes[outcome];
}

/** An error that says all there is to say to a person; shown without a stack trace. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly outcome: keyof typeof exitCodes = "unknown",
  ) {
    super(message);
    this.name = "CommandError";
  }
}

/** Parses the command line and runs the command; what goes wrong is a message and an exit code, never a trace. */
export function run<Options>(program: Command, action: (options: Options) => Promise<void>): void {
  program.action(action);
  program.configureOutput({ writeOut: (text) => process.stdout.write(folded(text, terminalColumns())) });
  for (const stream of [process.stdout, process.stderr]) stream.on("error", notRead);
  const stopped = () => {
    console.error("error: it ended half way, waiting for what can no longer come; run the same command again.");
    exitWith("unknown");
  };
  toItsEnd(() => program.parseAsync(), stopped).catch((error: unknown) => {
    if (error instanceof CommandError) {
      console.error(`error: ${error.message}`);
      exitWith(error.outcome);
    } else if (error instanceof InventoryError) {
      console.error(`error: ${error.message}`);
      exitWith("wrong");
    } else {
      console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      if (process.env.DEBUG) console.error(error);
      exitWith("unknown");
    }
  });
}

/** Whoever read the output has seen enough (`| head`): the work goes on to its end all the same. */
function notRead(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
