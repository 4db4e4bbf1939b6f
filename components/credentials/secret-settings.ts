import * as pulumi from "@pulumi/pulumi";
import { SettingsError } from "../../stacks/settings";

/** A setting that nobody may see. */
export interface SecretSetting<Name extends string> {
  name: Name;
  /** What it is, as `the mail server's password`. */
  what: string;
  /** Whether the stack can do without. @default false */
  optional?: boolean;
  /** What it may not hold, and why. @default it may be anything */
  without?: { pattern: RegExp; why: string } | undefined;
}

/** Whom the settings are for, in words of an error. */
export interface Purpose {
  /** As `The channels of stacks/prod.ts`. */
  who: string;
  /** What to do when a setting is not wanted, as a sentence. */
  otherwise: string;
}

/**
 * Secrets out of a stack's settings; one that is optional and not set is left out.
 * @throws {SettingsError} which names those that are missing, cannot be used or stand there in plain text, and how to
 *   set them
 */
export function readSecretSettings<Name extends string>(
  config: pulumi.Config,
  stack: string,
  settings: SecretSetting<Name>[],
  { who, otherwise }: Purpose,
): pulumi.Output<Partial<Record<Name, string>>> {
  const howToSet = ({ name, what }: SecretSetting<Name>) =>
    `  - ${what}: pulumi config set --secret ${name} --stack ${stack}`;
  const missing = settings.filter(({ name, optional = false }) => !optional && !config.get(name));
  if (missing.length > 0) {
    throw new SettingsError(
      [
        `${who} need settings that are not there yet:`,
        ...missing.map(howToSet),
        `Each asks for the value. ${otherwise}`,
      ].join("\n"),
    );
  }
  const present = settings.filter(({ name }) => config.get(name));
  const plain = present.filter(({ name }) => !isEncrypted(name));
  if (plain.length > 0) {
    throw new SettingsError(
      [
        `Pulumi.${stack}.yaml holds secrets in plain text. Change them where they are known, then set them anew:`,
        ...plain.map(howToSet),
      ].join("\n"),
    );
  }
  for (const { name, without } of present) {
    if (without?.pattern.test(config.get(name) ?? "")) throw new SettingsError(`Setting ${name}: ${without.why}`);
  }
  const values = Object.fromEntries(present.map(({ name }) => [name, config.requireSecret(name)]));
  return pulumi.secret(values) as pulumi.Output<Partial<Record<Name, string>>>;
}

/** Whether a setting was set with `--secret`; the engine tells the program in its environment. */
function isEncrypted(name: string): boolean {
  const keys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
  return keys.includes(`monitoring:${name}`);
}
