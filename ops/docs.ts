import { Command } from "commander";
import { exitWith, run } from "./command";
import { writeGeneratedDocs } from "./generated-docs";

const program = new Command("npm run docs --")
  .description(
    "Writes what the project's documents say of the code: docs/runbooks, docs/architecture.svg, the tables of docs/security.md.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async () => {
  const { written, removed } = await writeGeneratedDocs();
  console.log(
    `${written.length} pages in docs/runbooks${removed.length > 0 ? `, ${removed.length} old ones removed` : ""}; ` +
      "docs/architecture.svg, docs/security.md",
  );
  exitWith("good");
});
