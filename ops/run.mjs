// The entry of every `npm run` command: on a fresh clone it installs the npm dependencies first, then runs ops/<command>.ts.
// Plain JavaScript on Node's own modules, because nothing else is there yet.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);
const oldestNode = 20;

if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  fail(
    `Node.js ${process.versions.node} is too old: install Node.js ${oldestNode} or newer and run the command again.`,
  );
}
if (!command || !existsSync(path.join(root, "ops", `${command}.ts`))) {
  fail(`there is no command "${command ?? ""}"; see "scripts" in package.json.`);
}
installDependencies();
run();

/**
 * Installs what the lock file says, unless what is installed is as new as it. Not `npm ci`, which refuses the lock file
 * of a registry that leaves out other platforms' optional packages; `--no-save` keeps to the lock file just as well.
 */
function installDependencies() {
  const lock = path.join(root, "package-lock.json");
  const installed = path.join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error("Installing the npm dependencies (about a minute) …");
  const npm = spawnSync("npm", ["install", "--no-save", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (npm.status !== 0) fail("`npm install` failed: see its message above, then run the command again.");
}

/** Hands over to the command: same terminal, its exit code is ours, and Ctrl-C reaches it alone (it cleans up). */
function run() {
  const child = spawn(process.execPath, ["--import=tsx", path.join(root, "ops", `${command}.ts`), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
}

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}
