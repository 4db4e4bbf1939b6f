import { isMainThread } from "node:worker_threads";

// Each loads what it needs and no more. A health check is a process of its own every few seconds, and costs as much as all
// scans together when it loads all that they need.
if (!isMainThread) void import("./threads").then(({ runThread }) => runThread());
else if (process.argv.includes("--healthcheck")) void import("./healthcheck").then(({ checkHealth }) => checkHealth());
else void import("./command-line").then(({ runCommandLine }) => runCommandLine(__filename));
