import { quote } from "../../components/server/host";
import { CommandError } from "../../ops/command";
import { hostFor, type Inventory, type Server } from "../../stacks/inventory";
import type { LabHosts } from "./lab-hosts";

/** What the databases on the hosts ask for. */
export const labDatabasePasswords = {
  postgres: "the-lab's-postgres",
  redis: "the lab's redis",
  broker: "the lab's broker",
};

/** Of Debian's packages, and the programs that are wanted of them. */
export const databasePackages = {
  packages: ["postgresql", "redis-server"],
  programs: ["/usr/lib/postgresql/*/bin/postgres", "redis-server", "runuser"],
};

/** Below it nothing is shared with the other hosts. */
const folder = "/srv/lab-databases";

/**
 * Starts on every host the databases that the inventory's exporters look for there: PostgreSQL, Redis, Celery's broker.
 * They end with the host.
 * @throws {CommandError} which says what the database says, when one does not start
 */
export async function startDatabases(inventory: Inventory, hosts: LabHosts): Promise<void> {
  for (const server of inventory.servers) {
    for (const script of databaseScripts(server)) {
      const { code, stdout, stderr } = await hosts.on(server, script);
      if (code !== 0) throw new CommandError(`a database on ${server.name} does not start: ${stdout}${stderr}`);
    }
  }
}

/** Shell, as root on the host, for each database that the exporters of a server look for on the server itself. */
export function databaseScripts(server: Server): string[] {
  const { postgres, redis, celery } = server.exporters;
  return [
    ...(postgres && !postgres.host ? [postgresScript(server, postgres.databasePort, postgres.user)] : []),
    ...(redis && !redis.host ? [redisScript(server, redis.redisPort, labDatabasePasswords.redis)] : []),
    ...(celery && !celery.broker.host ? [redisScript(server, celery.broker.port, labDatabasePasswords.broker)] : []),
  ];
}

/** As `stacks/exporters.ts` asks for it: the exporter's user, and a way in from the network of its container. */
function postgresScript(server: Server, port: number, user: string): string {
  const address = hostFor(server);
  const settings = {
    listen_addresses: address,
    unix_socket_directories: `${folder}/postgres`,
    shared_buffers: "32MB",
    max_connections: "20",
    password_encryption: "scram-sha-256",
    // What is in it is needed no longer than the host.
    fsync: "off",
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const asPostgres = `runuser -u postgres --`;
  const role = `create role ${user} login password '${labDatabasePasswords.postgres.replaceAll("'", "''")}' in role pg_monitor;`;
  return `set -eu
    programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    install -d -m 755 ${folder}; install -d -o postgres -m 700 ${folder}/postgres; cd ${folder}/postgres
    ${asPostgres} "$programs/initdb" --pgdata cluster --auth-local peer --auth-host scram-sha-256 >/dev/null
    echo 'host all ${user} ${server.subnet} scram-sha-256' >> cluster/pg_hba.conf
    ${asPostgres} "$programs/pg_ctl" --pgdata cluster --log log --wait start -o '-p ${port} ${options.join(" ")}' >/dev/null ||
      { cat log; exit 1; }
    echo ${quote(role)} | ${asPostgres} psql --quiet --host ${folder}/postgres --port ${port} --dbname postgres`;
}

/** The password in a file: a list of processes shows arguments. */
function redisScript(server: Server, port: number, password: string): string {
  const settings = {
    bind: hostFor(server),
    port,
    requirepass: JSON.stringify(password),
    maxmemory: "32mb",
    save: '""',
    dir: `${folder}/redis-${port}`,
    daemonize: "yes",
    logfile: "log",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return `set -eu
    install -d -m 755 ${folder}; install -d -o redis -m 700 ${folder}/redis-${port}; cd ${folder}/redis-${port}
    (umask 077; echo ${quote(lines.join("\n"))} > redis.conf); chown redis redis.conf
    runuser -u redis -- redis-server ${folder}/redis-${port}/redis.conf
    for n in $(seq 50); do [ "$(redis-cli -h ${hostFor(server)} -p ${port} ping 2>&1 | grep -c NOAUTH)" = 1 ] && exit 0; sleep 0.1; done
    cat log; exit 1`;
}
