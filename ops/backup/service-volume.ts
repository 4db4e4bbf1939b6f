import { waitUntilHealthy } from "../../components/server/container-health";
import { type Host, HostError, quote } from "../../components/server/host";
import type { ServicePart } from "./service-part";

/** User and group id. */
export interface Owner {
  user: number;
  group: number;
}

/** What Docker says of a service's container, and what its volume holds. */
interface Found {
  isRunning: boolean;
  /** Reference of its image, as `docker.io/prom/prometheus:v3.16.0`. */
  image: string;
  owner: Owner;
  volume: string;
  /** Where the container sees the volume, as `/prometheus`. */
  path: string;
  /** Id of an image there with a shell, for work on the volume. */
  tools: string;
}

const goneCode = 43;
/** Copying a volume's changing files, and emptying a volume, are matters of seconds; a slow disk may take minutes. */
const patientSeconds = 900;
/** How long a service may take to end by itself. (s) */
const stopSeconds = 60;

/** The volume of one service on its server. Worked on by Docker alone: the SSH user need not be root. */
export class ServiceVolume {
  private constructor(
    private readonly host: Host,
    private readonly container: string,
    private readonly found: Found,
  ) {}

  /**
   * Looks for it, reading only.
   * @throws {HostError} when the server does not answer, or has no such container of the stack's
   */
  static async find(host: Host, part: ServicePart, stack: string): Promise<ServiceVolume> {
    const { container, server } = part;
    const result = await host.run(question(container, `${server.prefix}promtail`), { seconds: 120 });
    const fail = (why: string) => new HostError(`${host.label}: ${container} ${why}`);
    if (result.code === goneCode) {
      const why = result.stderr.trim();
      if (!/no such container/i.test(why)) throw fail(`cannot be looked at: ${why}`);
      throw fail(`is not there. Deploy the stack again: npm run up -- --refresh --stack ${stack} (or npm start).`);
    }
    const [first = "", tools = ""] = result.stdout.toString("utf8").trim().split("\n");
    const [isRunning, user = "", owned, image = "", mount = ""] = first.split("|");
    const [volume = "", path = ""] = mount.split(" ");
    if (owned !== stack) throw fail(`is not of the stack ${stack}: its label monitoring.stack is "${owned}".`);
    if (!volume || !path) throw fail("has no volume. Deploy the stack again.");
    if (!tools) throw fail("has no image beside it with a shell, which is needed to look into its volume.");
    const [uid = 0, gid = uid] = user.split(":").map(Number);
    const found = { isRunning: isRunning === "true", image, owner: { user: uid, group: gid }, volume, path, tools };
    return new ServiceVolume(host, container, found);
  }

  get isRunning(): boolean {
    return this.found.isRunning;
  }

  get image(): string {
    return this.found.image;
  }

  /** Whose the files are. */
  get owner(): Owner {
    return this.found.owner;
  }

  /** What the volume takes on disk, in bytes. */
  async size(): Promise<number> {
    const out = await this.must(this.inVolume("du -sk ."), "its volume cannot be measured");
    return Number.parseInt(out, 10) * 1024;
  }

  /**
   * Copies the volume's content into a folder of its own inside the volume, with the service stopped meanwhile. What the
   * service never changes is not copied but linked, so that it is away for seconds however much it keeps. A service
   * that did not run stays as it is. The script starts it again by itself, whatever becomes of the connection and of us.
   * @param folder as `.backup-…`, made by it
   * @param linked a folder whose files are only ever added and removed, and one inside whose files are not
   * @returns for how long the service was stopped, in seconds
   */
  async freeze(folder: string, linked?: { folder: string; except: string }): Promise<number> {
    const name = quote(this.container);
    const script = `
      set -eu
      trap '' HUP INT TERM PIPE
      now() { cut -d ' ' -f 1 /proc/uptime 2>/dev/null || date +%s; }
      was=$(docker container inspect --format '{{.State.Running}}' ${name})
      again() { [ "$was" = true ] || return 0; for try in 1 2 3; do docker start ${name} >/dev/null && return; sleep 1; done; }
      trap again EXIT
      from=$(now)
      [ "$was" != true ] || docker stop --time ${stopSeconds} ${name} >/dev/null
      ${this.inVolume(copying(folder, linked))}
      again
      echo "$from $(now)"`;
    const output = await this.must(script, "its data cannot be copied there (is its disk full?)");
    const [from = 0, to = 0] = output.trim().split(" ").map(Number);
    return this.isRunning ? to - from : 0;
  }

