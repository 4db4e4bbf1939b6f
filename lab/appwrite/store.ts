import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Stored, timeText } from "./documents";

interface Change {
  in: string;
  id: string;
  /** Absent when it was deleted. */
  is?: Stored;
}

/** The stored things of one kind, in their order of creation. What is handed out is never changed in place. */
export class Collection<T extends Stored> {
  private readonly stored = new Map<string, T>();
  private last = 0;

  constructor(
    private readonly name: string,
    private readonly write: (change: Change) => void,
  ) {}

  get(id: string): T | undefined {
    return this.stored.get(id);
  }

  has(id: string): boolean {
    return this.stored.has(id);
  }

  all(): T[] {
    return [...this.stored.values()];
  }

  get size(): number {
    return this.stored.size;
  }

  /** Stores a new one; whoever calls has seen that its id is free. */
  create(id: string, what: Omit<T, keyof Stored> & Partial<Stored>): T {
    const now = timeText();
    const created = { $createdAt: now, $updatedAt: now, ...what, $id: id, $sequence: this.last + 1 } as T;
    this.put(created);
    return created;
  }

  /** Changes some of its values, and the time of its last change. */
  update(id: string, change: Partial<T>): T {
    const old = this.stored.get(id);
    if (!old) throw new Error(`the lab's Appwrite has no ${this.name} ${id} to change`);
    const updated = { ...old, $updatedAt: timeText(), ...change };
    this.put(updated);
    return updated;
  }

  delete(id: string): void {
    if (this.stored.delete(id)) this.write({ in: this.name, id });
  }

  /** Takes over what was read from the journal. */
  restore({ id, is }: Change): void {
    if (!is) this.stored.delete(id);
    else this.stored.set(id, is as T);
    this.last = Math.max(this.last, is?.$sequence ?? 0);
  }

  private put(what: T): void {
    this.stored.set(what.$id, what);
    this.last = Math.max(this.last, what.$sequence);
    this.write({ in: this.name, id: what.$id, is: what });
  }
}

/**
 * All that the stand-in knows, in memory. With a folder every change is also written down before the answer goes out,
 * so that it survives the process, as a database would.
 */
export class Store {
  private readonly collections = new Map<string, Collection<Stored>>();
  private readonly journal: string | undefined;

  constructor(readonly folder: string | undefined) {
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const journal = path.join(folder, "journal.jsonl");
    if (existsSync(journal)) this.replay(journal);
    this.journal = journal;
  }

  collection<T extends Stored>(name: string): Collection<T> {
    const known = this.collections.get(name);
    if (known) return known as unknown as Collection<T>;
    const created = new Collection<T>(name, (change) => this.write(change));
    this.collections.set(name, created as unknown as Collection<Stored>);
    return created;
  }

  private write(change: Change): void {
    if (this.journal) appendFileSync(this.journal, `${JSON.stringify(change)}\n`);
  }

  /** Reads what was written down, and shortens it to what is still there. */
  private replay(journal: string): void {
    // A process that was killed may have left half a line at the end.
    const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
    for (const line of lines) {
      const change = JSON.parse(line) as Change;
      this.collection(change.in).restore(change);
    }
    const kept = [...this.collections].flatMap(([name, collection]) =>
      collection.all().map((is): Change => ({ in: name, id: is.$id, is })),
    );
    writeFileSync(`${journal}.new`, kept.map((change) => `${JSON.stringify(change)}\n`).join(""));
    renameSync(`${journal}.new`, journal);
  }
}
