import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import { contentHash, readBundle } from "./bundle";
import type { ConnectionArgs } from "./connection";

export interface DeploymentArgs {
  connection: ConnectionArgs;
  functionId: string;
  /** The bundle, a `.tar.gz`, relative to the project. */
  archive: string;
  /** The function's runtime; another one is another build. */
  runtime: string;
  /** The file of the bundle that is run. @default main.js */
  entrypoint?: string | undefined;
}

/**
 * The code of a function. A bundle is uploaded when its content changes, and activated once it is built; until then, and
 * when that fails, the deployment before it goes on. The last three are kept. Another deployment that somebody activates
 * is drift, and one that is still there is activated again rather than uploaded.
 */
export class Deployment extends pulumi.dynamic.Resource {
  constructor(resource: string, args: DeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const { connection, functionId, archive, runtime, entrypoint = "main.js" } = args;
    const content = pulumi.output(contentHash(readBundle(archive)));
    super(
      implementedIn("components/appwrite/deployment-provider.ts"),
      resource,
      { connection, functionId, archive, content, runtime, entrypoint },
      opts,
      "appwrite",
      "Deployment",
    );
  }
}
