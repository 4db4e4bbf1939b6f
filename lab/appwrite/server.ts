import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Stored } from "./documents";
import { Faults, Later } from "./faults";
import { Builds } from "./functions/builds";
import { Clock } from "./functions/clock";
import { Deployments } from "./functions/deployments";
import type { StoredExecution } from "./functions/execution";
import { Executions } from "./functions/executions";
import { functionRoutes } from "./functions/functions";
import { Runtimes } from "./functions/runtimes";
import { forgetVariables, variableRoutes } from "./functions/variables";
import { type ApiKey, callerOf, mustHaveScope, type Project } from "./http/caller";
import { healthRoutes } from "./http/health";
import { type CallRequest, readRequest } from "./http/request";
import { answerTo, send } from "./http/response";
import { type Answer, match, type Route } from "./http/router";
import { messageRoutes, type PushMessage, pushMessage, type StoredMessage } from "./messaging/messages";
import { topicRoutes } from "./messaging/topics";
import type { LoggedCall, StandInOptions } from "./options";
import { Store } from "./store";
import { columnRoutes, resumeColumns } from "./tables/columns";
import { databaseRoutes } from "./tables/databases";
import { indexRoutes, resumeIndexes } from "./tables/indexes";
import { rowRoutes } from "./tables/rows";
import { type StoredRow, Table } from "./tables/table";
import { tableRoutes, tablesOf } from "./tables/tables";

export type { LoggedCall, PushMessage, StandInOptions };

/**
 * A stand-in for the server of Appwrite 1.8.1: what of its API the project uses, with the states, checks, limits and
 * errors of the real one. The functions that are deployed to it really run.
 */
export class AppwriteStandIn {
  /** The requests, the oldest first. */
  readonly log: LoggedCall[] = [];
  private readonly faults = new Faults();
  private readonly later = new Later(this.faults);
  private readonly store: Store;
  private readonly project: Project;
  private readonly builds: Builds;
  private readonly deployments: Deployments;
  private readonly runtimes: Runtimes;
  private readonly allExecutions: Executions;
  private readonly routes: Route[];
  private readonly server: http.Server;
  private readonly temporary: string | undefined;
  private readonly clock: Clock;

  private constructor(options: StandInOptions) {
    const { projectId, keys, folder, on } = options;
    this.store = new Store(folder);
    this.project = { projectId, keys: keysOf(keys), signingSecret: this.signingSecret() };
    this.temporary = folder ? undefined : mkdtempSync(path.join(os.tmpdir(), "appwrite-"));
    const code = path.join(folder ?? this.temporary ?? "", "deployments");
    mkdirSync(code, { recursive: true });
    this.builds = new Builds(this.store, this.faults, this.later, code);
    this.deployments = new Deployments(this.store, this.builds);
    this.runtimes = new Runtimes(options.idleMs ?? 60_000);
    const settings = {
      projectId,
      signingSecret: this.project.signingSecret,
      endpoint: () => this.url,
      synchronousMs: options.synchronousMs ?? 30_000,
      environment: options.environment ?? {},
    };
    const onEnd = (execution: StoredExecution) => on?.execution?.(execution);
    this.allExecutions = new Executions(this.store, this.builds, this.runtimes, settings, onEnd);
    this.routes = this.allRoutes((message) => on?.message?.(pushMessage(message)));
    this.clock = new Clock(this.store, (functionId) => this.runSchedule(functionId));
    this.server = http.createServer((request, response) => void this.answer(request, response));
    this.server.on("connection", (socket) => {
      if (this.faults.away) socket.destroy();
    });
  }
  /** Starts it, and goes on with what its folder says was under way. */
  static async start(options: StandInOptions): Promise<AppwriteStandIn> {
    const standIn = new AppwriteStandIn(options);
    const { address = "127.0.0.1", port = 0 } = options;
    await new Promise<void>((resolve, reject) => {
      standIn.server.once("error", reject);
      standIn.server.listen(port, address, resolve);
    });
    resumeColumns(standIn.store, standIn.later);
    resumeIndexes(standIn.store, standIn.faults, standIn.later);
    standIn.builds.resume();
    if (options.schedules) standIn.clock.start();
    return standIn;
  }

