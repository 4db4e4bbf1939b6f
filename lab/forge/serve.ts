// The lab's forge: run by forge-process.ts as `node --import=tsx lab/forge/serve.ts`. It says on its standard output where it is,
// and after every call what was written to it, a JSON line each; it ends with its standard input.
import { FakeForge } from "../../ops/ci/fake-forge";

process.stdin.resume().on("end", () => process.exit(0));
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
const forge = new FakeForge(() => say({ issues: forge.issues }));
void forge.start().then(() => say({ env: forge.gitHub() }));
