// The lab's forge: run by forge-process.ts as `node --import=tsx lab/forge/serve.ts`. It says on its standard output where it is,
// and after every call what was written to it, a JSON line each; it ends with its standard input.
import { FakeForge, type Post } from "../../ops/ci/fake-forge";

/** What it says. */
export interface ForgeEvent {
  issues?: Post[];
  /** The variables of a workflow, once it listens. */
  env?: NodeJS.ProcessEnv;
}

process.stdin.resume().on("end", () => process.exit(0));
const say = (event: ForgeEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);
const forge = new FakeForge(() => say({ issues: forge.issues }));
void forge.start().then(() => say({ env: forge.gitHub() }));
