import { type Host, HostError, quote } from "../../components/server/host";
import type { InspectedContainer, InspectedImage } from "./inspected";

/** What Docker on one server says of the containers that were asked about. */
export interface Inspection {
  containers: InspectedContainer[];
  images: InspectedImage[];
  /** Names of all containers whose labels say that they are the stack's, on this server. */
  ours: string[];
  /** Directory → when it was made, in seconds since 1970; those whose file system tells. */
  directories: Map<string, number>;
}

export interface InspectionRequest {
  /** Names and ids of containers. */
  containers: string[];
  /** Directories that containers have mounted. */
  directories: string[];
  stack: string;
  server: string;
}

/** A Docker engine that hangs is as good as none. */
const answerSeconds = 45;

/**
 * Asks a server's Docker in one round trip, reading only.
 * @throws {HostError} when the server, or its Docker, does not answer
 */
export async function inspect(host: Host, request: InspectionRequest): Promise<Inspection> {
  const { code, stdout, stderr } = await host.run(question(request), { seconds: answerSeconds });
  if (code !== 0) {
    throw new HostError(`${host.label}: its Docker engine does not answer: ${stderr.trim() || `exit code ${code}`}.`);
  }
  const sections = sectionsOf(stdout.toString("utf8"));
  const json = <T>(name: string) => (sections.get(name) ?? []).map((line) => JSON.parse(line) as T);
  return {
    containers: unique(json<InspectedContainer>("containers")),
    images: unique(json<InspectedImage>("images")),
    ours: sections.get("ours") ?? [],
    directories: new Map((sections.get("directories") ?? []).flatMap(directoryTime)),
  };
}

/** Sections that begin with `== name`; what is not there is left out, and is no failure. */
function question({ containers, directories, stack, server }: InspectionRequest): string {
  const words = containers.map(quote).join(" ");
  const labels = Object.entries({ stack, server }).map(([name, value]) => quote(`label=monitoring.${name}=${value}`));
  const stat = directories.length > 0 ? `stat -c '%W %n' ${directories.map(quote).join(" ")} 2>/dev/null` : "true";
  return `
    docker version --format '{{.Server.Version}}' >/dev/null || exit 1
    echo '== containers'; docker container inspect --format '{{json .}}' ${words} 2>/dev/null
    echo '== images'; docker image inspect --format '{{json .}}' \
      $(docker container inspect --format '{{.Image}}' ${words} 2>/dev/null | sort -u) 2>/dev/null
    echo '== ours'; docker ps --all ${labels.map((label) => `--filter ${label}`).join(" ")} --format '{{.Names}}'
    echo '== directories'; ${stat}; true`;
}

function sectionsOf(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    const heading = /^== (\w+)$/.exec(line)?.[1];
    if (heading) {
      lines = [];
      sections.set(heading, lines);
    } else if (line.trim() !== "") lines.push(line);
  }
  return sections;
}

/** Asked for by name and by id, a container is there twice. */
function unique<T extends { Id: string }>(objects: T[]): T[] {
  return [...new Map(objects.map((one) => [one.Id, one])).values()];
}

/** `1795531837 /srv/monitoring/loki`; 0 or `-` where the file system does not tell. */
function directoryTime(line: string): [string, number][] {
  const [, seconds, directory] = /^(\d+) (.*)$/.exec(line) ?? [];
  return directory && Number(seconds) > 0 ? [[directory, Number(seconds)]] : [];
}
