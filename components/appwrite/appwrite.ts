import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, trimmedEndpoint } from "./connection";
import { Database } from "./database";
import { Deployment } from "./deployment";
import { AppwriteFunction } from "./function";
import {
  alertColumns,
  alertIndexes,
  type FunctionId,
  functionIds,
  functionShapes,
  type SmsSettings,
  topicIds,
  variablesOf,
} from "./schema";
import { Table } from "./table";
import { Topic } from "./topic";
import { FunctionVariables } from "./variables";

export interface AppwriteArgs {
  /** As `https://appwrite.example.org/v1`. */
  endpoint: string;
  /** Id of the project. */
  project: string;
  /** API key with the scopes of `deploymentScopes`. Kept encrypted, whether it comes as a secret or not. */
  key: pulumi.Input<string>;
  /** @default monitoring */
  databaseId?: string;
  /** @default alerts */
  tableId?: string;
  /** Function → its bundle, relative to the project. @default as `npm run build` leaves them */
  bundles?: Partial<Record<FunctionId, string>>;
  /** Of both functions; Appwrite has to have its image. @default node-22 */
  runtime?: string;
  /** Twilio's account, and whom it tells of emergencies. @default nobody is told by SMS */
  sms?: SmsSettings<pulumi.Input<string>> | undefined;
  /** URL outside that is called every 5 minutes while the heartbeat is there. @default none */
  heartbeatUrl?: pulumi.Input<string> | undefined;
  /** Roles that may subscribe to the topics by themselves. @default none: who is told is decided in the console */
  subscribe?: string[];
  /** Whether a change may cost stored alerts. @default it is refused */
  allowDataLoss?: boolean;
}

/** What Appwrite does for the monitoring: alerts stored in a table, topics for push, the two functions. */
export class Appwrite extends pulumi.ComponentResource {
  readonly database: Database;
  readonly table: Table;

  constructor(name: string, args: AppwriteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:appwrite:Appwrite", name, {}, opts);
    const { project, databaseId = "monitoring", tableId = "alerts", runtime = "node-22" } = args;
    const { subscribe = [], allowDataLoss = false, bundles = {} } = args;
    const endpoint = trimmedEndpoint(args.endpoint);
    const connection: ConnectionArgs = { endpoint, project, key: pulumi.secret(args.key) };
    const self = this;

    this.database = createDatabase();
    this.table = createTable(this.database);
    const topics = createTopics();
    for (const id of functionIds) createFunction(id);
    this.registerOutputs();

    function createDatabase(): Database {
      // Named by what it is for: another id is a replacement, which is refused where alerts would be lost.
      return new Database("alert-database", { connection, databaseId }, { parent: self });
    }

    function createTable(database: Database): Table {
      const shape = { columns: alertColumns, indexes: alertIndexes, allowDataLoss };
      return new Table(
        "alert-table",
        { connection, databaseId, tableId, ...shape },
        { parent: self, dependsOn: [database] },
      );
    }

    function createTopics(): Topic[] {
      return topicIds.map((topicId) => new Topic(topicId, { connection, topicId, subscribe }, { parent: self }));
    }

    function createFunction(functionId: FunctionId): void {
      const shape = { connection, functionId, runtime };
      const own = new AppwriteFunction(functionId, { ...shape, ...functionShapes[functionId] }, { parent: self });
      const variables = createVariables(functionId, own);
      const archive = bundles[functionId] ?? `functions/${functionId}/dist/${functionId}.tar.gz`;
      // What it needs is there before its code runs for the first time.
      const dependsOn = [own, variables, self.table, ...topics];
      new Deployment(`${functionId}-code`, { ...shape, archive }, { parent: own, dependsOn });
    }

    function createVariables(functionId: FunctionId, own: AppwriteFunction): FunctionVariables {
      const { sms, heartbeatUrl } = args;
      const variables = variablesOf(functionId, { endpoint, project, databaseId, tableId, sms, heartbeatUrl });
      const name = `${functionId}-variables`;
      return new FunctionVariables(name, { connection, functionId, ...variables }, { parent: own, dependsOn: [own] });
    }
  }
}
