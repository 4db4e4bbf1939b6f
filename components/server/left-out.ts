/**
 * Environment variable by which `npm run up` tells the program which servers this deployment leaves out, as their names
 * with commas between: nothing is asked of them, and the engine excludes what is on them.
 */
export const leftOutVariable = "MONITORING_LEFT_OUT";

/** The servers that this deployment leaves out; as a rule none. */
export function leftOutServers(): Set<string> {
  return new Set((process.env[leftOutVariable] ?? "").split(",").filter((name) => name !== ""));
}
