import path from "node:path";
import { waitUntilHealthy } from "../server/container-health";
import { type Host, HostError, LateAnswerError, quote } from "../server/host";
import { type Digests, digestsOf, directoriesOf, pack } from "./archive";
import type { ConfigDirectoryInputs } from "./provider";

const exitCodes = { noRoot: 43, noDirectory: 44, refused: 45 };

/**
 * One service's directory on a server. Beside the live one, which the container has mounted and which therefore stays
 * the same directory for ever, there are `.staging/<service>` (new files, being checked) and `.previous/<service>`
 * (old files, until the new ones are in force).
 *
 * Files are written and read through Docker (`docker cp` into a container that is made for it and never or only
 * briefly run): so they belong to the container's user, who need not be the SSH user, and nobody has to be root.
 */
export class Directory {
  private readonly live: string;
  private readonly staging: string;
  private readonly previous: string;
  /** The folders above these, which go with the last that is in them. */
  private readonly parents: string;

  constructor(
    private readonly host: Host,
    private readonly inputs: ConfigDirectoryInputs,
  ) {
    this.live = quote(inputs.service);
    this.staging = quote(`.staging/${inputs.service}`);
    this.previous = quote(`.previous/${inputs.service}`);
    const above = path.posix.dirname(inputs.service);
    this.parents = [".staging", ".previous", "."].map((folder) => quote(path.posix.join(folder, above))).join(" ");
  }

  /** Uploads the files beside the live ones and lets the service's own image check them there. */
  async stage(): Promise<void> {
    const { root, service, files, image, mountPath, check, owner } = this.inputs;
    const folders = [this.staging, ...directoriesOf(files).map((name) => quote(`.staging/${service}/${name}`))].join(
      " ",
    );
    const mount = quote(`type=bind,source=${root}/.staging/${service},target=${mountPath}`);
    const entrypoint = quote(check[0] ?? "/none");
    const checker = check.slice(1).map(quote).join(" ");
    const script = `
      set -eu; umask 022
      mkdir -p ${quote(root)} 2>/dev/null && cd ${quote(root)} && [ -w . ] || exit ${exitCodes.noRoot}
      rm -rf ${this.staging}; mkdir -p ${folders}; chmod 755 ${folders}
      ${this.removeHolders("check")}
      holder=$(docker create --pull never --network none --label ${this.holderLabel("check")} \
        --mount ${mount} --entrypoint ${entrypoint} ${quote(image)} ${checker})
      trap 'docker rm --force "$holder" >/dev/null' EXIT
      docker cp - "$holder":${quote(mountPath)}
      ${check.length > 0 ? `docker start --attach "$holder" 2>&1 || exit ${exitCodes.refused}` : ""}`;
    const result = await this.host.run(script, { input: await pack(files, owner), seconds: 120 });
    if (result.code === exitCodes.noRoot) {
      throw this.error(
        `the SSH user cannot write to ${root}. As root there: install -d -o USER ${root} (USER: the inventory's ssh.user).`,
      );
    }
    if (result.code === exitCodes.refused) {
      throw this.error(`${check[0]} refuses the new configuration; the old one stays.\n${result.stdout}`);
    }
    if (result.code !== 0) throw this.error(`the new files cannot be brought there: ${result.stderr}`);
  }

  /** Puts the staged files in the place of the live ones, which are kept; a few milliseconds. */
  async swap(): Promise<void> {
    await this.must(
      `umask 022; mkdir -p ${this.live}; chmod 755 ${this.live}
       rm -rf ${this.previous}; mkdir -p ${this.previous}
       ${move(this.live, this.previous)}
       ${move(this.staging, this.live)}
       rmdir ${this.staging}`,
      "the new files cannot be put in place",
    );
  }

  /** Asks the service, if it runs, to take the new files over, and waits until it has. */
  async reload(): Promise<void> {
    const { reload, service, connection } = this.inputs;
    if (!(await this.isRunning())) return;
    if (reload.by === "restart" || (await this.hasToRestart())) return this.restart();
    if (reload.by === "itself") return;
    const { port, path, user, password } = reload;
    const request = { method: "POST", address: connection.address, port, path, user, password } as const;
    const answer = await this.host.request(request).catch((error: unknown) => {
      if (error instanceof LateAnswerError && reload.mayBeLate) return undefined;
      throw error;
    });
    const isUnchanged = reload.unchanged !== undefined && answer?.body.includes(reload.unchanged);
    if (answer && answer.status !== 200 && !isUnchanged) {
      throw this.error(`${service} does not take the new configuration: ${answer.status} ${answer.body.trim()}`);
    }
  }