  /** The endpoint, as `http://127.0.0.1:8080/v1`. */
  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}/v1`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends it and the functions' processes; without a folder all is forgotten. */
  async stop(): Promise<void> {
    this.clock.stop();
    this.later.stop();
    this.runtimes.coolDown();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
    if (this.temporary) rmSync(this.temporary, { recursive: true, force: true });
  }

  /** The rows of a table, the oldest first. */
  rows(databaseId: string, tableId: string): StoredRow[] {
    return Table.of(this.store, databaseId, tableId).rows.all();
  }

  /** The push notifications that were taken, the oldest first. */
  get messages(): PushMessage[] {
    return this.store.collection<StoredMessage>("messages").all().map(pushMessage);
  }

  /** The executions, the oldest first. */
  get executions(): StoredExecution[] {
    return this.allExecutions.all();
  }

  /** Runs a function as its schedule does, now. */
  runSchedule(functionId: string): Promise<StoredExecution> {
    return this.allExecutions.runSchedule(functionId);
  }

  /** The next execution of every function is a cold start, with the variables as they are then. */
  coolDown(): void {
    this.runtimes.coolDown();
  }

  get away(): boolean {
    return this.faults.away;
  }

  /** While it is away every connection is dropped, those that are open included. */
  set away(away: boolean) {
    this.faults.away = away;
    if (away) this.server.closeAllConnections();
  }

  /**
   * The next answers get lost: the work is done, then the connection closes without one.
   * @param of which requests: how `METHOD /path` begins, as `POST /tablesdb` @default any
   */
  loseNextAnswer(count = 1, of = ""): void {
    this.faults.lose(count, of);
  }

  /** How long a column, an index or a message is processed, and how long each state of a build lasts. @default 20 */
  delayStates(ms: number): void {
    this.faults.stateMs = ms;
  }

  /** The next build fails, with this as its log. */
  failNextBuild(message: string): void {
    this.faults.failingBuilds.push(message);
  }

  /** The next column or index that is processed fails, with this as its error. */
  failNextColumn(message: string): void {
    this.faults.failingColumns.push(message);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const at = Date.now();
    const read = await readRequest(request).catch(() => undefined);
    // A client that goes away in the middle gets no answer.
    if (!read) return;
    const called = { ...read, path: read.path.replace(/^\/v1/, "") };
    const answer = await this.dispatch(called).catch(answerTo);
    const lost = this.faults.loses(called.method, called.path);
    const { type, message } = answer.status >= 400 ? (answer.body as { type: string; message: string }) : {};
    const wrong = type === undefined ? {} : { type, ...(message === undefined ? {} : { message }) };
    const { method, path } = called;
    this.log.push({ method, path, status: answer.status, ...wrong, at, ms: Date.now() - at, lost });
    if (lost || this.faults.away) request.socket.destroy();
    else send(response, answer, read);
  }

  /** Who calls is looked at first, then what they may do, then what they say. */
  private async dispatch(request: CallRequest): Promise<Answer> {
    const caller = callerOf(request, this.project);
    const { route, fromPath } = match(this.routes, request.method, request.path);
    const host = (request.headers.host ?? "").replace(/:\d+$/, "");
    mustHaveScope(caller, route.scopes, { project: this.project.projectId, host });
    return route.answer({ ...request.sent, ...fromPath }, { request, caller });
  }

  private allRoutes(onMessage: (message: StoredMessage) => void): Route[] {
    return [
      ...healthRoutes(),
      ...databaseRoutes(this.store, (databaseId) => {
        for (const table of tablesOf(this.store, databaseId)) table.forget();
      }),
      ...tableRoutes(this.store),
      ...columnRoutes(this.store, this.faults, this.later),
      ...indexRoutes(this.store, this.faults, this.later),
      ...rowRoutes(this.store),
      ...functionRoutes(this.store, (functionId) => this.forgetFunction(functionId)),
      ...variableRoutes(this.store),
      ...this.deployments.routes,
      ...this.allExecutions.routes,
      ...topicRoutes(this.store),
      ...messageRoutes(this.store, this.later, onMessage),
    ];
  }

  private forgetFunction(functionId: string): void {
    forgetVariables(this.store, functionId);
    this.deployments.forget(functionId);
    this.allExecutions.forget(functionId);
  }

  /** The secret that dynamic keys are signed with, the same after a restart. */
  private signingSecret(): string {
    const secrets = this.store.collection<Stored & { secret: string }>("secrets");
    const known = secrets.get("signing") ?? secrets.create("signing", { secret: randomBytes(32).toString("hex") });
    return known.secret;
  }
}

function keysOf(keys: StandInOptions["keys"]): Map<string, ApiKey> {
  return new Map(Object.entries(keys).map(([secret, key]) => [secret, "scopes" in key ? key : { scopes: key }]));
}
