import { type Host, HostError, quote } from "../../components/server/host";
import { type Inventory, publishedPorts, type Server } from "../../stacks/inventory";
import { within } from "./check";

/** What Docker says of a container. */
export interface ContainerState {
  name: string;
  /** As `running`, `exited`, `restarting`, `paused`. */
  status: string;
  /** As `healthy`; nothing where it has no health check. */
  health: string | undefined;
  exitCode: number;
  /** Killed for want of memory. */
  isOutOfMemory: boolean;
  /** How often Docker has started it again. */
  restarts: number;
  /** How long ago it was started, by the server's own clock. */
  startedSecondsAgo: number;
}

/** What SSH and Docker say on a server; as far as was come. */
export interface ServerLook {
  /** Why there is no SSH to it. */
  sshError?: string;
  /** How far its clock is from this machine's, at the least, in seconds; ahead of it where it is more than 0. */
  secondsAhead?: number;
  /** What `docker version` printed: a version, or what is wrong. */
  engine?: string[];
  /** Where Docker keeps its volumes. */
  dockerRoot?: string;
  containers?: ContainerState[];
}

const sshSeconds = 25;
/** A Docker engine that hangs is as good as none. */
const dockerSeconds = 15;

/** The containers that have to run on a server, by their names there: the stack's own, and those of others. */
export function expectedContainers(inventory: Inventory, server: Server): { ours: string[]; others: string[] } {
  const services = publishedPorts(inventory, server).map(({ service }) => `${server.prefix}${service}`);
  return { ours: [...new Set(services)], others: server.containers };
}

/** Asks over SSH, or on this machine, reading only. It never throws. */
export async function lookAt(host: Host, inventory: Inventory, server: Server): Promise<ServerLook> {
  let secondsAhead: number;
  try {
    const asked = Date.now();
    // Bounded here as well: an sshd that hangs after the first packets opens no session, and says nothing.
    const { code, stdout, stderr } = await within(sshSeconds, () => host.run("date +%s", { seconds: sshSeconds }));
    if (code !== 0) return { sshError: `${host.label}: commands fail there (exit code ${code}): ${stderr.trim()}.` };
    secondsAhead = leastSecondsAhead(Number(stdout.toString("utf8")), asked / 1000, Date.now() / 1000);
  } catch (error) {
    return { sshError: reason(error, host) };
  }
  return { secondsAhead, ...(await lookAtDocker(host, inventory, server)) };
}

/**
 * How far a clock is ahead of ours, at the least; less than 0 where it is behind, 0 where it may be right.
 * @param told what it said, in whole seconds since 1970, when it was asked between these two times of ours
 */
export function leastSecondsAhead(told: number, asked: number, answered: number): number {
  if (told > answered) return told - answered;
  // It left out what was over the whole second.
  if (told + 1 < asked) return told + 1 - asked;
  return 0;
}

async function lookAtDocker(host: Host, inventory: Inventory, server: Server): Promise<ServerLook> {
  try {
    const { ours, others } = expectedContainers(inventory, server);
    const seconds = dockerSeconds + 15;
    const { stdout } = await within(seconds, () => host.run(question([...ours, ...others]), { seconds }));
    return answerOf(stdout.toString("utf8"));
  } catch (error) {
    return { engine: [reason(error, host)] };
  }
}

/** One round trip: sections that begin with `== name`. */
function question(containers: string[]): string {
  const format =
    '{"name":{{json .Name}},"restarts":{{.RestartCount}},"status":{{json .State.Status}},"exitCode":{{.State.ExitCode}},' +
    '"isOutOfMemory":{{.State.OOMKilled}},"startedAt":{{json .State.StartedAt}},' +
    '"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}null{{end}}}';
  return `
    patiently() { if command -v timeout >/dev/null; then timeout ${dockerSeconds} "$@"; else "$@"; fi; }
    echo '== engine'; patiently docker version --format '{{.Server.Version}}' 2>&1
    [ $? != 124 ] || { echo 'no answer within ${dockerSeconds} s'; exit; }
    echo '== root'; docker info --format '{{.DockerRootDir}}' 2>/dev/null
    echo '== now'; date +%s
    echo '== containers'
    docker container inspect --format ${quote(format)} ${containers.map(quote).join(" ")} 2>/dev/null; true`;
}

function answerOf(text: string): ServerLook {
  const sections = new Map<string, string[]>();
  for (const block of text.split(/^== /m).slice(1)) {
    const [name = "", ...lines] = block.split("\n");
    const full = lines.filter((line) => line.trim() !== "");
    sections.set(name.trim(), full);
  }
  const [now = "0"] = sections.get("now") ?? [];
  const [dockerRoot] = sections.get("root") ?? [];
  return {
    engine: sections.get("engine") ?? [],
    ...(dockerRoot ? { dockerRoot } : {}),
    containers: (sections.get("containers") ?? []).map((line) => {
      const { name, health, startedAt, ...rest } = JSON.parse(line);
      const startedSecondsAgo = Number(now) - Date.parse(startedAt) / 1000;
      return { ...rest, name: name.replace(/^\//, ""), health: health ?? undefined, startedSecondsAgo };
    }),
  };
}

/** A message that names the server already stays as it is. */
function reason(error: unknown, { label }: Host): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof HostError ? message : `${label}: ${message}.`;
}
