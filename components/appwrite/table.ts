import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { Columns } from "./columns";
import type { ConnectionArgs } from "./connection";
import type { Indexes } from "./indexes";

export interface TableArgs {
  connection: ConnectionArgs;
  databaseId: string;
  /** Its id, for ever. */
  tableId: string;
  /** What the console calls it. @default its id */
  name?: string | undefined;
  /** Key → column. */
  columns: Columns;
  /** Key → index. */
  indexes: Indexes;
  /** Whether a change may cost stored rows, or what is in them. @default it is refused */
  allowDataLoss?: boolean | undefined;
}

/**
 * A table with its columns and indexes, for API keys alone. It is one resource because Appwrite answers for all of it at
 * once and because what a change costs can only be judged as a whole; columns and indexes are maps, so that a preview
 * still names the one that differs, as `columns.summary.size: 500 => 300`. Columns are added and widened in place, indexes
 * replaced freely; what would lose stored rows or parts of them is refused, in the preview already.
 */
export class Table extends pulumi.dynamic.Resource {
  constructor(resource: string, args: TableArgs, opts?: pulumi.CustomResourceOptions) {
    const { connection, databaseId, tableId, name = tableId, columns, indexes, allowDataLoss = false } = args;
    const settings = { connection, databaseId, tableId, name, enabled: true, permissions: [], rowSecurity: false };
    super(
      implementedIn("components/appwrite/table-provider.ts", true),
      resource,
      { ...settings, columns, indexes, allowDataLoss },
      opts,
      "appwrite",
      "Table",
    );
  }
}
