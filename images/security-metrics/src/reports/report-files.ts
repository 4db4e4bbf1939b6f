import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type HostRoot, isMissing } from "../host/host-root";

/** What is longer would not fit into the memory that a scan has; Trivy writes a few MiB for an image. */
const mostBytes = 16 * 1024 * 1024;

export interface Report {
  /** As the host sees it. */
  file: string;
  text: string;
}

/**
 * What another program has left for this one to read.
 * @param place a file, or a folder with any number of them, as the host sees it
 * @param ending of the files' names in the folder, as `.json`
 * @param maxAge seconds after which it is taken for left over by a program that no longer runs
 * @throws {Error} when there is nothing, or nothing new
 */
export function readReports(host: HostRoot, place: string, ending: string, maxAge: number): Report[] {
  const files = filesAt(host, place, ending);
  if (files.length === 0) throw new Error(`${place} holds no report: has the program that writes it run yet?`);
  return files.map((file) => {
    const real = host.resolve(file);
    const { mtimeMs, size } = statSync(real);
    const hours = Math.round((Date.now() - mtimeMs) / 3_600_000);
    if (Date.now() - mtimeMs > maxAge * 1000) throw new Error(`${file} is ${hours} h old: does the program still run?`);
    if (size > mostBytes)
      throw new Error(`${file} is longer than ${mostBytes} bytes: have it list less (--severity CRITICAL,HIGH)`);
    return { file, text: readFileSync(real, "utf8") };
  });
}

function filesAt(host: HostRoot, place: string, ending: string): string[] {
  const real = host.resolve(place);
  try {
    if (!statSync(real).isDirectory()) return [place];
    return readdirSync(real)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => path.posix.join(place, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
