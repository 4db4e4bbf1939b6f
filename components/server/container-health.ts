import { type Host, HostError, quote } from "./host";

/** How long a service may take to become healthy, in seconds; the slowest, Loki, takes about 3 with an empty disk. */
const healthySeconds = 120;
/** A container that Docker has had to start again this often while we wait will not come to its senses. */
const hopelessRestarts = 5;

/**
 * Waits until a container passes its own health check, asked once a second rather than at Docker's slower pace.
 * @throws {HostError} with the end of its log when it does not, or stops
 */
export async function waitUntilHealthy(container: string, host: Host): Promise<void> {
  const name = quote(container);
  const check = await healthCheckOf(container, host);
  const result = await host.run(
    `before=
     for second in $(seq ${healthySeconds}); do
       set -- $(docker container inspect --format '{{.State.Status}} {{.RestartCount}}' ${name}) || exit 2
       [ $# = 2 ] || exit 2
       before=\${before:-$2}
       [ $(($2 - before)) -lt ${hopelessRestarts} ] || break
       case "$1" in
         running) timeout 5 docker exec ${name} ${check} >/dev/null 2>&1 && exit 0;;
         exited|dead) break;;
       esac
       sleep 1
     done
     echo "$1, started again $2 times, $second s"; docker logs --tail 10 ${name} 2>&1; exit 1`,
    { seconds: healthySeconds * 6 + 60 },
  );
  if (result.code === 0) return;
  if (result.code === 2) throw gone(container, host, result.stderr);
  const [last, ...log] = result.stdout.toString().trim().split("\n");
  throw new HostError(
    [
      `${host.label}: ${container} does not become healthy (${last}). The end of its log:`,
      ...log.map((line) => `    ${line.slice(0, 300)}`),
      `Look further with: docker logs ${container}; docker inspect ${container}`,
    ].join("\n"),
  );
}

/** The container's own health check as a shell command; one that has none is healthy when it runs. */
async function healthCheckOf(container: string, host: Host): Promise<string> {
  const format = "{{with .Config.Healthcheck}}{{json .Test}}{{end}}";
  const result = await host.run(`docker container inspect --format '${format}' ${quote(container)}`);
  if (result.code !== 0) throw gone(container, host, result.stderr);
  const [kind, ...words] = JSON.parse(result.stdout.toString().trim() || "[]") as string[];
  if (kind === "CMD-SHELL") return `/bin/sh -c ${quote(words[0] ?? "")}`;
  return kind === "CMD" ? words.map(quote).join(" ") : "true";
}

function gone(container: string, host: Host, stderr: string): HostError {
  return new HostError(`${host.label}: ${container} is gone: ${stderr.trim()}`);
}
