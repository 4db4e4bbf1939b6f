/** Every scope that 1.8.1 knows, for a key or for a function; some of them no route asks for. */
export const allScopes = [
  "sessions.write",
  ...["users", "teams", "databases", "collections", "tables", "attributes", "columns", "indexes"].flatMap(readWrite),
  ...["documents", "rows", "files", "buckets", "functions", "sites", "log", "execution"].flatMap(readWrite),
  "locale.read",
  "avatars.read",
  "health.read",
  ...["providers", "messages", "topics", "subscribers", "targets", "rules", "migrations", "vcs"].flatMap(readWrite),
  "assistant.read",
  ...readWrite("tokens"),
];

function readWrite(name: string): string[] {
  return [`${name}.read`, `${name}.write`];
}

/** What every API key may do beside its own scopes. `public` is not among it: that is for callers without a key. */
export const scopesOfKeys = ["global", "health.read", "graphql"];

/** What a caller without a key may do; execute permissions and row permissions then still say no. */
export const scopesOfGuests = [
  "global",
  "public",
  "home",
  "console",
  "graphql",
  "sessions.write",
  "documents.read",
  "documents.write",
  "rows.read",
  "rows.write",
  "files.read",
  "files.write",
  "locale.read",
  "avatars.read",
  "execution.write",
];
