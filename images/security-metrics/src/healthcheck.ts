import http from "node:http";
import { everywhere, type ListenAddress, localUrlOf, parseListenAddress } from "./web/listen-address";

const timeoutMilliseconds = 4000;

/**
 * Asks the exporter that was started with the same `--listen` whether it is well, as an image without a shell has nothing else
 * for it. The exit code of this process tells: 0, or 1 when it is not.
 */
export async function checkHealth(args = process.argv.slice(2)): Promise<void> {
  process.exitCode = (await isHealthy(firstAddressIn(args))) ? 0 : 1;
}

function isHealthy(address: ListenAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(`${localUrlOf(address)}/healthz`, { timeout: timeoutMilliseconds }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", () => resolve(false));
  });
}

/** `--listen ADDRESS` or `--listen=ADDRESS`, without all that it takes to understand any command line. */
function firstAddressIn(args: string[]): ListenAddress {
  const at = args.findIndex((arg) => /^--listen(?:=|$)/.test(arg));
  if (at === -1) return everywhere;
  return parseListenAddress(args[at]?.split("=")[1] ?? args[at + 1] ?? "");
}
