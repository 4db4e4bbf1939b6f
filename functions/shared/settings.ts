/** How a function reaches Appwrite, and by which ways it tells people. */
export interface Settings {
  /** As `https://appwrite.example.org/v1`. */
  endpoint: string;
  project: string;
  key: string;
  database: string;
  table: string;
  sms: SmsSettings | undefined;
  /** Which variables are missing for SMS. */
  smsMissing: string[];
  /** Called with GET at every check while the heartbeat is there. */
  heartbeatUrl: string | undefined;
  /** For how long after its start an execution repeats what failed. */
  retryMilliseconds: number;
}

export interface SmsSettings {
  accountSid: string;
  authToken: string;
  /** Sender, as `+15551234567`. */
  from: string;
  /** Whom to tell: the numbers of those on call. */
  to: string[];
  /** Twilio's API, or what stands in for it. */
  baseUrl: string;
}

/** Settings that a function cannot run without. */
export class SettingsError extends Error {}

type Variables = Record<string, string | undefined>;

/** Together with an attempt's own time this stays below Appwrite's default timeout of 15 s. */
const defaultRetrySeconds = 8;

/**
 * Reads the function's variables. Appwrite's own (endpoint, project, and the key that comes with each execution) stand in
 * for those that are not set.
 * @param headers of the request
 * @throws {SettingsError} which names what is missing
 */
export function readSettings(variables: Variables, headers: Variables): Settings {
  const missing: string[] = [];
  const required = (name: string, ...alternatives: (string | undefined)[]) => {
    const value = [variables[name], ...alternatives].find((one) => one?.trim());
    if (!value) missing.push(name);
    return value?.trim() ?? "";
  };
  const settings = {
    endpoint: required("APPWRITE_ENDPOINT", variables.APPWRITE_FUNCTION_API_ENDPOINT).replace(/\/+$/, ""),
    project: required("APPWRITE_PROJECT_ID", variables.APPWRITE_FUNCTION_PROJECT_ID),
    key: required("APPWRITE_FUNCTION_API_KEY", headers["x-appwrite-key"]),
    database: required("DATABASE_ID"),
    table: required("ALERTS_COLLECTION_ID"),
  };
  if (missing.length > 0) {
    throw new SettingsError(
      `the function's variables lack ${missing.join(", ")}: set them on the function in Appwrite.`,
    );
  }
  const retrySeconds = Number(variables.RETRY_SECONDS?.trim() || defaultRetrySeconds);
  if (!(retrySeconds >= 0)) throw new SettingsError("the function's variable RETRY_SECONDS is no number of seconds.");
  return {
    ...settings,
    ...smsSettings(variables),
    heartbeatUrl: variables.HEARTBEAT_URL?.trim() || undefined,
    retryMilliseconds: retrySeconds * 1000,
  };
}

function smsSettings(variables: Variables): Pick<Settings, "sms" | "smsMissing"> {
  const names = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER", "ONCALL_PHONE_NUMBERS"] as const;
  const [accountSid = "", authToken = "", from = "", numbers = ""] = names.map((name) => variables[name]?.trim());
  const to = [...new Set(numbers.split(",").map((number) => number.replace(/[\s()-]/g, "")))].filter(Boolean);
  const values = [accountSid, authToken, from, to.join()];
  const smsMissing = names.filter((_, index) => !values[index]);
  if (smsMissing.length > 0) return { sms: undefined, smsMissing };
  const baseUrl = variables.TWILIO_BASE_URL?.trim() || "https://api.twilio.com";
  return { sms: { accountSid, authToken, from, to, baseUrl }, smsMissing };
}

/** What must not be seen in a log or an answer. */
export function secretsOf({ key, sms, heartbeatUrl }: Settings): string[] {
  return [key, heartbeatUrl, sms?.accountSid, sms?.authToken, sms?.from, ...(sms?.to ?? [])].filter(
    (secret) => secret !== undefined,
  );
}
