import { type OrderBy, TablesDBIndexType } from "node-appwrite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppwriteStandIn } from "../../lab/appwrite/server";
import { alertColumns, alertIndexes } from "./schema";
import { type TableInputs, tableKind } from "./table-provider";
import { connectionTo, impatient, somebody, startStandIn, TriedResource } from "./testing";

const said = vi.spyOn(console, "info").mockImplementation(() => {});
const at = { databaseId: "monitoring", tableId: "alerts" };
const noDefault = null as unknown as string;

describe("the table of alerts", () => {
  let appwrite: AppwriteStandIn;
  let inputs: TableInputs;
  let table: TriedResource<TableInputs, TableInputs>;
  const byHand = () => somebody(appwrite).tables;
  const calls = (method: string, of = "") =>
    appwrite.log.filter((call) => call.method === method && call.path.includes(of) && call.status < 300);

  beforeEach(async () => {
    said.mockClear();
    appwrite = await startStandIn();
    appwrite.delayStates(2);
    await byHand().create({ databaseId: "monitoring", name: "monitoring" });
    const settings = { name: "alerts", enabled: true, permissions: [], rowSecurity: false, allowDataLoss: false };
    const connection = connectionTo(appwrite);
    inputs = { connection, ...at, ...settings, columns: alertColumns, indexes: alertIndexes };
    table = new TriedResource(tableKind);
  });

  afterEach(() => appwrite.stop());

  /** The declaration with another `summary`. */
  const withSummary = (change: object, rest: Partial<TableInputs> = {}): TableInputs => ({
    ...inputs,
    ...rest,
    columns: { ...alertColumns, summary: { ...alertColumns.summary, ...change } },
  });

  /** The table, made, with an alert in it. */
  async function filled(): Promise<void> {
    await table.up(inputs);
    await store();
  }

  async function store(values: Record<string, unknown> = {}): Promise<void> {
    const now = new Date().toISOString();
    const required = {
      alertname: "A",
      instance: "server-80",
      severity: "warning",
      category: "system",
      status: "firing",
    };
    const times = { startsAt: now, createdAt: now, updatedAt: now };
    const data = { ...required, ...times, fingerprint: "f", rawAlert: "{}", summary: "In short", ...values };
    await byHand().createRow({ ...at, rowId: "unique()", data });
  }

  /** By hand: asked for, and waited for until the workers have done it. */
  async function eventually(work: Promise<unknown>): Promise<void> {
    await work;
    await vi.waitFor(async () => {
      const { columns, indexes } = await byHand().getTable(at);
      expect([...columns, ...indexes].filter(({ status }) => status !== "available")).toEqual([]);
    });
  }

  describe("is made", () => {
    it("with 18 columns and 5 indexes, all available, for API keys alone", async () => {
      expect(await table.up(inputs)).toBe("create");
      const { columns, indexes, $permissions, rowSecurity, enabled } = await byHand().getTable(at);
      expect(columns.map(({ key }) => key)).toEqual(Object.keys(alertColumns));
      expect(indexes.map(({ key, type }) => `${key} ${type}`)).toEqual([
        "fingerprint unique",
        "status key",
        "severity key",
        "instance key",
        "startsAt key",
      ]);
      expect([...columns, ...indexes].every(({ status }) => status === "available")).toBe(true);
      expect({ $permissions, rowSecurity, enabled }).toEqual({ $permissions: [], rowSecurity: false, enabled: true });
      expect(await table.refresh()).toBe("same");
      expect(await table.up(inputs)).toBe("same");
      expect(said).not.toHaveBeenCalled();
    });

    it("with an index that keeps a second row of a fingerprint out", async () => {
      await filled();
      await expect(store()).rejects.toThrow(/already exists/);
    });

    it("once, and without a failure, whatever answers get lost", async () => {
      for (const of of ["POST /tablesdb/monitoring/tables", "GET /tablesdb/monitoring/tables/alerts"]) {
        appwrite.loseNextAnswer(2, of);
      }
      appwrite.loseNextAnswer(2, "POST /tablesdb/monitoring/tables/alerts/columns/string");
      appwrite.loseNextAnswer(1, "POST /tablesdb/monitoring/tables/alerts/columns/url");
      appwrite.loseNextAnswer(1, "POST /tablesdb/monitoring/tables/alerts/indexes");
      await table.up(inputs);
      expect(calls("POST", "/columns/")).toHaveLength(18);
      expect(calls("POST", "/indexes")).toHaveLength(5);
      expect(await table.refresh()).toBe("same");
    });

    it("not, with the server's own reason, when a column cannot be made; the next try puts that right", async () => {
      appwrite.failNextColumn("Row width limit reached");
      await expect(table.up(inputs)).rejects.toThrow(
        /table monitoring\/alerts: column alertname: Appwrite could not make it \(failed\): Row width limit reached/,
      );
      await table.up(inputs);
      expect(await table.refresh()).toBe("same");
      expect(said.mock.lastCall?.[0]).toContain("adopted; column alertname made anew");
    });

    it("not, with the server's own reason, when an index cannot be made; the next try puts that right", async () => {
      await table.up({ ...inputs, indexes: {} });
      appwrite.failNextColumn("Duplicate entry");
      await expect(table.up(inputs)).rejects.toThrow(/index fingerprint: .*Duplicate entry/);
      await table.up(inputs);
      expect(await table.refresh()).toBe("same");
    });

    it("not, when the server's workers do nothing for too long", async () => {
      appwrite.delayStates(60_000);
      await expect(new TriedResource(tableKind, impatient).up(inputs)).rejects.toThrow(
        /alerts: still making column .*alertname.* after 1 s. Do Appwrite's/,
      );
    });
  });

  describe("is adopted", () => {
    beforeEach(async () => {
      await byHand().createTable({ ...at, name: "Alerts", permissions: ['read("users")'] });
    });

    it("when nothing of it is lost: what is missing is added, what is too narrow widened, and that is said", async () => {
      await eventually(byHand().createStringColumn({ ...at, key: "summary", size: 300, required: true }));
      await eventually(byHand().createEnumColumn({ ...at, key: "status", elements: ["firing"], required: true }));
      const orders = ["desc" as OrderBy];
      await eventually(
        byHand().createIndex({ ...at, key: "by_status", type: TablesDBIndexType.Key, columns: ["status"], orders }),
      );
      await table.up(inputs);
      expect(await table.refresh()).toBe("same");
      const message = said.mock.lastCall?.[0];
      expect(message).toMatch(
        /table monitoring\/alerts: adopted; name set anew, permissions set anew, column alertname added/,
      );
      expect(message).toContain("column summary changed");
      expect(message).toContain("index by_status removed");
      expect(message).not.toContain("column status added");
    });

    it("once what somebody else has begun there is done", async () => {
      appwrite.delayStates(60);
      await byHand().createStringColumn({ ...at, key: "impact", size: 1000, required: false });
      await table.up(inputs);
      expect(calls("DELETE")).toEqual([]);
      expect(await table.refresh()).toBe("same");
    });

    it.each([
      [
        "a column of another type",
        "endsAt is of type string, declared is datetime",
        () => byHand().createStringColumn({ ...at, key: "endsAt", size: 99, required: false }),
      ],
      [
        "a list of texts for a text",
        "service is of type string[], declared is string",
        () => byHand().createStringColumn({ ...at, key: "service", size: 255, required: false, array: true }),
      ],
      [
        "an encrypted column",
        "service is of type encrypted string, declared is string",
        () => byHand().createStringColumn({ ...at, key: "service", size: 255, required: false, encrypt: true }),
      ],
      [
        "a wider column",
        "summary has 5000 characters, declared are 500",
        () => byHand().createStringColumn({ ...at, key: "summary", size: 5000, required: false }),
      ],
      [
        "a column of its own",
        "the integer column visits is not declared",
        () => byHand().createIntegerColumn({ ...at, key: "visits", required: false }),
      ],
    ])("not with %s: it is left as it is, and the error says what does not fit", async (_, why, make) => {
      await eventually(make());
      const before = await byHand().getTable(at);
      const refused = new RegExp(
        `table monitoring/alerts: is there already and does not fit: .*${why.replace("[]", "\\[\\]")}. Nothing of it`,
      );
      await expect(table.preview(inputs)).rejects.toThrow(refused);
      // Should nobody have looked before.
      await expect(table.implementation.create(inputs)).rejects.toThrow(/is there already and does not fit/);
      expect(await byHand().getTable(at)).toEqual(before);
    });
  });

  describe("shows as drift", () => {
    const changes: [string, () => Promise<unknown>][] = [
      [
        "a column that was widened",
        () => byHand().updateStringColumn({ ...at, key: "summary", size: 800, required: false, xdefault: noDefault }),
      ],
      [
        "a column that became required",
        () => byHand().updateUrlColumn({ ...at, key: "runbook", required: true, xdefault: noDefault }),
      ],
      [
        "a column that got a default",
        () => byHand().updateStringColumn({ ...at, key: "impact", required: false, xdefault: "none" }),
      ],
      [
        "an enum that got another element",
        () =>
          byHand().updateEnumColumn({
            ...at,
            key: "status",
            elements: ["firing", "resolved", "silenced"],
            required: true,
            xdefault: noDefault,
          }),
      ],
      ["a column that was deleted", () => byHand().deleteColumn({ ...at, key: "impact" })],
      ["a column that was added", () => byHand().createBooleanColumn({ ...at, key: "seen", required: false })],
      ["an index that was deleted", () => byHand().deleteIndex({ ...at, key: "startsAt" })],
      [
        "an index that was added",
        () => byHand().createIndex({ ...at, key: "category", type: TablesDBIndexType.Key, columns: ["category"] }),
      ],
      ["permissions", () => byHand().updateTable({ ...at, name: "alerts", permissions: ['read("any")'] })],
      ["row security", () => byHand().updateTable({ ...at, name: "alerts", rowSecurity: true })],
      ["another name", () => byHand().updateTable({ ...at, name: "Alerts" })],
      ["that it was disabled", () => byHand().updateTable({ ...at, name: "alerts", enabled: false })],
    ];

    it.each(changes)("%s, and puts it right while there is nothing to lose", async (_, change) => {
      await table.up(inputs);
      await eventually(change());
      expect(await table.refresh()).toBe("drift");
      expect(await table.up(inputs)).toBe("update");
      expect(await table.refresh()).toBe("same");
    });

    it("where it is in terms of the declaration", async () => {
      await table.up(inputs);
      await changes[0]?.[1]();
      await table.refresh();
      expect(table.state.columns.summary).toEqual({ ...alertColumns.summary, size: 800 });
    });

    it("that it was deleted", async () => {
      await table.up(inputs);
      await byHand().deleteTable(at);
      expect(await table.refresh()).toBe("gone");
    });
  });

  describe("with alerts in it", () => {
    beforeEach(filled);

    it.each([
      ["a wider column", () => withSummary({ size: 900 })],
      ["a column that may be empty or not", () => withSummary({ required: true })],
      [
        "a new column",
        () => ({ ...inputs, columns: { ...alertColumns, server: { type: "string", size: 50, required: false } } }),
      ],
      [
        "a new element",
        () => ({
          ...inputs,
          columns: {
            ...alertColumns,
            status: { type: "enum", elements: ["firing", "resolved", "silenced"], required: true },
          },
        }),
      ],
      [
        "other indexes",
        () => ({
          ...inputs,
          indexes: { status: { type: "key", columns: ["status", "severity"], orders: ["asc", "desc"] } },
        }),
      ],
    ] as [string, () => TableInputs][])("takes %s in place, and keeps them", async (_, change) => {
      expect(await table.up(change())).toBe("update");
      expect(await table.refresh()).toBe("same");
      expect(appwrite.rows("monitoring", "alerts")).toMatchObject([{ fingerprint: "f", summary: "In short" }]);
      expect(calls("DELETE", "/columns/")).toEqual([]);
    });

    const without = (key: keyof typeof alertColumns) => {
      const { [key]: _, ...columns } = alertColumns;
      return { ...inputs, columns };
    };

    it.each([
      ["narrower", "the column summary has 500 characters, declared are 300", () => withSummary({ size: 300 })],
      ["of another type", "the column summary is of type string, declared is url", () => withSummary({ type: "url" })],
      ["gone", "the string column impact is not declared", () => without("impact")],
      [
        "without an element",
        "the column severity may hold info, which is not declared",
        () => ({
          ...inputs,
          columns: {
            ...alertColumns,
            severity: { type: "enum", elements: ["warning", "critical", "emergency"], required: true },
          },
        }),
      ],
    ] as [string, string, () => TableInputs][])(
      "refuses a column that is to be %s, before anything is done, and says why",
      async (_, why, change) => {
        const refused = `table monitoring/alerts: ${why}, and it holds 1 row, which would lose by it. To do it all`;
        await expect(table.preview(change())).rejects.toThrow(refused);
        // Should nobody have looked before.
        await expect(table.implementation.update("", table.state, change())).rejects.toThrow(why);
        expect(await table.refresh()).toBe("same");
        expect(appwrite.rows("monitoring", "alerts")).toHaveLength(1);
      },
    );

    it("does all of that when the stack says so", async () => {
      const { impact: _, ...columns } = alertColumns;
      const narrow = {
        ...columns,
        summary: { ...alertColumns.summary, size: 300 },
        service: { type: "url", required: false },
      };
      const allowed = { ...inputs, allowDataLoss: true, columns: narrow } as TableInputs;
      expect(await table.up(allowed)).toBe("update");
      expect(await table.refresh()).toBe("same");
      expect(appwrite.rows("monitoring", "alerts")).toMatchObject([{ summary: "In short" }]);
    });

    it("is not narrowed below what is in it, even then; the server's reason is told", async () => {
      await expect(table.up(withSummary({ size: 3 }, { allowDataLoss: true }))).rejects.toThrow(
        /column summary: .*too large for new size.* \(400 column_invalid_resize\)/,
      );
    });

    it("is not put back to what is declared when somebody has widened it or added to it", async () => {
      await byHand().updateStringColumn({ ...at, key: "summary", size: 800, required: false, xdefault: noDefault });
      await eventually(byHand().createBooleanColumn({ ...at, key: "seen", required: false }));
      expect(await table.refresh()).toBe("drift");
      await expect(table.up(inputs)).rejects.toThrow(
        /the boolean column seen is not declared; the column summary has 800 characters, declared are 500/,
      );
    });

    it("is not removed, and stays when all else goes", async () => {
      await expect(table.destroy()).rejects.toThrow(
        /table monitoring\/alerts: holds 1 row and stays. To remove it with them, set allowDataLoss/,
      );
      expect(appwrite.rows("monitoring", "alerts")).toHaveLength(1);
    });

    it("is removed when the stack has said so", async () => {
      await table.up({ ...inputs, allowDataLoss: true });
      await table.destroy();
      await expect(byHand().getTable(at)).rejects.toThrow(/could not be found/);
    });

    it("is not replaced by one of another id, unless the stack had said so before", async () => {
      const other = { ...inputs, tableId: "other", allowDataLoss: true };
      await expect(table.up(other)).rejects.toThrow(/table monitoring\/alerts would be replaced, and holds 1 row/);
      await table.up({ ...inputs, allowDataLoss: true });
      expect(await table.up(other)).toBe("replace");
      expect(await byHand().getTable({ ...at, tableId: "other" })).toMatchObject({ name: "alerts" });
    });
  });

  it("without alerts is removed, and replaced, without a question", async () => {
    await table.up(inputs);
    expect(await table.up({ ...inputs, tableId: "other" })).toBe("replace");
    await table.destroy();
    expect((await byHand().listTables({ databaseId: "monitoring" })).total).toBe(0);
  });

  it("cannot be judged while Appwrite is away: a preview says nothing, an up fails with the reason", async () => {
    await table.up(inputs);
    appwrite.away = true;
    expect(await table.preview(withSummary({ size: 300 }))).toBe("update");
    await expect(table.up(withSummary({ size: 300 }))).rejects.toThrow(/table monitoring\/alerts: /);
  });
});
