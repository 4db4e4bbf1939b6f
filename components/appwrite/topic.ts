import * as pulumi from "@pulumi/pulumi";
import { implementedIn } from "../dynamic-provider";
import type { ConnectionArgs } from "./connection";

export interface TopicArgs {
  connection: ConnectionArgs;
  /** Its id, for ever. */
  topicId: string;
  /** What the console calls it. @default its id */
  name?: string | undefined;
  /** Roles that may subscribe themselves, as `users` or `team:on-call`. @default none: an API key subscribes people */
  subscribe?: string[] | undefined;
}

/** A topic of Appwrite's messaging: who subscribes to it is sent what is pushed to it. */
export class Topic extends pulumi.dynamic.Resource {
  constructor(resource: string, args: TopicArgs, opts?: pulumi.CustomResourceOptions) {
    const { connection, topicId, name = topicId, subscribe = [] } = args;
    const inputs = { connection, topicId, name, subscribe };
    super(implementedIn("components/appwrite/topic-provider.ts"), resource, inputs, opts, "appwrite", "Topic");
  }
}
