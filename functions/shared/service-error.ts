import { AppwriteException } from "node-appwrite";

/** A call that another service did not answer, or answered with an error. */
export class ServiceError extends Error {
  constructor(
    readonly service: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** Appwrite's name for the error, as `row_already_exists`; empty for others. */
    readonly type: string,
    message: string,
  ) {
    super(`${service}: ${[status || "no answer", type].filter(Boolean).join(" ")}: ${message}`);
    this.name = "ServiceError";
  }

  /** Whether the same call may well succeed a little later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** What the libraries of Appwrite and Twilio, or fetch itself, threw. */
export function serviceError(service: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof AppwriteException) return new ServiceError(service, error.code, error.type, error.message);
  const { message, status, cause } = error as { message?: string; status?: unknown; cause?: { code?: string } };
  const reason = cause?.code ? `${message} (${cause.code})` : (message ?? String(error));
  return new ServiceError(service, typeof status === "number" ? status : 0, "", reason);
}

/** What to tell of anything that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends the wait for an answer after so many milliseconds; the call itself may still have its effect. */
export async function answerWithin<Answer>(service: string, milliseconds: number, call: Promise<Answer>) {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const error = new ServiceError(service, 0, "", `it did not answer within ${milliseconds / 1000} s`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([call, timeout]);
  } catch (error) {
    throw serviceError(service, error);
  } finally {
    clearTimeout(timer);
  }
}
