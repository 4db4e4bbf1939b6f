import { contentHash, readBundle } from "./bundle";
import { LiveDeployments, type OwnDeployment } from "./live-deployments";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";

export interface DeploymentInputs extends ManagedInputs {
  functionId: string;
  /** The bundle, relative to the project. */
  archive: string;
  /** Hash of the bundle's content. */
  content: string;
  /** The function's own: another one asks for another build. */
  runtime: string;
  entrypoint: string;
}

export interface DeploymentState extends DeploymentInputs {
  /** The deployment that we activated, whatever is active now. */
  own: OwnDeployment;
}

/** The code of a function: which of its deployments is active. */
export const deploymentKind: Kind<DeploymentInputs, DeploymentState> = {
  name: ({ functionId }) => `code of function ${functionId}`,
  id: ({ functionId }) => `${functionId}/code`,
  fixed: ["functionId"],
  remembered: ["own"],

  async apply(server, inputs, previous) {
    const { functionId, content, entrypoint } = inputs;
    const deployments = new LiveDeployments(server, functionId);
    const isBuiltRight = !previous || (previous.runtime === inputs.runtime && previous.entrypoint === entrypoint);
    const found = isBuiltRight ? await deployments.find(content, entrypoint, previous?.own) : undefined;
    if (found && !previous) server.say(deploymentKind.name(inputs), `adopted deployment ${found}, which is the same`);
    const deploymentId = found ?? (await deployments.upload(await bundleOf(inputs), content, entrypoint));
    await deployments.ready(deploymentId);
    if ((await deployments.active()) !== deploymentId) await deployments.activate(deploymentId);
    await deployments.prune(deploymentId);
    return { ...inputs, own: { deploymentId, content } };
  },

  async read(server, state) {
    const { functionId, own } = state;
    const deployments = new LiveDeployments(server, functionId);
    const active = await deployments.active();
    if (active === undefined) return undefined;
    if (active === "") return { ...state, content: "no deployment is active" };
    if (active === own.deploymentId) return { ...state, content: own.content };
    return { ...state, content: (await deployments.contentOf(active)) ?? `deployment ${active}` };
  },

  async remove(server, { functionId, own }) {
    await new LiveDeployments(server, functionId).remove(own.deploymentId);
  },
};

export const provider = implementationOf(deploymentKind);

/** The file, if it still is what the program saw. */
async function bundleOf({ archive, content }: DeploymentInputs): Promise<Buffer> {
  const bundle = readBundle(archive);
  if ((await contentHash(bundle)) === content) return bundle;
  throw new Error(`${archive} has changed since the deployment began: deploy again.`);
}
