import { Command, InvalidArgumentError } from "commander";
import { everywhere, type ListenAddress, parseListenAddress } from "./web/listen-address";

export interface Options {
  root: string;
  listen?: ListenAddress[];
  "web.config.file"?: string;
  "docker.socket"?: string;
  "config.file"?: string;
  state?: string;
  once?: boolean;
  /** The paths, or true without any. */
  accept?: string[] | true;
}

const program = new Command("security-metrics")
  .description("Looks at a host for what an attacker leaves or looks for, and exports it to Prometheus.")
  .option("--root <folder>", "where the host's root is seen", "/host")
  .option("--listen <address:port>", "may be given several times (default: 0.0.0.0:9101)", addAddress)
  .option("--web.config.file <file>", "who may ask: basic_auth_users, as for Prometheus' own exporters")
  .option("--docker.socket <path>", "Docker's socket as seen from here (default: run/docker.sock below --root)")
  .option("--config.file <file>", "YAML or JSON: which scans run, how often, what they look at")
  .option("--state <folder>", "what has to survive a restart (default: /state; with --once: nothing does)")
  .option("--once", "scan once, print the page and end: with 1 when a scan failed")
  .option("--accept [path...]", "record declared and SUID files as they are now, and end; without a path all of them")
  .option("--healthcheck", "ask the exporter at the first --listen whether it is well, and end: with 1 when not")
  .showHelpAfterError("(--help tells more)");

/** Does what the command line asks for. @param main the file that is running, for its threads */
export async function runCommandLine(main: string): Promise<void> {
  program.action(async (options: Options) => {
    const commands = await import("./commands");
    if (options.accept) await commands.acceptFiles(options);
    else if (options.once) await commands.printPage(options);
    else await commands.serve(options, options.listen ?? [everywhere], main);
  });
  await program.parseAsync().catch((error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });
}

function addAddress(text: string, before: ListenAddress[] = []): ListenAddress[] {
  try {
    return [...before, parseListenAddress(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
