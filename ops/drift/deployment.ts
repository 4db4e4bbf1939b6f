import { CommandError } from "../command";

/** A resource as the stack's state has it. */
export interface StateResource {
  urn: string;
  type: string;
  /** Whether there is something real behind it; not for components. */
  custom?: boolean;
  id?: string;
  parent?: string;
  provider?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const serverType = "monitoring:server:MonitoredServer";
const appwriteType = "monitoring:appwrite:Appwrite";

/** What a stack's last deployment has left in its state. */
export class Deployment {
  private readonly byUrn: Map<string, StateResource>;

  private constructor(
    readonly stack: string,
    readonly resources: StateResource[],
  ) {
    this.byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  }

  /**
   * Reads what `pulumi stack export` prints.
   * @throws {CommandError} when nothing is deployed
   */
  static parse(exported: string, stack: string): Deployment {
    const { deployment }: { deployment?: { resources?: StateResource[] } } = JSON.parse(exported);
    // Marked for deletion: the old half of a replacement that did not come to its end.
    const resources = (deployment?.resources ?? []).filter((one) => !("delete" in one && one.delete));
    if (resources.length > 0) return new Deployment(stack, resources);
    throw new CommandError(`nothing of the stack ${stack} is deployed, so that nothing of it can have drifted.`);
  }

  get(urn: string): StateResource | undefined {
    return this.byUrn.get(urn);
  }

  ofType(type: string): StateResource[] {
    return this.resources.filter((one) => one.type === type);
  }

  /** The server that a resource is on; `appwrite` for Appwrite's, nothing for what is nowhere. */
  serverOf(urn: string | undefined): string | undefined {
    for (
      let one = urn ? this.byUrn.get(urn) : undefined;
      one;
      one = one.parent ? this.byUrn.get(one.parent) : undefined
    ) {
      if (one.type === serverType) return nameOf(one.urn);
      if (one.type === appwriteType) return "appwrite";
    }
    return undefined;
  }

  /** Everything on a server. */
  on(server: string): string[] {
    return this.resources.filter(({ urn }) => this.serverOf(urn) === server).map(({ urn }) => urn);
  }

  /** All that belongs to the same component as a resource: what cannot be read with it cannot be read without it. */
  besides(urn: string): string[] {
    let component = this.byUrn.get(this.byUrn.get(urn)?.parent ?? "");
    while (component?.custom) component = this.byUrn.get(component.parent ?? "");
    if (!component?.parent) return [urn];
    const root = component.urn;
    return this.resources.map((one) => one.urn).filter((one) => one === urn || this.isBelow(one, root));
  }

  private isBelow(urn: string, root: string): boolean {
    for (let one = this.byUrn.get(urn); one; one = one.parent ? this.byUrn.get(one.parent) : undefined) {
      if (one.urn === root) return true;
    }
    return false;
  }
}

/** The name that the program gives a resource: what stands last in its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
