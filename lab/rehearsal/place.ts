/** The stack that is rehearsed. */
export const rehearsedStack = "prod";

/** Where and how one works in the lab. */
export interface LabPlace {
  /** The project's copy. */
  root: string;
  /** In whose network. */
  within: string[];
  /** Besides what the environment has. */
  env: Record<string, string>;
  /** What else is there, besides the servers: what it is → where. */
  beside: Record<string, string>;
}

/** What the process that has the lab says. */
export type KeeperEvent = { place: LabPlace } | { failed: string };
