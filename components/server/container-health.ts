import { type Host, HostError, quote } from "./host";

/** How long a service may take to become healthy, in seconds; Loki takes about 20 to join its own ring. */
const healthySeconds = 120;

/**
 * Waits until Docker calls a container healthy.
 * @throws {HostError} with the end of its log when it does not, or stops
 */
export async function waitUntilHealthy(container: string, host: Host): Promise<void> {
  const name = quote(container);
  const state = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}";
  const result = await host.run(
    `for second in $(seq ${healthySeconds}); do
       state=$(docker container inspect --format '${state}' ${name}) || exit 2
       case "$state" in "running healthy") exit 0;; exited*|dead*) break;; esac
       sleep 1
     done
     echo "$state"; docker logs --tail 10 ${name} 2>&1; exit 1`,
    { seconds: healthySeconds + 60 },
  );
  if (result.code === 0) return;
  if (result.code === 2) throw new HostError(`${host.label}: ${container} is gone: ${result.stderr.trim()}`);
  const [last, ...log] = result.stdout.toString().trim().split("\n");
  throw new HostError(
    [
      `${host.label}: ${container} does not become healthy within ${healthySeconds} s (${last}). The end of its log:`,
      ...log.map((line) => `    ${line.slice(0, 300)}`),
      `Look further with: docker logs ${container}; docker inspect ${container}`,
    ].join("\n"),
  );
}
