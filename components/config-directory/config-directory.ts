import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { Connection } from "../server/host";
import { type ConfigFiles, expectedDigests } from "./archive";
import type { Reload } from "./reload";

export interface ConfigDirectoryArgs {
  connection: Connection;
  /** The server's directory, as `/srv/monitoring`; the service's own is below it. */
  root: string;
  /** Name of the service, and of its folder. */
  service: string;
  /** Name of the container that reads the files. */
  container: string;
  /** Path inside the directory → the file. */
  files: pulumi.Input<ConfigFiles>;
  /** User and group id of the container's user, whom the files belong to. */
  owner: number;
  /** Image whose checker looks at the files on the server; the one that the service runs. */
  image: pulumi.Input<string>;
  /** Where the container sees the directory. */
  mountPath: string;
  /** Command inside the image that fails on a wrong configuration. @default no check */
  check?: string[] | undefined;
  /** How the service takes over a changed configuration. */
  reload: pulumi.Input<Reload>;
}

/**
 * One service's configuration on one server: checked there by the service's own image before it replaces anything,
 * taken over without a restart where the service can, put back when the service refuses it, and read back at every
 * refresh, so that a file edited, added, deleted or with another owner or mode is drift.
 */
export class ConfigDirectory extends pulumi.dynamic.Resource {
  /** Path → mode, owner and hash of what is on the server. */
  declare readonly digests: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: ConfigDirectoryArgs, opts?: pulumi.CustomResourceOptions) {
    const { files, owner } = args;
    // A hash of a generated password tells nothing, and a preview that shows which file differs tells a lot.
    const digests = pulumi.unsecret(pulumi.output(files).apply((known) => expectedDigests(known, owner)));
    super(
      implementedIn("components/config-directory/provider.ts"),
      name,
      { ...args, check: args.check ?? [], digests },
      { ...opts, additionalSecretOutputs: ["files", "reload"] },
      "monitoring",
      "ConfigDirectory",
    );
  }
}
