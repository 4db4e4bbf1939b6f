import type { ExporterSecrets } from "../../stacks/exporters";
import { hostFor, type Server } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";

/** Where the exporter's container sees its files. */
export const celeryExporterMountPath = "/etc/celery-exporter";
const brokerFile = "secrets/broker-url";

/** celery-exporter's one file: where the broker is, with its password where there is one. */
export function celeryExporterFiles(server: Server, { celeryBrokerPassword }: ExporterSecrets): ConfigFiles {
  const { broker } = server.exporters.celery ?? {};
  if (!broker) return {};
  const login = celeryBrokerPassword ? `:${encodeURIComponent(celeryBrokerPassword)}@` : "";
  const url = `redis://${login}${hostFor(server, broker.host)}:${broker.port}/${broker.database}`;
  return { [brokerFile]: { content: url, secret: true } };
}

/**
 * A line for the shell of the exporter's image. It reads no file by itself: so the broker's URL goes from the file to
 * the environment of the process, which neither `docker inspect` nor a list of processes shows; and an error is logged
 * without the values of the variables around it, of which that URL is one.
 * @param port on which it listens
 */
export function celeryExporterScript(port: number): string {
  const broker = `CE_BROKER_URL="$(cat ${celeryExporterMountPath}/${brokerFile})"`;
  return `export LOGURU_DIAGNOSE=NO ${broker} && exec python /app/cli.py --port ${port} --retry-interval 5`;
}
