/**
 * Where a command of the documentation is run: `here`, by the tests of the documentation themselves (those that follow a
 * page, or test/doc-commands.test.ts); by another test or by what one is made of, in which the words `as` stand; or
 * nowhere, and why that is so.
 */
export type Where = "here" | { by: string; as: string } | { never: string };

const prodStack = "test/e2e/prod-stack.test.ts";
const backup = "test/e2e/local-stack-backup.ts";
const localStack = "test/e2e/local-stack.test.ts";

/** Command, as `keyOf` has it → where it is run. */
export const whereRun: Record<string, Where> = {
  "npm start": { by: localStack, as: '"ops/run.mjs", "start"' },
  "npm start --stop": { by: localStack, as: 'start("--stop")' },
  "npm test": { by: ".ci/run", as: "npm test" },
  "npm test --project": { never: "a part of npm test, which runs the same files" },
  "npm audit": { never: "asks a registry, which many mirrors do not answer" },
  "npm audit --audit-level": { never: "asks a registry, which many mirrors do not answer" },

  "npm run render --out": "here",
  "npm run host-keys": "here",
  "npm run docs": "here",
  "npm run build": "here",
  "npm run licences": "here",
  "npm run toolchain": { by: "ops/test.ts", as: "prepareToolchain(" },
  "npm run up": { by: "lab/rehearsal/fleet.ts", as: 'this.command("up"' },
  "npm run up --refresh": { by: "lab/rehearsal/drift-rows.ts", as: 'fleet.up("--refresh")' },
  "npm run backup": { by: backup, as: 'command("backup"' },
  "npm run restore --from": { by: backup, as: 'command("restore", "--from"' },
  "npm run verify": { by: prodStack, as: 'npmRun("verify"' },
  "npm run verify --json": { by: prodStack, as: 'npmRun("verify", "--json"' },
  "npm run drift": { by: localStack, as: '"ops/run.mjs", "drift"' },
  "npm run test-alert": { by: prodStack, as: 'npmRun("test-alert"' },
  "npm run test-alert --category --severity": { by: localStack, as: 'testAlert("--severity"' },
  "npm run ci preview": { by: "ops/ci/steps.test.ts", as: 'runStep(kind, "preview")' },
  "npm run ci": { by: "ops/ci/steps.test.ts", as: 'runStep("github", "deploy")' },
  "npm run security-metrics --once --root": { by: "images/security-metrics/src/main.test.ts", as: '"--once"' },
  "npm run images lock": { never: "needs a registry of images" },
  "npm run dashboards": {
    never: "draws what test/e2e/dashboards.test.ts asks, for which it takes three minutes of load",
  },
  "npm run lab": { never: "a shell for a person; what it stands on is run by test/e2e/prod-stack.test.ts" },
  "npm run bench": { never: "measures for half an hour" },

  "pulumi up": { by: prodStack, as: 'pulumi("up", "--yes", "--skip-preview")' },
  "pulumi up --refresh": { by: prodStack, as: 'pulumi("up", "--yes", "--skip-preview", "--refresh")' },
  "pulumi up --replace": "here",
  "pulumi preview --diff --refresh": "here",
  "pulumi config set": { by: "lab/hosts/lab-stack.ts", as: '"config", "set", "--path"' },
  "pulumi config set --secret": { by: "lab/hosts/lab-stack.ts", as: '"config", "set", "--secret"' },
  "pulumi stack init": "here",
  "pulumi stack output --show-secrets": {
    by: "lab/hosts/lab-stack.ts",
    as: '"output", "passwords", "--json", "--show-secrets"',
  },
  "pulumi stack change-secrets-provider": "here",
  "pulumi stack export": { by: "test/e2e/state-backend.test.ts", as: "docs/state.md" },

  "npx vitest run --project": "here",
  "npx vitest run --project -t": "here",
  "amtool config routes test": "here",
  grep: "here",
  export: "here",
  useradd: { by: "lab/hosts/host-init.sh", as: "useradd --create-home" },
  install: { by: "lab/hosts/host-init.sh", as: 'install -d -o "$user" /srv/monitoring' },
  "docker exec": { never: "Grafana's own program, which is in no package registry" },
  "git revert": { never: "a person's own history" },
};

/** Pages whose commands a test of their own runs as they stand there. */
export const followedBy: Record<string, string> = {
  "docs/state.md": "test/e2e/state-backend.test.ts",
};

/** Flags whose value is the next word. */
const valued =
  /^(--(stack|out|severity|category|root|replace|project|only|server|registry|file|from|secrets-provider)|-t)$/;
/** Flags that say where or with what, and not what is done. */
const silent = /^(-s|--stack|--config\.file)$/;

/**
 * What is the same of a command wherever it stands: its program, its subcommands, its flags in order of the alphabet;
 * not the stack, names, files and values. As `npm run render --out`.
 */
export function keyOf(command: string): string {
  const [program = "", ...words] = command
    .replace(/^(\w+=\S* )+/, "")
    .replace(/^\.toolchain\/bin\//, "")
    .replace(/ [<>|] .*$/, "")
    .split(/\s+/);
  if (!/^(npm|npx|pulumi|amtool)$/.test(program)) {
    return [program, ...words.slice(0, 1).filter((word) => /^(docker|git)$/.test(program) && word !== "")].join(" ");
  }
  const flags: string[] = [];
  const subcommands: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [flag = ""] = word.split("=");
    if (/^--?\w/.test(word)) {
      if (!silent.test(flag)) flags.push(flag);
      if (valued.test(word)) index++;
    } else if (/^[a-z][a-z-]*$/.test(word)) subcommands.push(word);
  }
  const depth = depths.find(([start]) => [program, ...subcommands].join(" ").startsWith(start))?.[1] ?? 2;
  return [program, ...subcommands.slice(0, depth), ...flags.sort(byName)].join(" ");
}

/** How many words after the program name what is done; those that follow are names. */
const depths: [start: string, words: number][] = [
  ["npm run ci", 3],
  ["npm run images", 3],
  ["npm run", 2],
  ["npm", 1],
  ["amtool", 3],
  ["pulumi stack", 2],
  ["pulumi config", 2],
  ["pulumi", 1],
];

/** Long flags before short ones. */
function byName(a: string, b: string): number {
  const [first, second] = [a, b].map((flag) => `${flag.startsWith("--") ? 0 : 1}${flag}`);
  return (first ?? "") < (second ?? "") ? -1 : 1;
}
