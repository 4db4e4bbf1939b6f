import type { ExporterSecrets } from "../../stacks/exporters";
import { hostFor, type Server } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";

/** Where the exporter's container sees its files. */
export const redisExporterMountPath = "/etc/redis-exporter";
const passwordFile = "secrets/redis-password";

/**
 * redis_exporter's one file: the password by the address that it is for, user included; without a password, of none.
 * @see https://github.com/oliver006/redis_exporter#authenticating-with-redis
 */
export function redisExporterFiles(server: Server, { redisPassword }: ExporterSecrets): ConfigFiles {
  const user = server.exporters.redis?.user;
  const address = redisAddress(server).replace("://", user ? `://${user}@` : "://");
  return {
    [passwordFile]: { content: JSON.stringify(redisPassword ? { [address]: redisPassword } : {}), secret: true },
  };
}

export function redisExporterArguments(server: Server): string[] {
  const user = server.exporters.redis?.user;
  return [
    `--redis.addr=${redisAddress(server)}`,
    ...(user ? [`--redis.user=${user}`] : []),
    `--redis.password-file=${redisExporterMountPath}/${passwordFile}`,
  ];
}

function redisAddress(server: Server): string {
  const { host, redisPort = 6379 } = server.exporters.redis ?? {};
  return `redis://${hostFor(server, host)}:${redisPort}`;
}
