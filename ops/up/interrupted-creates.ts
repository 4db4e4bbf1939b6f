/** What `pulumi stack export` prints, as far as it is looked at. */
interface Exported {
  deployment?: {
    resources?: { urn: string }[];
    /** What was under way when a deployment was killed. */
    pending_operations?: { type: string }[];
  };
}

/**
 * The engine's arguments that have it forget what a killed deployment was about to create: else it warns of that for
 * ever. Whatever was created all the same goes by a name that the next deployment takes back, so there is nothing to
 * find out. Only the stack itself is looked at meanwhile, which is nowhere.
 * @param exported what `pulumi stack export` prints
 * @returns nothing where there is nothing to forget
 */
export function forgetInterruptedCreates(exported: string, stack: string): string[] | undefined {
  const { resources = [], pending_operations: pending = [] } = (JSON.parse(exported) as Exported).deployment ?? {};
  if (!pending.some(({ type }) => type === "creating")) return undefined;
  const root = `urn:pulumi:${stack}::monitoring::pulumi:pulumi:Stack::monitoring-${stack}`;
  // Killed before anything was there, there is no such thing to look at, nor much else.
  const target = resources.some(({ urn }) => urn === root) ? ["--target", root] : [];
  return ["refresh", "--stack", stack, "--yes", "--skip-preview", "--clear-pending-creates", ...target];
}
