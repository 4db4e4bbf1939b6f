import type { Connection, SshIdentity } from "./host";

/**
 * Options of OpenSSH's own client, which Docker's provider starts, and whoever has more to transfer than a command's
 * output: it goes only to a server whose key is known, asks nobody, and does not wait for ever.
 */
export function opensshOptions(ssh: NonNullable<Connection["ssh"]>, identity: SshIdentity): string[] {
  const options = {
    UserKnownHostsFile: ssh.knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    BatchMode: "yes",
    ConnectTimeout: "15",
    ServerAliveInterval: "10",
    LogLevel: "ERROR",
  };
  return [
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...(identity.keyFile ? ["-i", identity.keyFile, "-o", "IdentitiesOnly=yes"] : []),
  ];
}
