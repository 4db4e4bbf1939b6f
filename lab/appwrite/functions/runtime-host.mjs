// Runs a function's bundle as Open Runtimes' server for Node.js does, in a process of its own that stays for the next
// execution: `node runtime-host.mjs ENTRYPOINT`, told of each execution by a message and answering with one. The module
// is loaded once; several executions can be under way at once.
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { format } from "node:util";

const [, , entrypoint = ""] = process.argv;
const executions = new AsyncLocalStorage();
const load = createRequire(entrypoint);
const tooLate = Symbol("too late");

for (const level of ["log", "info", "debug", "warn", "error"]) {
  console[level] = (...said) => executions.getStore()?.logs.push(format(...said));
}

// Nobody is left whom to answer.
process.on("disconnect", () => process.exit());
process.on("message", (execution) => {
  const said = { logs: [], errors: [] };
  executions.run(said, () => {
    answer(execution, said).then((output) =>
      process.send({ id: execution.id, ...output, ...written(execution, said) }),
    );
  });
});

/** What the function answers with, and what is answered in its place when it cannot. */
async function answer(execution, said) {
  const context = contextOf(execution, said);
  const fail = (status, ...complaint) => {
    said.errors.push(format(...complaint));
    return withHeaders(context.res.text("", status));
  };
  if (!existsSync(entrypoint)) return fail(503, "Failed to load entrypoint, file does not exist.");
  let run;
  try {
    run = await main();
  } catch (error) {
    return fail(503, `Failed to load module: ${error.stack ?? error}`);
  }
  let timer;
  const timedOut = new Promise((resolve) => {
    timer = setTimeout(() => resolve(tooLate), execution.timeoutMs);
  });
  try {
    const output = await Promise.race([run(context), timedOut]);
    if (output === tooLate) return fail(500, "Execution timed out.");
    if (output === null || output === undefined) {
      return fail(500, "Return statement missing. return context.res.empty() if no response is expected.");
    }
    return withHeaders(output);
  } catch (error) {
    return fail(500, error?.stack ?? error);
  } finally {
    clearTimeout(timer);
  }
}

/** The function that the bundle exports, as its module or as its default. */
async function main() {
  let loaded;
  try {
    loaded = load(entrypoint);
  } catch (error) {
    if (error.code !== "ERR_REQUIRE_ESM") throw error;
    loaded = await import(entrypoint);
  }
  const run = loaded.default ?? loaded;
  if (typeof run !== "function")
    throw new TypeError("Function signature invalid. Did you forget to export a 'main' function?");
  return run;
}

function contextOf({ method, path: written, headers, body: text }, said) {
  const [path, queryString = ""] = written.split("?");
  const [host, port = "80"] = headers.host.split(":");
  const bodyBinary = Buffer.from(text, "utf8");
  const req = {
    get body() {
      const isJson = (headers["content-type"] ?? "text/plain").startsWith("application/json");
      if (!isJson) return this.bodyText;
      return bodyBinary.length > 0 ? this.bodyJson : {};
    },
    get bodyRaw() {
      return this.bodyText;
    },
    get bodyText() {
      return bodyBinary.toString();
    },
    get bodyJson() {
      return JSON.parse(this.bodyText);
    },
    bodyBinary,
    headers,
    method,
    host,
    scheme: "http",
    port: Number(port),
    path,
    query: Object.fromEntries(queryString.split("&").flatMap(readParameter)),
    queryString,
    url: `http://${headers.host}${written}`,
  };
  return {
    req,
    res: responses,
    log: (...messages) => said.logs.push(format(...messages)),
    error: (...messages) => said.errors.push(format(...messages)),
  };
}

function readParameter(written) {
  const [name, ...value] = written.split("=");
  return name ? [[name, value.join("=")]] : [];
}

const responses = {
  send: (body, statusCode = 200, headers = {}) => ({ body, statusCode, headers }),
  binary: (body, statusCode = 200, headers = {}) => ({ body, statusCode, headers }),
  text: (body, statusCode = 200, headers = {}) => ({ body: Buffer.from(body, "utf8"), statusCode, headers }),
  json: (content, statusCode = 200, headers = {}) => {
    return responses.text(JSON.stringify(content), statusCode, { ...headers, "content-type": "application/json" });
  },
  empty: () => responses.text("", 204),
  redirect: (url, statusCode = 301, headers = {}) => responses.text("", statusCode, { ...headers, location: url }),
};

function withHeaders({ body = "", statusCode = 200, headers = {} }) {
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const own = Object.fromEntries(lowered);
  const type = (own["content-type"] ?? "text/plain").toLowerCase();
  const contentType = type.startsWith("multipart/") || type.includes("charset=") ? type : `${type}; charset=utf-8`;
  const text = Buffer.isBuffer(body) ? body.toString("utf8") : String(body ?? "");
  return { statusCode, body: text, headers: { ...own, "content-type": contentType } };
}

function written({ logging }, { logs, errors }) {
  return logging ? { logs: logs.join("\n"), errors: errors.join("\n") } : { logs: "", errors: "" };
}
