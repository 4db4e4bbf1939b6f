import type * as pulumi from "@pulumi/pulumi";

/** Which project on which Appwrite, and as whom. */
export interface AppwriteConnection {
  /** As `https://appwrite.example.org/v1`. */
  endpoint: string;
  /** Id of the project. */
  project: string;
  /** API key with the scopes of `deploymentScopes`; a secret wherever it is kept. */
  key: string;
}

/** The same, as a resource is given it. */
export type ConnectionArgs = Omit<AppwriteConnection, "key"> & { key: pulumi.Input<string> };

/** An endpoint as paths are appended to it. */
export function trimmedEndpoint(endpoint: string): string {
  return endpoint.replace(/\/+$/, "");
}

/** The setting of the stack that holds the key; read by the providers too, so that a renewed key is used at once. */
export const keySetting = "appwriteDeployKey";
