import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { projectRoot } from "../../ops/project";
import { pause } from "../pause";

/** What an exporter showed over a while. */
interface Recording {
  /** When it began, in seconds since 1970. */
  start: number;
  /** Seconds between two pages. */
  every: number;
  pages: string[];
}

const folder = path.join(projectRoot, "lab", "feed", "recorded");
const fileOf = (name: string) => path.join(folder, `${name}.br`);

/** Asks an exporter for its page again and again, and keeps the pages in `recorded/<name>.br`. */
export async function record(name: string, ask: () => Promise<string>, pages: number, every: number): Promise<void> {
  const recording: Recording = { start: Date.now() / 1000, every, pages: [] };
  for (let page = 0; page < pages; page++) {
    recording.pages.push(await ask());
    await pause(every);
  }
  mkdirSync(folder, { recursive: true });
  // Pages are much alike: with a window over all of them they take little more room than one.
  const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
  writeFileSync(fileOf(name), brotliCompressSync(JSON.stringify(recording), { params }));
}

export function readRecording(name: string): Recording {
  return JSON.parse(brotliDecompressSync(readFileSync(fileOf(name))).toString()) as Recording;
}

/** Shows a recording as if it happened now; the last page stays. */
export async function replay(name: string, address: string, port: number): Promise<void> {
  const { start, every, pages } = readRecording(name);
  const begun = Date.now() / 1000;
  const server = http.createServer((_, response) => {
    const page = Math.min(Math.floor((Date.now() / 1000 - begun) / every), pages.length - 1);
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.end(moved(pages[page] ?? "", begun - start));
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
}

/** A page with its times, of whatever they are, so many seconds later. */
export function moved(page: string, seconds: number): string {
  return page.replace(times, (_, series: string, value: string) => `${series} ${Number(value) + seconds}`);
}

/** Samples of metrics that are a time, unless they are 0 or not known. */
const times = /^(\w*(?:_time(?:stamp)?_seconds|_last_(?:auto)?(?:vacuum|analyze))(?:\{.*\})?) ([1-9][\d.e+]*)$/gm;
