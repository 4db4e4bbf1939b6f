import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import tar from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { functionIds } from "../components/appwrite/schema";
import { bundleFunction, type FunctionBundle } from "./build";
import { webhookAlert, webhookBody } from "./testing/alerts";
import { AppwriteServer } from "./testing/appwrite-server";
import { FakeAppwrite } from "./testing/fake-appwrite";
import { keyHeaders, twilioVariables, variables } from "./testing/run-function";
import { TwilioServer } from "./testing/twilio-server";

let bundles: FunctionBundle[];
let folder: string;

beforeAll(async () => {
  bundles = await Promise.all(functionIds.map(bundleFunction));
  folder = await mkdtemp(path.join(os.tmpdir(), "functions-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function entriesOf(archive: Buffer): Promise<Record<string, { content: string; mtime?: number | undefined }>> {
  const entries: Record<string, { content: string; mtime?: number | undefined }> = {};
  const extract = tar.extract();
  extract.end(gunzipSync(archive));
  for await (const entry of extract) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries[entry.header.name] = { content: Buffer.concat(chunks).toString(), mtime: entry.header.mtime?.getTime() };
  }
  return entries;
}

describe.each(functionIds)("the bundle of %s", (id) => {
  const bundle = () => bundles.find((one) => one.id === id) as FunctionBundle;

  it("is the same for the same sources", async () => {
    const again = await bundleFunction(id);
    expect(again.archive.equals(bundle().archive)).toBe(true);
    expect(again.digest).toBe(bundle().digest);
  });

  it("is an archive with the entry file at its root, and nothing to install", async () => {
    const entries = await entriesOf(bundle().archive);
    expect(Object.keys(entries)).toEqual(["main.js", "package.json"]);
    expect(entries["main.js"]).toEqual({ content: bundle().main, mtime: 0 });
    expect(JSON.parse(entries["package.json"]?.content ?? "")).toEqual({
      name: id,
      private: true,
      type: "commonjs",
      main: "main.js",
    });
  });

  it("is small, and asks for nothing but Node's own modules", () => {
    expect(bundle().archive.length).toBeLessThan(100_000);
    const asked = [...bundle().main.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) =>
      name.replace("node:", ""),
    );
    const own = new Set(["buffer", "crypto", "fs", "fs/promises", "path", "url", "util"]);
    expect(asked.filter((name) => !own.has(name))).toEqual([]);
  });

  it("names no folder of the machine that built it", () => {
    expect(bundle().main).not.toContain(path.dirname(import.meta.dirname));
  });
});

it("runs by itself: from Alertmanager's call to the row and the push", async () => {
  const appwrite = new FakeAppwrite();
  const [server, twilio] = await Promise.all([AppwriteServer.start(appwrite), TwilioServer.start()]);
  try {
    const bases = { APPWRITE_ENDPOINT: server.endpoint, TWILIO_BASE_URL: twilio.baseUrl };
    const env = { ...variables, ...twilioVariables, ...bases };
    const run = async (id: string, request: object) => {
      await writeFile(path.join(folder, `${id}.js`), bundles.find((one) => one.id === id)?.main ?? "");
      // As Appwrite's runtime calls it.
      const script = `
        const loaded = require(${JSON.stringify(path.join(folder, `${id}.js`))});
        const lines = [];
        const note = (line) => lines.push(line);
        const res = { json: (body, status = 200) => ({ body, status }) };
        (loaded.default || loaded)({ req: ${JSON.stringify(request)}, res, log: note, error: note })
          .then((answer) => console.log(JSON.stringify({ ...answer, lines })));`;
      const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: folder, env });
      return JSON.parse(stdout);
    };
    const body = JSON.stringify(webhookBody([webhookAlert()]));
    const first = await run("alert-processor", { method: "POST", headers: keyHeaders, bodyText: body });
    expect(first).toMatchObject({
      status: 200,
      body: { created: 1, outcomes: [{ told: { push: "sent", sms: { sent: 2 } } }] },
    });
    expect(twilio.sent.map(({ to }) => to).sort()).toEqual(["+15550000001", "+15550000002"]);
    expect(appwrite.row("a1b2c3d4e5f60718")?.status).toBe("firing");
    const check = await run("heartbeat-check", {
      method: "POST",
      headers: { "x-appwrite-trigger": "schedule" },
      bodyText: "",
    });
    expect(check).toMatchObject({ status: 200, body: { alert: "resolved" } });
    expect(appwrite.row("heartbeat-missing")?.status).toBe("resolved");
    expect(appwrite.pushes).toHaveLength(1);
  } finally {
    await Promise.all([server.stop(), twilio.stop()]);
  }
});
