import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { type ImageDigests, type ImageName, images, unlockedReference } from "../stacks/images";
import { CommandError, exitWith, run } from "./command";
import { attempt, must } from "./process";
import { projectRoot, shown } from "./project";

const lockFile = path.join(projectRoot, "stacks", "images.lock.json");

const program = new Command("npm run images --")
  .description("Pins the images of stacks/images.ts by digest, so that a tag that is moved changes nothing.")
  .argument("<action>", "lock: pull every image, and write its digest to stacks/images.lock.json")
  .option("--registry <name>", "a registry that mirrors the public ones, as registry.example.lan/mirror")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ registry }: { registry?: string }) => {
  if (program.args[0] !== "lock") throw new CommandError(`there is no action "${program.args[0]}", only: lock`);
  const digests: ImageDigests = {};
  for (const name of Object.keys(images) as ImageName[]) {
    const digest = await digestOf(unlockedReference(name, { registry }));
    digests[images[name]] = digest;
    console.log(`${images[name]} ${digest}`);
  }
  writeFileSync(lockFile, `${JSON.stringify(digests, null, 2)}\n`);
  console.log(`Written to ${shown(lockFile)}; commit it.`);
  exitWith("good");
});

/** The digest under which a registry gives the image out. */
async function digestOf(reference: string): Promise<string> {
  const { code, stderr } = await attempt("docker", ["pull", "--quiet", reference]);
  if (code !== 0) {
    throw new CommandError(
      `${reference} cannot be pulled, and nothing was written: ${stderr.trim().split("\n").at(-1)}\n` +
        "Where the public registries cannot be reached, name one that mirrors them: --registry NAME",
    );
  }
  const listed = await must("docker", ["image", "inspect", "--format", "{{json .RepoDigests}}", reference]);
  const repository = reference.slice(0, reference.lastIndexOf(":")).replace(/^docker\.io\//, "");
  const found = (JSON.parse(listed) as string[]).find((entry) => entry.startsWith(`${repository}@`));
  if (!found) throw new CommandError(`Docker knows no digest of ${reference}, and nothing was written.`);
  return found.slice(found.indexOf("@") + 1);
}
