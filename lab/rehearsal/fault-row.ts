import type { Fleet } from "./fleet";

/** A fault that is caused for real on the lab's fleet, and what has to come of it. */
export interface FaultRow {
  /** What is done to the fleet. */
  fault: string;
  /** Causes it. Nothing where looking is causing it. */
  cause?: (fleet: Fleet) => Promise<unknown>;
  /**
   * Has a person work on the fleet meanwhile, and looks what they see and what state the fleet is in.
   * @returns what they see
   * @throws {Unexpected} when that is not what the project promises
   */
  look: (fleet: Fleet) => Promise<string>;
  /** Takes it away again, as a person would; also after a look that failed. */
  end?: (fleet: Fleet) => Promise<unknown>;
  /** Whether what was changed on the servers is put right by a deployment that looks first. @default false */
  refresh?: boolean;
}
