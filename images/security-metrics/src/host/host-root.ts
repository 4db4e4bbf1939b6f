import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

const mostLinks = 40;

/** The host's files, seen below a folder: `/host` in the container, `/` when run by hand. */
export class HostRoot {
  constructor(readonly folder: string) {}

  /** Where a file of the host is found from here, symbolic links not followed. */
  at(hostPath: string): string {
    return path.join(this.folder, hostPath);
  }

  /**
   * The same with symbolic links followed as the host follows them: an absolute one begins at the host's root, and none
   * leads out of it. Parts that do not exist are taken as they are.
   * @throws {Error} when links lead to each other
   */
  resolve(hostPath: string): string {
    let links = 0;
    const todo = hostPath.split("/");
    const done: string[] = [];
    while (todo.length > 0) {
      const part = todo.shift();
      if (part === undefined || part === "" || part === ".") continue;
      if (part === "..") {
        done.pop();
        continue;
      }
      const target = linkTarget(this.at([...done, part].join("/")));
      if (target === undefined) {
        done.push(part);
        continue;
      }
      if (++links > mostLinks) throw new Error(`${hostPath}: its symbolic links lead to each other`);
      if (target.startsWith("/")) done.length = 0;
      todo.unshift(...target.split("/"));
    }
    return this.at(done.join("/"));
  }

  /** The text of a file of the host. @throws as `readFileSync` does */
  read(hostPath: string): string {
    return readFileSync(this.resolve(hostPath), "utf8");
  }

  /** The same, or nothing where there is no such file. @throws when it is there and cannot be read */
  readIfThere(hostPath: string): string | undefined {
    try {
      return this.read(hostPath);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function linkTarget(file: string): string | undefined {
  // Most files are no links; lstat tells that without an exception.
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
  return readlinkSync(file);
}

/** Nothing is there, or what was there has gone meanwhile (a process that has ended answers ESRCH). */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ESRCH"].includes(codeOf(error));
}

/** It is there, and this process may not look at it. */
export function isForbidden(error: unknown): boolean {
  return ["EACCES", "EPERM"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}
