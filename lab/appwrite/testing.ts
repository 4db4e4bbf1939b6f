import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import {
  type AppwriteException,
  Client,
  Functions,
  Messaging,
  type ProjectKeyScopes,
  Runtime,
  TablesDB,
} from "node-appwrite";
import { InputFile } from "node-appwrite/file";
import tar from "tar-stream";
import { afterEach, vi } from "vitest";
import { allScopes } from "./scopes";
import { AppwriteStandIn, type StandInOptions } from "./server";

const started: AppwriteStandIn[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(started.splice(0).map((standIn) => standIn.stop()));
});

/** A stand-in that ends with its test, whose project is `lab` and whose key `admin` may do everything. */
export async function startStandIn(options: Partial<StandInOptions> = {}): Promise<AppwriteStandIn> {
  const standIn = await AppwriteStandIn.start({ projectId: "lab", keys: { admin: allScopes }, ...options });
  started.push(standIn);
  standIn.delayStates(5);
  return standIn;
}

/** The SDK's services for a stand-in, without the SDK's warning that the server is older than it is. */
export function servicesOf({ url }: AppwriteStandIn, key = "admin", project = "lab") {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const client = new Client().setEndpoint(url).setProject(project);
  if (key) client.setKey(key);
  return { tables: new TablesDB(client), functions: new Functions(client), messaging: new Messaging(client) };
}

/** What a call is refused with: `409 row_already_exists`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => new Error("it went well"),
    (reason) => reason,
  );
  const { code, type, message } = error as AppwriteException;
  return code ? `${code} ${type}` : message;
}

/** Waits until something is so. @throws {Error} after two seconds */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it did not come to that");
}

/** The table `alerts` of the database `monitoring`. */
export const alerts = { databaseId: "monitoring", tableId: "alerts" };

/** Makes that table, without columns. */
export async function makeTable({ tables }: ReturnType<typeof servicesOf>): Promise<void> {
  await tables.create({ databaseId: "monitoring", name: "Monitoring" });
  await tables.createTable({ ...alerts, name: "Alerts" });
}

/** Waits until all of the table's columns and indexes are there. */
export function untilAvailable({ tables }: ReturnType<typeof servicesOf>): Promise<void> {
  return until(async () => {
    const { columns, indexes } = await tables.getTable(alerts);
    return [...columns, ...indexes].every(({ status }) => status === "available");
  });
}

/** A bundle as it is uploaded. @param files path → content */
export async function bundle(files: Record<string, string>): Promise<InputFile> {
  const archive = tar.pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return InputFile.fromBuffer(gzipSync(await buffer(archive)), "code.tar.gz");
}

/** Makes the function `tried` with this `main.js`, built and active. */
export async function deploy(
  { functions }: ReturnType<typeof servicesOf>,
  main: string,
  settings: {
    schedule?: string;
    timeout?: number;
    execute?: string[];
    scopes?: ProjectKeyScopes[];
    logging?: boolean;
  } = {},
): Promise<void> {
  const functionId = "tried";
  const base = { functionId, name: "Tried", runtime: Runtime.Node22, entrypoint: "main.js" };
  await functions.create({ ...base, ...settings });
  await functions.createDeployment({ functionId, code: await bundle({ "main.js": main }), activate: true });
  await until(async () => (await functions.get({ functionId })).deploymentId !== "");
}
