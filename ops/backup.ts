import path from "node:path";
import { Command } from "commander";
import { loadInventory, stackNames } from "../stacks";
import { BackupFolder } from "./backup/backup-folder";
import { formatVersion, type Manifest, type SavedArchive, type SavedPart } from "./backup/manifest";
import { type Source, savePart, sizeOf } from "./backup/save-part";
import { commitOf, saveRendered, saveState } from "./backup/saved-state";
import { type ServicePart, servicePartsOf } from "./backup/service-part";
import { sourceOf } from "./backup/source";
import { byteSize } from "./byte-size";
import { CommandError, exitWith, run } from "./command";
import { projectRoot, shown } from "./project";
import { table } from "./table";
import { runTasks, type Task } from "./tasks";

const program = new Command("npm run backup --")
  .description("Saves what of a deployed stack is in no repository: metrics, logs, silences, Grafana, Pulumi's state.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .option("--out <dir>", "where to; a folder of its own is made there", path.join(projectRoot, "backups"))
  .addHelpText(
    "after",
    "\nLoki, Alertmanager and Grafana are stopped for seconds, one after the other; Prometheus goes on.\n" +
      "What is written holds secrets: keep it as you keep passwords. See docs/backup.md.\n" +
      "Exit codes: 0 all is saved, 1 something is not (said what, and why; the rest is saved), 2 nothing could be.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, out }: { stack: string; out: string }) => {
  const parts = servicePartsOf(await loadInventory(stack));
  const time = new Date();
  const folder = await BackupFolder.create(path.resolve(out), stack, time);
  const sizes = new Map<string, number>();
  const saved: SavedPart[] = [];
  const missing: Manifest["missing"] = [];
  let source: Source | undefined;
  let archives: { state: SavedArchive; rendered: SavedArchive } | undefined;
  let whole = "";

  const leaveOut = ({ name, server }: ServicePart, { message }: Error) =>
    missing.push({ name, server: server.name, why: message });

  const look: Task = {
    title: `Ask the servers of the stack ${stack}`,
    work: async () => {
      const found = await sourceOf(stack);
      source = found;
      await Promise.all(
        parts.map((part) =>
          sizeOf(part, found).then(
            (bytes) => sizes.set(part.name, bytes),
            (error: Error) => leaveOut(part, error),
          ),
        ),
      );
      await folder.mustHold([...sizes.values()].reduce((sum, bytes) => sum + bytes, 0));
    },
    done: () => `${sizes.size} of ${parts.length} services can be saved`,
  };
  const state: Task = {
    title: "Pulumi's state and settings, the rendered configuration",
    work: async () => {
      const { inventory } = sure(source);
      archives = {
        state: await saveState(inventory, folder.path),
        rendered: await saveRendered(inventory, folder.path),
      };
    },
  };
  const finish: Task = {
    title: "The manifest",
    work: async () => {
      const commit = await commitOf(projectRoot);
      const base = { format: formatVersion, stack, time: time.toISOString(), ...(commit ? { commit } : {}) } as const;
      whole = await folder.finish({ ...base, ...sure(archives), parts: saved, missing });
    },
    done: () => `${shown(whole)} is whole`,
  };

  try {
    await runTasks([look, state, ...parts.map(save), finish]);
  } catch (error) {
    await folder.remove();
    throw error;
  }
  console.log(`\n${page(stack, saved, missing, whole)}`);
  exitWith(missing.length > 0 ? "wrong" : "good");

  /** One service that fails does not keep the others from being saved. */
  function save(part: ServicePart): Task {
    const title = `${part.name} on ${part.server.name}`;
    let said = "not saved, see below";
    return {
      title,
      work: async (report, signal) => {
        const bytes = sizes.get(part.name);
        if (bytes === undefined) return;
        try {
          const one = await savePart(part, bytes, folder.path, sure(source), report, signal);
          saved.push(one);
          said = `${byteSize(one.contentBytes)}, compressed ${byteSize(one.bytes)}`;
        } catch (error) {
          // A full disk here, or Ctrl-C: there is no use in going on.
          if (error instanceof CommandError) throw error;
          leaveOut(part, error as Error);
        }
      },
      done: () => `${title}: ${said}`,
    };
  }
});

/** What an earlier task has found; the tasks end with the first that fails. */
function sure<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("an earlier step has found nothing");
  return found;
}

/** What is saved, and what is not. */
function page(stack: string, saved: SavedPart[], missing: Manifest["missing"], folder: string): string {
  const rows = saved.map(({ name, server, bytes, secondsAway, findings }) => {
    const has = findings.map(({ what, count }) => `${what}: ${count}`).join(", ");
    return [name, server, byteSize(bytes), secondsAway > 0 ? `${secondsAway} s` : "–", has || "could not be asked"];
  });
  return [
    ...(rows.length > 0 ? [table([["Saved", "Server", "Size", "Away", "Has"], ...rows]), ""] : []),
    ...(missing.length > 0 ? ["NOT SAVED:"] : []),
    ...missing.map(({ name, why }) => `  - ${name}: ${why}`),
    ...(missing.length > 0 ? [""] : []),
    `To restore it: npm run restore -- --stack ${stack} --from ${shown(folder)}`,
    "It holds secrets, and those of the state need their passphrase, which is not in it. See docs/backup.md.",
  ].join("\n");
}
