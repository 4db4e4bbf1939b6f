import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { attempt } from "../ops/process";
import { projectRoot } from "../ops/project";

const hasGo = spawnSync("go", ["version"]).status === 0;

/** What stands in for released parts has tests of its own, in its own language. */
describe.skipIf(!hasGo)(`the Go parts of the lab${hasGo ? "" : " (skipped: no Go on the PATH)"}`, () => {
  it.each(["lab/grafana", "lab/toolchain/go/plugin-command", "lab/toolchain/go/plugin-grafana"])(
    "%s",
    async (folder) => {
      const options = { cwd: path.join(projectRoot, folder), env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" } };
      for (const args of [
        ["vet", "./..."],
        ["test", "./..."],
      ]) {
        const { code, stdout, stderr } = await attempt("go", args, options);
        expect(code, `go ${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
      }
    },
    600_000,
  );
});
