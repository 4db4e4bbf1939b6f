import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { ConnectionArgs } from "./connection";
import { secretMark } from "./secret-mark";

export interface FunctionVariablesArgs {
  connection: ConnectionArgs;
  functionId: string;
  /** Key → value that anybody may see. */
  plain: Record<string, pulumi.Input<string>>;
  /** Key → value for the function alone. */
  secret: Record<string, pulumi.Input<string>>;
}

/**
 * The environment of a function: these variables and no others. A container of the function that is running keeps what it
 * was started with; Appwrite ends it after a minute or so without an execution.
 */
export class FunctionVariables extends pulumi.dynamic.Resource {
  constructor(resource: string, args: FunctionVariablesArgs, opts?: pulumi.CustomResourceOptions) {
    const { connection, functionId, plain } = args;
    const secret = mapped(args.secret, (value) => pulumi.secret(value));
    const marks = mapped(args.secret, (value) =>
      pulumi.unsecret(pulumi.all([connection.key, value]).apply(([key, text]) => secretMark(key, text))),
    );
    const inputs = { connection, functionId, plain, secret, marks };
    super(
      implementedIn("components/appwrite/variables-provider.ts"),
      resource,
      inputs,
      { ...opts, additionalSecretOutputs: ["secret"] },
      "appwrite",
      "FunctionVariables",
    );
  }
}

function mapped<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
