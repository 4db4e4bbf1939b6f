import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { ConnectionArgs } from "./connection";

export interface AppwriteFunctionArgs {
  connection: ConnectionArgs;
  /** Its id, for ever. */
  functionId: string;
  /** What the console calls it. @default its id */
  name?: string | undefined;
  /** As `node-22`. */
  runtime: string;
  /** The file of the bundle that is run. @default main.js */
  entrypoint?: string | undefined;
  /** When it runs by itself, as cron in UTC. @default never */
  schedule?: string | undefined;
  /** How long an execution may take, in seconds. */
  timeout: number;
  /** What the key may do that Appwrite hands to every execution. */
  scopes: readonly string[];
}

/**
 * A function: what it is allowed to and when it runs. Nobody may execute it but the holder of an API key with the scope
 * `execution.write`. Its code is a {@link Deployment}, its settings are {@link FunctionVariables}.
 */
export class AppwriteFunction extends pulumi.dynamic.Resource {
  constructor(resource: string, args: AppwriteFunctionArgs, opts?: pulumi.CustomResourceOptions) {
    const { connection, functionId, name = functionId, runtime, entrypoint = "main.js", schedule = "" } = args;
    const settings = { connection, functionId, name, runtime, entrypoint, schedule };
    const { timeout, scopes } = args;
    super(
      implementedIn("components/appwrite/function-provider.ts"),
      resource,
      { ...settings, timeout, scopes, execute: [], events: [], commands: "", enabled: true, logging: true },
      opts,
      "appwrite",
      "Function",
    );
  }
}