  /** Reads the files back. */
  async confirm(expected: Digests): Promise<void> {
    const archive = await this.read();
    const seen = archive ? await digestsOf(archive) : {};
    const wrong = Object.keys({ ...expected, ...seen }).filter((path) => expected[path] !== seen[path]);
    if (wrong.length > 0) throw this.error(`not as written: ${wrong.join(", ")}. Does something else write there?`);
  }

  async forgetPrevious(): Promise<void> {
    await this.must(`rm -rf ${this.previous}`, "the old files cannot be removed");
  }

  /** After a failure: the old files again, in force again. What fails here must not hide the first error. */
  async putBack(): Promise<void> {
    await this.inRoot(
      `[ -d ${this.previous} ] || exit 0
       rm -rf ${this.staging}; mkdir -p ${this.staging}
       ${move(this.live, this.staging)}
       ${move(this.previous, this.live)}
       rm -rf ${this.previous} ${this.staging}`,
    ).catch(() => {});
    await this.reload().catch(() => {});
  }

  /** The directory as `docker cp` archives it, with owners and modes; nothing when it is not there. */
  async read(): Promise<Buffer | undefined> {
    const { root, service, image } = this.inputs;
    const mount = quote(`type=bind,source=${root}/${service},target=/config,readonly`);
    // Any image can hold the mount, should the service's own have been removed.
    const result = await this.host.run(`
      set -eu
      [ -d ${quote(`${root}/${service}`)} ] || exit ${exitCodes.noDirectory}
      image=${quote(image)}
      docker image inspect "$image" >/dev/null 2>&1 || image=$(docker image ls --quiet | head -n 1)
      holder=$(docker create --pull never --network none --label ${this.holderLabel("read")} --mount ${mount} \
        --entrypoint /none "$image")
      trap 'docker rm --force "$holder" >/dev/null' EXIT
      docker cp "$holder":/config -`);
    if (result.code === exitCodes.noDirectory) return undefined;
    if (result.code !== 0) throw this.error(`the files cannot be read: ${result.stderr}`);
    return result.stdout;
  }

  /** Leaves nothing behind, and the root only if there is something else in it. */
  async remove(): Promise<void> {
    await this.must(
      `${this.removeHolders("check")}
       ${this.removeHolders("read")}
       rm -rf ${this.live} ${this.staging} ${this.previous}
       rmdir -p ${this.parents} 2>/dev/null || true
       cd /; rmdir ${quote(this.inputs.root)} 2>/dev/null || true`,
      "the files cannot be removed",
    );
  }

  /** What a container is known by that was made to hold the files, for a check of new ones or a read of old ones. */
  private holderLabel(purpose: "check" | "read"): string {
    return quote(`monitoring.${purpose}-of=${this.inputs.container}`);
  }

  /** Shell: removes what an interrupted run left of them. */
  private removeHolders(purpose: "check" | "read"): string {
    const old = `docker ps --all --quiet --filter label=${this.holderLabel(purpose)}`;
    return `for old in $(${old}); do docker rm --force "$old" >/dev/null; done`;
  }

  private async isRunning(): Promise<boolean> {
    const name = quote(this.inputs.container);
    const result = await this.host.run(`docker container inspect --format '{{.State.Running}}' ${name}`);
    return result.stdout.toString().trim() === "true";
  }

  /** A directory that was made after the container started is another one than it sees; and who crashes takes no request. */
  private async hasToRestart(): Promise<boolean> {
    const state = `docker container inspect --format '{{.State.Restarting}} {{.State.StartedAt}}' ${quote(this.inputs.container)}`;
    const { code } = await this.inRoot(
      `set -- $(${state})
       [ "$1" = true ] || [ "$(stat --format %W ${this.live})" -gt "$(date --date "$2" +%s)" ]`,
    );
    return code === 0;
  }

  private async restart(): Promise<void> {
    const { container } = this.inputs;
    await this.host.run(`docker restart ${quote(container)} >/dev/null`);
    await waitUntilHealthy(container, this.host);
  }

  private inRoot(script: string) {
    return this.host.run(`set -eu; cd ${quote(this.inputs.root)}\n${script}`);
  }

  private async must(script: string, failure: string): Promise<void> {
    const result = await this.inRoot(script);
    if (result.code !== 0) throw this.error(`${failure}: ${result.stderr}`);
  }

  private error(message: string): HostError {
    const { root, service } = this.inputs;
    return new HostError(`${this.host.label}: ${root}/${service}: ${message.trim()}`);
  }
}

/** Shell: everything in one directory, hidden files too, into another one. */
function move(from: string, to: string): string {
  return `for file in ${from}/* ${from}/.[!.]*; do [ -e "$file" ] || [ -L "$file" ] || continue; mv "$file" ${to}/; done`;
}
