import { attempt, must } from "../ops/process";

/** Installs packages of the system's, unless the programs that are wanted of them are there. Debian, as root. */
export async function installPackages(packages: string[], programs: string[]): Promise<void> {
  const found = await Promise.all(programs.map((program) => attempt("sh", ["-c", `command -v ${program}`])));
  if (found.every(({ code }) => code === 0)) return;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await must("apt-get", ["update"], options);
  await must("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], options);
}
