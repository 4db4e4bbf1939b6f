import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { Connection } from "../server/host";

export interface RunningContainerArgs {
  connection: Connection;
  /** The container's name on the server. */
  container: pulumi.Input<string>;
  /** Docker network → the names that the container has in it, besides its own; `host` for the server's own network. */
  networks: pulumi.Input<Record<string, string[]>>;
  /** Directories of the server that it has mounted and that must stay the same ones. */
  directories: string[];
}

/**
 * That a container does its work: what can be changed without making it anew, and what the Docker provider does not
 * read. Paused, not healthy, in other networks, or reading a directory that was replaced since: each is drift, and a
 * deployment puts it right. What the container is made of is the business of `docker.Container`, on which this depends.
 */
export class RunningContainer extends pulumi.dynamic.Resource {
  constructor(name: string, args: RunningContainerArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      implementedIn("components/service-container/running-container-provider.ts"),
      name,
      { ...args, condition: "running", replaced: [] },
      opts,
      "monitoring",
      "RunningContainer",
    );
  }
}
