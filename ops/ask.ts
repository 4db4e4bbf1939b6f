import { patientFetch } from "../components/patient-fetch";

/** Who asks. */
export interface Login {
  user: string;
  password: string;
}

/** A service has answered, and not with success. */
export class AnswerError extends Error {
  constructor(
    message: string,
    /** The HTTP status. */
    readonly status: number,
  ) {
    super(message);
    this.name = "AnswerError";
  }
}

const timeoutSeconds = 10;

/**
 * Asks a service, as a person with its password.
 * @throws {AnswerError} when it refuses the password, or answers without success
 * @throws {Error} when there is no answer
 */
export async function ask(url: string, login?: Login, options: RequestInit = {}): Promise<Response> {
  const basic = login && Buffer.from(`${login.user}:${login.password}`).toString("base64");
  const headers = { ...options.headers, ...(basic ? { authorization: `Basic ${basic}` } : {}) };
  // What is asked may be long, and who is asked is enough to know.
  const [asked] = url.split("?");
  const answer = await patientFetch(url, timeoutSeconds, { ...options, headers }).catch((error: Error) => {
    throw error.name === "TimeoutError"
      ? new Error(`${asked} does not answer within ${timeoutSeconds} s`)
      : new Error(`${asked} does not answer`, { cause: error.cause ?? error });
  });
  if (answer.status === 401) {
    throw new AnswerError(`${asked} refuses the password of the stack's outputs: deploy the stack again.`, 401);
  }
  if (!answer.ok) {
    const said = (await answer.text()).trim().slice(0, 300);
    throw new AnswerError(`${asked} answers ${answer.status}: ${said}`, answer.status);
  }
  return answer;
}

/** Asks for JSON. @throws {Error} as {@link ask} */
export async function askJson(url: string, login?: Login): Promise<unknown> {
  return (await ask(url, login)).json();
}

/** An error's message, with that of its cause, which is where `fetch` says what happened. */
export function reasonOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
