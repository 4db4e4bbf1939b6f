import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { type ColumnChange, type Columns, columnChanges } from "./columns";
import { type Indexes, indexChanges } from "./indexes";
import { keysOf, LiveTable, type SeenTable } from "./live-table";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";
import type { AppwriteServer } from "./server";

export interface TableInputs extends ManagedInputs {
  databaseId: string;
  tableId: string;
  name: string;
  enabled: boolean;
  permissions: string[];
  rowSecurity: boolean;
  columns: Columns;
  indexes: Indexes;
  /** Whether a change may cost stored rows, or what is in them. */
  allowDataLoss: boolean;
}

const wayOut =
  "To do it all the same, set allowDataLoss for the stack and run `pulumi up`; to keep what is stored, undo the change.";

/** A table with its columns and indexes. */
export const tableKind: Kind<TableInputs> = {
  name: ({ databaseId, tableId }) => `table ${databaseId}/${tableId}`,
  id: ({ databaseId, tableId }) => `${databaseId}/${tableId}`,
  fixed: ["databaseId", "tableId"],
  remembered: [],

  async apply(server, inputs, previous) {
    const what = tableKind.name(inputs);
    const { databaseId, tableId, name, enabled, permissions, rowSecurity } = inputs;
    const table = new LiveTable(server, inputs);
    const { existed } = await server.make(
      what,
      () => server.tables.getTable({ databaseId, tableId }),
      () => server.tables.createTable({ databaseId, tableId, name, enabled, permissions, rowSecurity }),
    );
    const seen = await table.settle();
    const refusal = await refusalOf(server, inputs, seen, previous !== undefined);
    if (refusal) throw server.error(what, refusal);

    const changes = [...(await applySettings(server, inputs, seen)), ...(await applyColumns(table, inputs, seen))];
    // A column that went has taken indexes with it.
    changes.push(...(await applyIndexes(table, inputs, await table.settle())));
    const left = differences(inputs, await table.settle());
    if (left.length > 0) throw server.error(what, `not as declared: ${left.join(", ")}. Does somebody else change it?`);
    if (existed && !previous) server.say(what, `adopted${changes.length > 0 ? `; ${changes.join(", ")}` : ""}`);
    return inputs;
  },

  async read(server, state) {
    const seen = await new LiveTable(server, state).read();
    // Read back in the terms of the declaration, whatever is there.
    return seen && ({ ...state, ...seen } as TableInputs);
  },

  async remove(server, state) {
    const { databaseId, tableId, allowDataLoss } = state;
    const what = tableKind.name(state);
    const rows = allowDataLoss ? 0 : await new LiveTable(server, state).rows();
    if (rows > 0) {
      throw server.error(
        what,
        `holds ${count(rows)} and stays. To remove it with them, set allowDataLoss for the stack, run \`pulumi up\`, ` +
          "then try again; to keep it and forget it here, use `pulumi state delete`.",
      );
    }
    await server.remove(what, () => server.tables.deleteTable({ databaseId, tableId }));
  },

  async refusals(server, inputs, previous) {
    const failures: pulumi.dynamic.CheckFailure[] = [];
    // Without a property, all of whose value the engine would show.
    const refuse = (reason: string) => failures.push({ property: "", reason });
    const replaced = previous && tableKind.fixed.find((name) => previous[name] !== inputs[name]);
    if (replaced && !previous.allowDataLoss) {
      // The old table goes after the new one came, by what the state says of it.
      const rows = await new LiveTable(server, previous).rows();
      const old = tableKind.name(previous);
      if (rows > 0) refuse(`${old} would be replaced, and holds ${count(rows)}. ${wayOut}`);
    }
    const seen = await new LiveTable(server, inputs).read();
    const refusal = seen && (await refusalOf(server, inputs, seen, previous !== undefined && !replaced));
    if (refusal) refuse(`${tableKind.name(inputs)}: ${refusal}`);
    return failures;
  },
};

export const provider = implementationOf(tableKind);

/** Why the table on the server must not be changed into the declared one. */
async function refusalOf(
  server: AppwriteServer,
  inputs: TableInputs,
  seen: SeenTable,
  isOurs: boolean,
): Promise<string | undefined> {
  if (inputs.allowDataLoss) return undefined;
  const losses = columnChanges(inputs.columns, seen.columns).flatMap(({ loses }) => loses ?? []);
  if (losses.length === 0) return undefined;
  if (!isOurs) {
    return (
      `is there already and does not fit: ${losses.join("; ")}. Nothing of it was changed. ` +
      "Rename or remove it there, give this one another id, or set allowDataLoss for the stack."
    );
  }
  const rows = await new LiveTable(server, inputs).rows();
  return rows > 0 ? `${losses.join("; ")}, and it holds ${count(rows)}, which would lose by it. ${wayOut}` : undefined;
}

async function applySettings(server: AppwriteServer, inputs: TableInputs, seen: SeenTable): Promise<string[]> {
  const { databaseId, tableId, name, enabled, permissions, rowSecurity } = inputs;
  const settings = { name, enabled, permissions, rowSecurity };
  const changed = Object.entries(settings)
    .filter(([setting, value]) => !isDeepStrictEqual(seen[setting as keyof typeof settings], value))
    .map(([setting]) => `${setting} set anew`);
  if (changed.length > 0) {
    await server.ask(tableKind.name(inputs), () => server.tables.updateTable({ databaseId, tableId, ...settings }));
  }
  return changed;
}

async function applyColumns(table: LiveTable, { columns }: TableInputs, seen: SeenTable): Promise<string[]> {
  const changes = columnChanges(columns, seen.columns);
  await table.deleteColumns(keysOf(changes, "delete", "recreate"));
  const made = keysOf(changes, "create", "recreate");
  for (const key of made) await onColumn(columns, key, (column) => table.createColumn(key, column));
  await table.available("column", made);
  for (const key of keysOf(changes, "update")) {
    await onColumn(columns, key, (column) => table.updateColumn(key, column));
  }
  return changes.map(describe);
}

async function onColumn(columns: Columns, key: string, work: (column: Columns[string]) => Promise<void>) {
  const column = columns[key];
  if (column) await work(column);
}

async function applyIndexes(table: LiveTable, { indexes }: TableInputs, seen: SeenTable): Promise<string[]> {
  const { remove, create } = indexChanges(indexes, seen.indexes);
  await table.deleteIndexes(remove);
  for (const [key, index] of Object.entries(indexes)) if (create.includes(key)) await table.createIndex(key, index);
  await table.available("index", create);
  return [...remove.map((key) => `index ${key} removed`), ...create.map((key) => `index ${key} made`)];
}

/** What is still not as declared. */
function differences({ columns, indexes }: TableInputs, seen: SeenTable): string[] {
  const { remove, create } = indexChanges(indexes, seen.indexes);
  const keys = columnChanges(columns, seen.columns).map(({ key }) => `column ${key}`);
  return [...keys, ...new Set([...remove, ...create].map((key) => `index ${key}`))];
}

function describe({ key, how }: ColumnChange): string {
  const done = { create: "added", update: "changed", delete: "removed", recreate: "made anew" } as const;
  return `column ${key} ${done[how]}`;
}

function count(rows: number): string {
  return rows === 1 ? "1 row" : `${rows.toLocaleString("en")} rows`;
}
