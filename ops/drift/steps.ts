import { isDeepStrictEqual } from "node:util";

/** A resource as the engine's events show it: secrets are held back. */
export interface EventState {
  inputs?: Record<string, unknown> | null;
  outputs?: Record<string, unknown> | null;
  custom?: boolean;
}

interface EventMetadata {
  op: string;
  urn: string;
  type: string;
  old?: EventState | null;
  new?: EventState | null;
  diffs?: string[] | null;
  /** Path → kind of its difference. */
  detailedDiff?: Record<string, { diffKind: string }> | null;
}

/** One line of `pulumi preview --json` with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW`. */
interface EngineEvent {
  resourcePreEvent?: { metadata: EventMetadata };
  resOutputsEvent?: { metadata: EventMetadata };
  diagnosticEvent?: { urn?: string; message: string; severity: string };
}

/** What a deployment would do with one resource, after it had looked at what is there. */
export interface Step {
  urn: string;
  type: string;
  /** `create`, `update`, `replace` or `delete`. */
  op: string;
  /** What there is, by the look; nothing when it is gone. */
  found: EventState | undefined;
  /** What the program declares; nothing when it no longer does. */
  declared: EventState | undefined;
  /** The settings that differ; nothing when the provider does not say which. */
  settings: string[] | undefined;
}

/** What the look itself has found of one resource. */
export interface Refreshed {
  urn: string;
  type: string;
  before: EventState | undefined;
  /** Nothing when it is gone. */
  after: EventState | undefined;
  /** Whether anything is not as the deployment left it. */
  changed: boolean;
}

/** An error of the engine. */
export interface EngineError {
  /** The resource that could not be read, if it is about one. */
  urn: string | undefined;
  message: string;
}

/** What `preview --refresh` said. */
export class Preview {
  readonly refreshed = new Map<string, Refreshed>();
  readonly steps = new Map<string, Step>();
  /** URN → what the program declares of a resource, whether or not it differs. */
  readonly declared = new Map<string, Record<string, unknown>>();
  readonly errors: EngineError[] = [];

  /**
   * Takes over one line of the engine's output. Its debug messages hold secrets in plain text, and are dropped here.
   * @returns the URN of a resource that was just looked at
   */
  take(line: string): string | undefined {
    const event = eventIn(line);
    if (!event) return undefined;
    const { diagnosticEvent, resourcePreEvent, resOutputsEvent } = event;
    if (diagnosticEvent?.severity === "error") this.takeError(diagnosticEvent);
    if (resourcePreEvent) this.takeStep(resourcePreEvent.metadata);
    if (resOutputsEvent?.metadata.op !== "refresh") return undefined;
    this.takeRefresh(resOutputsEvent.metadata);
    return resOutputsEvent.metadata.urn;
  }

  private takeError({ urn, message }: { urn?: string; message: string }): void {
    const text = message.trim().replace(/^(?:Preview|Refresh) failed: /i, "");
    // Says no more than that something failed.
    if (/^(preview|refresh|update) failed$/.test(text)) return;
    this.errors.push({ urn: urn || undefined, message: text });
  }

  private takeStep(metadata: EventMetadata): void {
    const { op, urn, type, detailedDiff, diffs } = metadata;
    if (op !== "refresh" && op !== "delete" && metadata.new?.inputs) this.declared.set(urn, metadata.new.inputs);
    if (!["create", "update", "replace", "delete"].includes(op)) return;
    const paths = detailedDiff ? Object.keys(detailedDiff) : diffs;
    const settings = paths && [...new Set(paths.map((path) => path.split(/[.[]/, 1)[0] ?? path))];
    const found = op === "create" ? undefined : (metadata.old ?? undefined);
    const declared = op === "delete" ? undefined : (metadata.new ?? undefined);
    this.steps.set(urn, { urn, type, op, found, declared, settings: settings?.length ? settings : undefined });
  }

  private takeRefresh({ urn, type, old, new: now, detailedDiff }: EventMetadata): void {
    const [before, after] = [old ?? undefined, now ?? undefined];
    // Dynamic providers do not say what differs.
    const changed = !after || Object.keys(detailedDiff ?? {}).length > 0 || !isDeepStrictEqual(before, after);
    this.refreshed.set(urn, { urn, type, before, after, changed });
  }
}

function eventIn(line: string): EngineEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
