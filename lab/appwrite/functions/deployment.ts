import type { Models } from "node-appwrite";
import type { Stored } from "../documents";
import type { Collection, Store } from "../store";

/** A deployment as it is stored. */
export interface StoredDeployment extends Stored {
  /** The function that it is of. */
  resourceId: string;
  entrypoint: string;
  commands: string;
  status: DeploymentStatus;
  /** Whether it becomes the active one as soon as it is built. */
  activate: boolean;
  /** Bytes. */
  sourceSize: number;
  buildSize: number;
  buildLogs: string;
  /** Seconds. */
  buildDuration: number;
}

export type DeploymentStatus = "waiting" | "processing" | "building" | "ready" | "failed" | "canceled";

/** The stored deployments, of all functions. */
export const deploymentsIn = (store: Store): Collection<StoredDeployment> => store.collection("deployments");

/** A deployment as it is answered. */
export function deploymentAnswer({ $sequence: _, commands: __, ...deployment }: StoredDeployment): DeploymentAnswer {
  const ofSites = { screenshotLight: "", screenshotDark: "", providerBranch: "", providerBranchUrl: "" };
  const ofRepository = { providerRepositoryName: "", providerRepositoryOwner: "", providerRepositoryUrl: "" };
  const ofCommit = { providerCommitHash: "", providerCommitMessage: "", providerCommitUrl: "" };
  return {
    ...deployment,
    type: "manual",
    resourceType: "functions",
    buildId: "",
    totalSize: deployment.sourceSize + deployment.buildSize,
    ...ofSites,
    ...ofRepository,
    ...ofCommit,
    providerCommitAuthor: "",
    providerCommitAuthorUrl: "",
  };
}

type DeploymentAnswer = Omit<Models.Deployment, "status"> & { status: DeploymentStatus };
