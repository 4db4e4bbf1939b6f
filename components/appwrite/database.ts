import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { ConnectionArgs } from "./connection";

export interface DatabaseArgs {
  connection: ConnectionArgs;
  /** Its id, for ever. */
  databaseId: string;
  /** What the console calls it. @default its id */
  name?: string | undefined;
}

/** A database. When it is to be removed and holds tables of somebody else, it stays. */
export class Database extends pulumi.dynamic.Resource {
  constructor(resource: string, args: DatabaseArgs, opts?: pulumi.CustomResourceOptions) {
    const { connection, databaseId, name = databaseId } = args;
    const inputs = { connection, databaseId, name, enabled: true };
    super(implementedIn("components/appwrite/database-provider.ts"), resource, inputs, opts, "appwrite", "Database");
  }
}