  /** Shell: a folder of the volume as a tar stream on the standard output. */
  reading(folder: string): string {
    return `docker cp ${quote(`${this.container}:${this.found.path}/${folder}/.`)} -`;
  }

  /** Shell: takes a tar stream from the standard input into the volume, with the owners that stand in it. */
  filling(): string {
    return `docker cp - ${quote(`${this.container}:${this.found.path}`)}`;
  }

  /** Removes a folder of the volume; none there is no failure. */
  async remove(folder: string): Promise<void> {
    await this.must(this.inVolume(`rm -rf ${quote(`./${folder}`)}`), `${this.found.path}/${folder} cannot be removed`);
  }

  async stop(): Promise<void> {
    await this.must(`docker stop --time ${stopSeconds} ${quote(this.container)} >/dev/null`, "cannot be stopped");
  }

  /** Removes all that is in the volume of a stopped service. */
  async empty(): Promise<void> {
    await this.must(this.inVolume("rm -rf ./* ./.[!.]* ./..?*"), "its volume cannot be emptied");
  }

  /** @throws {HostError} when it does not become healthy, with the end of its log */
  async start(): Promise<void> {
    await this.must(`docker start ${quote(this.container)} >/dev/null`, "cannot be started");
    await this.becomesHealthy();
  }

  /** Waits until the service does its work again. @throws {HostError} when it does not */
  async becomesHealthy(): Promise<void> {
    await waitUntilHealthy(this.container, this.host);
  }

  /** Shell: runs a script in the volume, with no more rights than it takes to handle another user's files. */
  private inVolume(script: string): string {
    const { tools, volume } = this.found;
    const mount = quote(`type=volume,source=${volume},target=/volume`);
    return `${dockerRun(quote(tools), `--mount ${mount}`)} -c ${quote(`set -eu; cd /volume; ${script}`)}`;
  }

  private async must(script: string, failure: string): Promise<string> {
    const { code, stdout, stderr } = await this.host.run(unstoppable(script), { seconds: patientSeconds });
    if (code === 0) return stdout.toString("utf8");
    throw new HostError(`${this.host.label}: ${this.container}: ${failure}: ${stderr.trim() || `exit code ${code}`}`);
  }
}

/** Shell: runs the shell of an image and nothing else of it. */
function dockerRun(image: string, options = ""): string {
  const rights = ["CHOWN", "DAC_OVERRIDE", "FOWNER"].map((capability) => `--cap-add ${capability}`).join(" ");
  return (
    "docker run --rm --pull never --network none --user 0:0 --read-only --security-opt no-new-privileges " +
    `--cap-drop ALL ${rights} ${options} --entrypoint /bin/sh ${image}`
  );
}

/** Loki's image has no shell; Promtail's has, and Promtail is on every server. */
function question(container: string, neighbour: string): string {
  const format = [
    "{{.State.Running}}",
    "{{.Config.User}}",
    '{{index .Config.Labels "monitoring.stack"}}',
    '{{index .Config.Labels "monitoring.image"}}',
    '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{.Destination}}{{end}}{{end}}',
  ].join("|");
  return `
    docker container inspect --format '${format}' ${quote(container)} || exit ${goneCode}
    for image in $(docker container inspect --format '{{.Image}}' ${quote(container)} ${quote(neighbour)} 2>/dev/null); do
      ${dockerRun('"$image"')} -c true >/dev/null 2>&1 && { echo "$image"; break; }
    done; true`;
}

/** Shell: what killed backups left is removed after a day; another one may be under way. */
function copying(folder: string, linked: { folder: string; except: string } | undefined): string {
  const to = quote(folder);
  const link = linked
    ? `${linked.folder}) cp -al ${linked.folder} ${to}/; rm -rf ${to}/${linked.folder}/${linked.except}
         [ ! -e ${linked.folder}/${linked.except} ] || cp -a ${linked.folder}/${linked.except} ${to}/${linked.folder}/;;`
    : "";
  return `
    find . -maxdepth 1 -name '.backup-*' -mmin +1440 -exec rm -rf {} +
    trap '[ $? = 0 ] || rm -rf ${folder}' EXIT
    mkdir ${to}
    for entry in * .[!.]*; do
      [ -e "$entry" ] || continue
      case "$entry" in
        .backup-*) ;;
        ${link}
        *) cp -a "$entry" ${to}/;;
      esac
    done`;
}

/** Shell: in a session of its own, so that Ctrl-C here does not reach what it runs. */
function unstoppable(script: string): string {
  const word = quote(script);
  return `if setsid --wait true 2>/dev/null; then exec setsid --wait sh -c ${word}; else exec sh -c ${word}; fi`;
}
