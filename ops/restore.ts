import { spawn } from "node:child_process";
import path from "node:path";
import { Command } from "commander";
import { loadInventory, stackNames } from "../stacks";
import type { Inventory } from "../stacks/inventory";
import { confirm, shownTime } from "./backup/confirmation";
import { type Comparison, compare } from "./backup/findings";
import { checkArchives, type Manifest, readManifest } from "./backup/manifest";
import { restorePart } from "./backup/restore-part";
import { isStateEmpty, missingOf, prepareState } from "./backup/restored-state";
import type { Source } from "./backup/save-part";
import { sourceOf } from "./backup/source";
import { sparsely } from "./backup/sparsely";
import { partsWanted, type Wanted } from "./backup/wanted-parts";
import { byteSize } from "./byte-size";
import { CommandError, exitWith, run } from "./command";
import { interrupted } from "./process";
import { projectRoot } from "./project";
import { table } from "./table";
import { runTasks, type Task } from "./tasks";

interface Options {
  stack: string;
  from: string;
  only?: string;
  yes?: boolean;
}

const program = new Command("npm run restore --")
  .description("Gives a stack the data of a backup; one that has no state is deployed first, with the backup's.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .requiredOption("--from <folder>", "the folder that npm run backup has made")
  .option("--only <services>", "some of its services, as prometheus,loki (default: all)")
  .option("--yes", "do not ask whether what is there now may be replaced")
  .addHelpText(
    "after",
    "\nNothing is touched before the backup is found to be whole. It can be run again after a failure. See docs/backup.md.\n" +
      "Exit codes: 0 all is there again, 1 something is not (said what), 2 it could not be found out.",
  )
  .showHelpAfterError("(--help tells more)");

/** How long a service may take to answer questions after its start. (s) */
const answerSeconds = 30;

run(program, async ({ stack, from, only, yes = false }: Options) => {
  const inventory = await loadInventory(stack);
  const manifest = await readManifest(from, stack);
  const wanted = partsWanted(manifest, inventory, only);
  await runTasks([checking(manifest, wanted, from)]);
  const isEmpty = await isStateEmpty(inventory);
  const parts = wanted.map(({ part }) => part);
  const hasToDeploy = isEmpty || (await missingOf(parts, inventory)).length > 0;
  if (!yes) await confirm(manifest, wanted, isEmpty, hasToDeploy);

  if (hasToDeploy) {
    const saved = path.join(from, manifest.state.file);
    const title = isEmpty ? "Import the saved state" : "Prepare the state";
    const work: Task["work"] = async (_, signal) => {
      await prepareState(inventory, saved);
      if (signal.aborted) throw interrupted();
    };
    await runTasks([{ title, work }]);
    await deploy(inventory);
  }
  const failures: string[] = [];
  const comparisons = new Map<string, Comparison[]>();
  let source: Source | undefined;
  const look: Task = {
    title: "Look the deployed stack up",
    work: async () => {
      source = await sourceOf(stack);
    },
  };
  await runTasks([look, ...wanted.map(restoring)]);
  const hasGrafana = wanted.some(({ part }) => part.service === "grafana");
  if (hasToDeploy && hasGrafana) {
    console.log("\nOnce more, for what is declared in Grafana counts, and not what was saved of it:");
    await deploy(inventory);
  }
  await runTasks([{ title: "Compare with what was there", work: comparing }]);
  console.log(`\n${page(manifest, comparisons, failures, only !== undefined)}`);
  if (!hasToDeploy && hasGrafana) {
    console.log(`What is declared in Grafana may be newer than the backup: npm run drift -- --stack ${stack}`);
  }
  const all = [...comparisons.values()].flat();
  const isLacking = only === undefined && manifest.missing.length > 0;
  exitWith(failures.length > 0 || isLacking || all.some(({ isGood }) => !isGood) ? "wrong" : "good");

  /** One service that fails does not keep the others from being restored. */
  function restoring({ part, saved }: Wanted): Task {
    const title = `${part.name} on ${part.server.name}`;
    let said = "restored";
    return {
      title,
      work: async (report, signal) => {
        if (!source) throw new Error("the stack was not looked up");
        try {
          await restorePart(part, saved, from, source, report, signal);
        } catch (error) {
          if (signal.aborted) throw interrupted();
          failures.push(`${part.name}: ${(error as Error).message}`);
          said = "not restored, see below";
        }
      },
      done: () => `${title}: ${said}`,
    };
  }

  async function comparing(): Promise<void> {
    const { outputs } = source ?? (await sourceOf(stack));
    const restored = wanted.filter(({ part }) => !failures.some((failure) => failure.startsWith(`${part.name}: `)));
    for (const { part, saved } of restored) {
      for (let second = 0; ; second++) {
        const last = second >= answerSeconds;
        const found = await compare(part, saved.findings, outputs).catch((error: Error) => {
          if (last) failures.push(`${part.name}: was restored, and cannot be asked: ${error.message}`);
          return undefined;
        });
        if (found) comparisons.set(part.name, found);
        if (last || found?.every(({ isGood }) => isGood)) break;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }
});

function checking(manifest: Manifest, wanted: Wanted[], from: string): Task {
  const archives = [manifest.state, manifest.rendered, ...wanted.map(({ saved }) => saved)];
  const all = archives.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    title: `Check the backup of ${shownTime(manifest)}`,
    work: async (report, signal) => {
      const show = sparsely((read) => report(`${byteSize(read)} of ${byteSize(all)}`));
      await checkArchives(from, archives, (read) => {
        if (signal.aborted) throw interrupted();
        show(read);
      });
    },
    done: () => `The backup of ${shownTime(manifest)} is whole (${byteSize(all)})`,
  };
}

/**
 * The stack's own command, in this terminal. Servers that do not answer are left out, and named by it.
 * @throws {CommandError} when something else goes wrong
 */
async function deploy(inventory: Inventory): Promise<void> {
  const { stack } = inventory;
  const isRemote = inventory.servers.some(({ ssh }) => ssh);
  const args = isRemote ? ["up", "--refresh", "--stack", stack] : ["start", "--stack", stack];
  const child = spawn(process.execPath, ["ops/run.mjs", ...args], { cwd: projectRoot, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A terminal's Ctrl-C reaches it by itself.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code === 0 || (isRemote && code === 2)) return;
  const way = "The stack could not be deployed, see above. Put that right, and run the same command again.";
  throw new CommandError(way, "wrong");
}

/** What was saved beside what is there, and what is not. */
function page(manifest: Manifest, all: Map<string, Comparison[]>, failures: string[], isPartial: boolean): string {
  const rows = [...all].flatMap(([name, comparisons]) =>
    comparisons.map(({ what, saved, found, isGood }) => [name, what, `${saved}`, `${found}`, isGood ? "✔" : "✖ less"]),
  );
  const missing = isPartial ? [] : manifest.missing.map(({ name, why }) => `${name}: is not in the backup (${why})`);
  const lacking = [...failures, ...missing];
  return [
    ...(rows.length > 0 ? [table([["Service", "What", "Saved", "There", ""], ...rows]), ""] : []),
    ...(lacking.length > 0 ? ["NOT RESTORED:", ...lacking.map((one) => `  - ${one}`), ""] : []),
  ].join("\n");
}
