import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../ops/project";
import { pulumi } from "../../ops/pulumi";

/** One of the small programs in `programs/`, as a stack of its own whose state is thrown away. */
export class TriedProgram {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), "tried-"));
  private readonly root: string;

  /** @param within what to run it through, as `["nsenter", …]` */
  constructor(
    name: string,
    private readonly within: string[] = [],
  ) {
    this.root = path.join(projectRoot, "test/e2e/programs", name);
  }

  pulumi(...args: string[]): Promise<string> {
    return pulumi(args, {
      cwd: this.root,
      within: this.within,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${this.folder}`,
        PULUMI_CONFIG_PASSPHRASE: "tried",
        PULUMI_STACK: "tried",
      },
    });
  }

  /** Makes the stack, with settings that are all secret. */
  async init(settings: Record<string, string>): Promise<void> {
    await this.pulumi("stack", "init", "tried");
    for (const [name, value] of Object.entries(settings))
      await this.pulumi("config", "set", "--secret", name, "--", value);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(path.join(this.root, "Pulumi.tried.yaml"), { force: true });
  }
}
