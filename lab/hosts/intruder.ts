import type { Server } from "../../stacks/inventory";

/** Something that who has got into a host leaves there, or changes. */
export interface Trace {
  what: string;
  /** PromQL that shows it, by one more than without it; `$server` stands for the host's name. */
  shownBy: string;
  /** The rule that it raises. */
  rule: string;
  /** Shell, as root on the host; what it starts ends by itself. */
  leave: string;
  putRight: string;
}

const seconds = 1500;
/** Below it nothing is shared with the other hosts. */
const folder = "/srv/intruder";

/** One of each kind that security-metrics looks for. */
export function tracesOn(server: Server): Trace[] {
  const of = (series: string) => series.replace("{", `{server="${server.name}",`);
  return [
    {
      what: "a program listens on all addresses",
      shownBy: of('security_open_ports{type="public"}'),
      rule: "NewOpenPort",
      leave: `timeout ${seconds} ${process.execPath} -e 'require("net").createServer().listen(4444, "0.0.0.0")' >/dev/null 2>&1 &
        echo $! > /run/intruder-listener`,
      putRight: "kill $(cat /run/intruder-listener)",
    },
    {
      what: "a program runs whose file in /tmp was deleted",
      shownBy: of('security_suspicious_processes{type="deleted_executable"}'),
      rule: "UnusualExecutable",
      leave: `cp "$(readlink -f /bin/sleep)" /tmp/intruder && { /tmp/intruder ${seconds} >/dev/null 2>&1 & echo $! > /run/intruder-process; }
        sleep 1; rm /tmp/intruder`,
      putRight: "kill $(cat /run/intruder-process)",
    },
    {
      what: "a file is there that makes who runs it root",
      shownBy: of("security_suid_files{}"),
      rule: "NewSuidFile",
      leave: `mkdir -p ${folder} && cp /bin/true ${folder}/innocent && chmod 4755 ${folder}/innocent`,
      putRight: `rm -r ${folder}`,
    },
    {
      what: "sshd's settings are edited",
      shownBy: of('security_file_integrity_changed{path="/etc/ssh/sshd_config"}'),
      rule: "FileIntegrityChanged",
      leave:
        "cp --preserve /etc/ssh/sshd_config /run/sshd_config && echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config",
      putRight: "cp --preserve /run/sshd_config /etc/ssh/sshd_config",
    },
    {
      what: "a container has all rights",
      shownBy: of('security_container_issues{issue="privileged"}'),
      rule: "PrivilegedContainer",
      // By a runtime that leaves out what this machine itself may not do.
      leave: `docker run --detach --privileged --runtime within-bounds --name intruder --entrypoint /bin/sleep \
        $(docker inspect --format '{{.Image}}' promtail) ${seconds}`,
      putRight: "docker rm --force intruder",
    },
  ];
}
