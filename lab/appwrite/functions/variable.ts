import type { Models } from "node-appwrite";
import type { Stored } from "../documents";

/** A function's variable as it is stored. */
export interface StoredVariable extends Stored {
  key: string;
  value: string;
  secret: boolean;
  /** The function that it is of. */
  resourceId: string;
}

/** A variable as it is answered: a secret one without its value. */
export function variableAnswer({ $sequence: _, ...variable }: StoredVariable): VariableAnswer {
  return { ...variable, value: variable.secret ? null : variable.value, resourceType: "function" };
}

type VariableAnswer = Omit<Models.Variable, "value"> & { value: string | null };
