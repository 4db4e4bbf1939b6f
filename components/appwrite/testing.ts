import { allScopes } from "../../lab/appwrite/scopes";
import { AppwriteStandIn } from "../../lab/appwrite/server";
import type { CheckedImplementation } from "../dynamic-provider";
import type { AppwriteConnection } from "./connection";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";
import { deploymentScopes } from "./schema";
import { AppwriteServer, type Patience } from "./server";

/** For tests: nobody waits for seconds. */
export const quick: Patience = { answer: 10_000, retries: [20, 40, 80], poll: 5, column: 20_000, build: 20_000 };
/** For tests of what takes too long. */
export const impatient: Patience = { ...quick, column: 1000, build: 1000 };

export const deployKey = "standard_deploy";
export const adminKey = "standard_admin";

/** One key that may do what a deployment needs, and one that may do everything. */
export const keys: Record<string, readonly string[]> = { [deployKey]: deploymentScopes, [adminKey]: allScopes };

/** An Appwrite with a project that has these keys. */
export function startStandIn(): Promise<AppwriteStandIn> {
  return AppwriteStandIn.start({ projectId: "tried", keys });
}

export function connectionTo({ url }: AppwriteStandIn, key: string = deployKey): AppwriteConnection {
  return { endpoint: url, project: "tried", key };
}

/** Somebody who changes things by hand. */
export function somebody(standIn: AppwriteStandIn): AppwriteServer {
  return new AppwriteServer(connectionTo(standIn, adminKey), quick);
}

/** A resource in the hands of an engine: checked, compared, created, updated, replaced, refreshed, as Pulumi does it. */
export class TriedResource<I extends ManagedInputs, S extends I> {
  readonly implementation: CheckedImplementation;
  id: string | undefined;
  private inputs: I | undefined;
  private outs: S | undefined;

  constructor(kind: Kind<I, S>, bounds: Patience = quick) {
    this.implementation = implementationOf(kind, bounds);
  }

  get state(): S {
    if (!this.outs) throw new Error("it has no state");
    return this.outs;
  }

  /** What an `up` would do. @throws {Error} when it is refused */
  async preview(inputs: I): Promise<"create" | "update" | "replace" | "same"> {
    const { failures = [] } = await this.implementation.check(this.inputs ?? {}, inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    if (!this.id) return "create";
    const { changes, replaces = [] } = await this.implementation.diff(this.id, this.outs, inputs);
    return replaces.length > 0 ? "replace" : changes ? "update" : "same";
  }

  async up(inputs: I): Promise<"create" | "update" | "replace" | "same"> {
    const step = await this.preview(inputs);
    const before = this.outs;
    if (step === "create" || step === "replace") {
      const { id, outs } = await this.implementation.create(inputs);
      [this.id, this.outs] = [id, stored(outs)];
      if (step === "replace") await this.implementation.delete(id, before);
    } else if (step === "update") {
      const { outs } = await this.implementation.update(this.id ?? "", before, inputs);
      this.outs = stored(outs);
    }
    this.inputs = stored(inputs);
    return step;
  }

  /** Looks at what is really there. @returns whether what was put there is still as it was */
  async refresh(): Promise<"same" | "drift" | "gone"> {
    const wanted = this.inputs;
    const { id, props, inputs } = await this.implementation.read(this.id ?? "", this.outs);
    [this.id, this.outs, this.inputs] = [id, props && stored(props), inputs && stored(inputs)];
    if (!id) return "gone";
    return (await this.implementation.diff(id, this.outs, wanted)).changes ? "drift" : "same";
  }

  async destroy(): Promise<void> {
    await this.implementation.delete(this.id ?? "", this.outs);
    [this.id, this.outs, this.inputs] = [undefined, undefined, undefined];
  }
}

/** As it comes back out of a state file. */
function stored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
