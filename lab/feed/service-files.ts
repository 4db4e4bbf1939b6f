import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ConfigFiles } from "../../components/config-directory/archive";
import type { Programs } from "./programs";

/** Writes a service's files, as the stack would on its server. @returns the folder, which has a folder `data` as well */
export function writeFiles({ folder }: Programs, service: string, files: ConfigFiles): string {
  for (const [name, { content }] of Object.entries(files)) {
    const file = path.join(folder, service, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  mkdirSync(path.join(folder, service, "data"), { recursive: true });
  return path.join(folder, service);
}
