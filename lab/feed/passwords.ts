import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import bcrypt from "bcryptjs";
import { type Credentials, placeholderCredentials } from "../../components/credentials/credentials";
import { webConfiguration } from "../../components/credentials/web-configuration";
import type { Programs } from "./programs";

/** The passwords within the feed: placeholders, with hashes that are theirs. Cheap ones, for nobody is to guess them. */
export const feedCredentials: Credentials = Object.fromEntries(
  Object.entries(placeholderCredentials).map(([name, credential]) => [
    name,
    { ...credential, bcrypt: bcrypt.hashSync(credential.password, 4) },
  ]),
) as unknown as Credentials;

/** The header by which one is let in. */
export function basicAuth(name: keyof Credentials): Record<string, string> {
  const { user, password } = feedCredentials[name];
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

/** The file that tells an exporter who may ask. */
export function webFile({ folder }: Programs, name: keyof Credentials): string {
  const file = path.join(folder, `web-${name}.yml`);
  if (!existsSync(file)) writeFileSync(file, webConfiguration(feedCredentials[name]).content);
  return file;
}
