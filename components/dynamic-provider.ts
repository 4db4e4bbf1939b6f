import type * as pulumi from "@pulumi/pulumi";

/** What an implementation's module exports as `provider`: Pulumi's interface, with nothing left out. */
export type Implementation = Required<Omit<pulumi.dynamic.ResourceProvider, "check">>;

/** One that is also asked before anything is done, in every preview too. */
export type CheckedImplementation = Implementation & Required<Pick<pulumi.dynamic.ResourceProvider, "check">>;

/**
 * A dynamic provider that is only a shell. Pulumi writes a dynamic provider's whole code into the state of every
 * resource; this one loads the implementation from the project when it is called, so that the state stays small, a
 * change of code is no change of a resource, and the code that runs is the code that is checked out.
 *
 * @param file the implementation's module, relative to the project, as `components/config-directory/provider.ts`
 * @param isChecked whether the implementation is also asked if it refuses what is wanted
 */
export function implementedIn(file: string, isChecked = false): pulumi.dynamic.ResourceProvider {
  // Serialized with each arrow below, so it may use nothing of this module but `file`.
  const implementation = (): CheckedImplementation => {
    require(require.resolve("tsx/cjs", { paths: [process.cwd()] }));
    return require(require("node:path").join(process.cwd(), file)).provider;
  };
  return {
    configure: (request) => implementation().configure(request),
    diff: (id, olds, news) => implementation().diff(id, olds, news),
    create: (inputs) => implementation().create(inputs),
    read: (id, props) => implementation().read(id, props),
    update: (id, olds, news) => implementation().update(id, olds, news),
    delete: (id, props) => implementation().delete(id, props),
    ...(isChecked ? { check: (olds, news) => implementation().check(olds, news) } : {}),
  };
}
