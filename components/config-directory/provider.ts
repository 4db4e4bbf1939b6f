import type { Implementation } from "../dynamic-provider";
import type { Connection } from "../server/host";
import { hostOf, identifyBy } from "../server/open-hosts";
import { type ConfigFiles, type Digests, digestsOf } from "./archive";
import { Directory } from "./directory";
import type { Reload } from "./reload";

/** What the provider is given: everything plain, nothing of Pulumi. */
export interface ConfigDirectoryInputs {
  connection: Connection;
  /** The server's directory, as `/srv/monitoring`; the service's own is below it. */
  root: string;
  /** Name of the service, and of its folder. */
  service: string;
  /** Name of the container that reads the files. */
  container: string;
  files: ConfigFiles;
  /** What must be on the server once `files` are in place. */
  digests: Digests;
  /** User and group id of the container's user. */
  owner: number;
  /** Image whose checker looks at the files; the one that the service runs. */
  image: string;
  /** Where the container sees the directory. */
  mountPath: string;
  /** Command inside the image that fails on a wrong configuration, as `["promtool", "check", …]`. */
  check: string[];
  reload: Reload;
}

function directoryOf(inputs: ConfigDirectoryInputs): Directory {
  return new Directory(hostOf(inputs.connection), inputs);
}

/** Brings the new files into force, or leaves the old ones there and says why. */
async function apply(inputs: ConfigDirectoryInputs): Promise<ConfigDirectoryInputs> {
  const directory = directoryOf(inputs);
  await directory.stage();
  await directory.swap();
  try {
    await directory.reload();
    await directory.confirm(inputs.digests);
    await directory.forgetPrevious();
    return inputs;
  } catch (error) {
    await directory.putBack();
    throw error;
  }
}

/** The dynamic provider of {@link ConfigDirectory}: one service's directory on one server. */
export const provider: Implementation = {
  async configure({ config }) {
    identifyBy(config);
  },

  async create(inputs: ConfigDirectoryInputs) {
    return { id: `${inputs.connection.server}/${inputs.service}`, outs: await apply(inputs) };
  },

  async update(_id, _olds: ConfigDirectoryInputs, news: ConfigDirectoryInputs) {
    return { outs: await apply(news) };
  },

  async read(id, props: ConfigDirectoryInputs) {
    const archive = await directoryOf(props).read();
    if (!archive) return {};
    const seen = { ...props, digests: await digestsOf(archive) };
    return { id, props: seen, inputs: seen };
  },

  async diff(_id, olds: ConfigDirectoryInputs, news: ConfigDirectoryInputs) {
    const moved = olds.connection.server !== news.connection.server || olds.root !== news.root;
    return {
      changes: moved || JSON.stringify(olds.digests) !== JSON.stringify(news.digests),
      replaces: moved ? ["connection", "root"] : [],
      deleteBeforeReplace: true,
    };
  },

  async delete(_id, props: ConfigDirectoryInputs) {
    await directoryOf(props).remove();
  },
};
