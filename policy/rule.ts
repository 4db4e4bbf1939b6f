import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

export type ContainerInputs = pulumi.Unwrap<docker.ContainerArgs> & {
  /** What the plugin that is built here makes of `command`. */
  commands?: string[];
};
export type ImageInputs = pulumi.Unwrap<docker.RemoteImageArgs>;

/** What an engine says of a docker provider: how it reaches the server's Docker. */
export interface DockerProviderInputs {
  host?: string | undefined;
  /** A list, or the same as JSON. */
  sshOpts?: unknown;
}

/** A resource as it was deployed, with its outputs. */
export interface DeployedResource {
  type: string;
  name: string;
  urn: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of every kind of resource
  props: Record<string, any>;
}

/** What every rule says of itself. */
interface Named {
  /** In the engine's output, as `image-pinned`. */
  name: string;
  /** What has to be so, in a sentence. */
  description: string;
  /** What a person does about a violation, in a sentence. */
  whatToDo: string;
}

/** A rule about one resource; `violations` says what of it is not as it has to be, each as the end of `it …`. */
type ResourceRule<About extends string, Inputs> = Named & {
  about: About;
  violations: (inputs: Inputs) => string[];
};

export type ContainerRule = ResourceRule<"container", ContainerInputs>;
export type ImageRule = ResourceRule<"image", ImageInputs>;
export type DockerProviderRule = ResourceRule<"docker-provider", DockerProviderInputs>;

/** A rule about what several resources are together. */
export interface StackRule extends Named {
  about: "stack";
  violations: (resources: DeployedResource[]) => { resource: DeployedResource; violation: string }[];
}

export type HouseRule = ContainerRule | ImageRule | DockerProviderRule | StackRule;

/** Pulumi's type of what a rule is about. */
export const resourceTypes = {
  container: "docker:index/container:Container",
  image: "docker:index/remoteImage:RemoteImage",
  "docker-provider": "pulumi:providers:docker",
} as const;

/** The arguments of a container's entry point, under whichever name its plugin has them. */
export function argumentsOf({ command, commands }: ContainerInputs): string[] {
  return command ?? commands ?? [];
}
