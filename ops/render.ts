import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Command } from "commander";
import { placeholderCredentials } from "../components/credentials/credentials";
import { renderInventory } from "../components/monitoring/rendered-files";
import { loadInventory, stackNames } from "../stacks";
import { exitWith, run } from "./command";

const program = new Command("npm run render --")
  .description("Writes every generated file of a stack, as it lands on each server, without touching any server.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .requiredOption("--out <dir>", "where to; each <dir>/<server>/<service>/ is written anew")
  .addHelpText("after", "\nPasswords are placeholders: no secret is ever in the output.")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, out }: { stack: string; out: string }) => {
  const files = renderInventory(await loadInventory(stack), placeholderCredentials);
  for (const folder of new Set(Object.keys(files).map((file) => file.split("/").slice(0, 2).join("/")))) {
    await rm(path.join(out, folder), { recursive: true, force: true });
  }
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(out, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  console.log(`${Object.keys(files).length} files of the stack ${stack} written to ${out}`);
  exitWith("good");
});
