import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

/** When a scan runs, and for how long. */
function timing(every: number, limit: number) {
  return {
    /** Seconds from one beginning to the next. */
    every: z.number().min(5).max(86_400).default(every),
    /** Seconds after which it is given up. */
    limit: z.number().min(1).max(3600).default(limit),
  };
}

const hostPath = z.string().startsWith("/", "has to be a path on the host, from / on");
const hostPaths = z.array(hostPath);
/** Two days: a program that runs every night may miss once. */
const maxAge = z.number().positive().default(172_800);

/** What each scan looks at and how often. `false` turns it off: then it exports neither its time nor its success. */
export const scansSchema = z
  .strictObject({
    logins: orOff({
      ...timing(60, 30),
      /** What sshd writes itself, where it is started with `-E FILE`. */
      sshdLog: hostPath.optional(),
    }),
    ports: orOff(timing(60, 30)),
    processes: orOff({
      ...timing(60, 30),
      /** Executables that are known and wanted where they are; with `*` and `**`. */
      ignore: hostPaths.default([]),
    }),
    docker: orOff(timing(60, 60)),
    integrity: orOff({
      ...timing(300, 60),
      /** Files whose content, owner and mode are to stay as they are; `*` for any name, `~` for every user's home. */
      files: z
        .array(z.string().regex(/^(?:\/|~\/)/, "has to begin with / or ~/"))
        .default([
          "/etc/ssh/sshd_config",
          "/etc/ssh/sshd_config.d/*",
          "/etc/sudoers",
          "/etc/sudoers.d/*",
          "/etc/passwd",
          "/etc/group",
          "/etc/ld.so.preload",
          "~/.ssh/authorized_keys*",
        ]),
      /** Files whose owner and mode are to stay, while their content changes. */
      modes: hostPaths.default(["/etc/shadow", "/etc/gshadow"]),
    }),
    files: orOff({
      ...timing(3600, 600),
      /** Folders that are not looked into; with `*` and `**`. */
      exclude: hostPaths.default([]),
      /** SUID files that belong to no package and are wanted; with `*` and `**`. */
      knownSuid: hostPaths.default([]),
    }),
    vulnerabilities: onDemand({
      ...timing(900, 60),
      /** A report of Trivy's (`--format json`), or a folder of them (`*.json`). */
      reports: hostPath,
      /** Seconds after which a report is too old to go by. */
      maxAge,
    }),
    malware: onDemand({
      ...timing(900, 60),
      /** A log of clamscan's (`--log`), or a folder of them (`*.log`). */
      reports: hostPath,
      /** Seconds after which a log is too old to go by. */
      maxAge,
      /** Files that it takes for malware, and that are none; with `*` and `**`. */
      ignore: hostPaths.default([]),
    }),
  })
  .prefault({});

const schema = z.strictObject({ scans: scansSchema });

function orOff<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.union([z.literal(false), z.strictObject(shape)]).prefault({} as never);
}

function onDemand<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.union([z.literal(false), z.strictObject(shape)]).default(false);
}

/** Which scans run, how often, and what they look at. */
export type Configuration = z.output<typeof schema>;

/** What the file may hold: all of it can be left out. */
export type ConfigurationFile = z.input<typeof schema>;

/** Reads a YAML or JSON file. @throws {Error} that names the file and the setting */
export function readConfiguration(file: string | undefined): Configuration {
  if (file === undefined) return schema.parse({});
  return parseConfiguration(readFileSync(file, "utf8"), file);
}

/** @throws {Error} that names the file and the setting */
export function parseConfiguration(text: string, file: string): Configuration {
  const result = schema.safeParse(parseYaml(text, file) ?? {});
  if (result.success) return result.data;
  throw new Error(`${file}: ${issuesOf(result.error).join("; ")}`);
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${file} is neither YAML nor JSON: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** Each problem with the setting that it is about. Of a scan that may be `false`, what is wrong with the rest matters. */
function issuesOf(error: z.ZodError): string[] {
  const plain = (issue: z.core.$ZodIssue, above: PropertyKey[]): string[] => {
    const path = [...above, ...issue.path];
    if (issue.code === "invalid_union") return (issue.errors.at(-1) ?? []).flatMap((inner) => plain(inner, path));
    return [`${path.join(".") || "the file"}: ${issue.message}`];
  };
  return error.issues.flatMap((issue) => plain(issue, []));
}
