import type { Check } from "./checks";
import { AppwriteError } from "./errors";

/** What a route takes from the path, the query or the body. */
export interface Parameter<T> {
  check: Check<unknown>;
  optional: boolean;
  default: T;
}

export type Parameters = Record<string, Parameter<unknown>>;

/** The values that a route's parameters have once they are read. */
export type Values<P extends Parameters> = { [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** Must be there. */
export function required<T>(check: Check<T>): Parameter<T> {
  return { check, optional: false, default: undefined as T };
}

/** May be left out, or null. */
export function optional<T>(check: Check<T>, otherwise: T): Parameter<T> {
  return { check, optional: true, default: otherwise };
}

/**
 * The values of the route's parameters; whatever else was sent is ignored, as Appwrite does.
 * @throws {AppwriteError} 400 `general_argument_invalid` for the first that is missing or wrong
 */
export function readParameters<P extends Parameters>(parameters: P, sent: Record<string, unknown>): Values<P> {
  const values = Object.entries(parameters).map(([name, parameter]) => [name, readParameter(name, parameter, sent)]);
  return Object.fromEntries(values) as Values<P>;
}

function readParameter(name: string, parameter: Parameter<unknown>, sent: Record<string, unknown>): unknown {
  const { check, optional } = parameter;
  if (!Object.hasOwn(sent, name)) {
    if (!optional) throw new AppwriteError("general_argument_invalid", `Param "${name}" is not optional.`);
    return parameter.default;
  }
  const value = sent[name];
  if (optional && value === null) return parameter.default;
  if (!check.accepts(value)) {
    throw new AppwriteError("general_argument_invalid", `Invalid \`${name}\` param: ${check.description}`);
  }
  return check.read ? check.read(value) : value;
}
