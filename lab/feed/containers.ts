import { must } from "../../ops/process";
import type { Programs } from "./programs";

/** A container of the feed; it runs a shell script with this machine's own programs. */
interface Container {
  name: string;
  script: string;
  /** Further options of `docker run`. */
  options?: string[];
}

/** The image holds nothing: programs are the machine's, mounted. */
const image = "feed/programs:1.0.0";

/**
 * A Docker engine of the feed's own, with containers that do what containers do: one works against its limits and writes
 * log lines of every level, one ends again and again, and the others carry the logs of what runs beside them.
 * @param logs container → log file whose lines it writes
 */
export async function startContainers(programs: Programs, logs: Record<string, string>): Promise<void> {
  const flags = ["--data-root=/var/lib/docker", `--cgroup-parent=/${programs.folder.split("/").at(-1)}`];
  const engine = programs.start("dockerd", "dockerd", [...flags, "--iptables=false", "--ip6tables=false"]);
  await programs.until(engine, 60, "does not answer", async () => (await must("docker", ["info"])) !== "");
  await must("sh", ["-c", `${emptyTree} | docker import - ${image}`]);
  const readers = Object.entries(logs).map(([name, file]): Container => {
    return { name, script: "exec tail -n +1 -F /log", options: ["--volume", `${file}:/log:ro`] };
  });
  await Promise.all([...containers, ...readers].map(runContainer));
}

/** An archive of the links and folders that a program expects at the root. */
const emptyTree = `cd "$(mktemp -d)" && mkdir usr tmp etc && ln -s usr/bin usr/lib usr/lib64 usr/sbin . && tar --create .`;

const containers: Container[] = [
  {
    name: "shop",
    options: ["--memory=48m", "--cpus=0.1"],
    script: `n=0; while :; do
        n=$((n+1)); i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done
        echo "level=info msg=\\"order $n taken\\" duration=12ms"
        [ $((n % 5)) -eq 0 ] && echo "level=warn msg=\\"order $n: the payment took long\\""
        [ $((n % 8)) -eq 0 ] && echo "level=error msg=\\"order $n failed: connection refused\\"" >&2
        sleep 1
      done`,
  },
  { name: "reports", options: ["--restart=always"], script: 'echo "ERROR no report today" >&2; sleep 8; exit 1' },
];

async function runContainer({ name, script, options = [] }: Container): Promise<void> {
  await must("docker", [
    ...["run", "--detach", "--name", name, "--network", "none", "--volume", "/usr:/usr:ro"],
    ...[
      "--label",
      "monitoring.stack=feed",
      "--label",
      `monitoring.service=${name}`,
      "--label",
      `monitoring.image=${image}`,
    ],
    ...options,
    ...[image, "/bin/sh", "-c", script],
  ]);
}
