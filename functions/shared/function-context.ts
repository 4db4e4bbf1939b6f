/** What Appwrite's runtime hands to a function. @see https://github.com/open-runtimes/open-runtimes/tree/main/runtimes/node */
export interface FunctionContext {
  req: FunctionRequest;
  res: FunctionResponse;
  /** Appends a line to the execution's logs; beyond 8,000 characters it is cut. */
  log: (...messages: unknown[]) => void;
  /** The same, to the execution's errors. */
  error: (...messages: unknown[]) => void;
}

export interface FunctionRequest {
  method: string;
  /** Names in lower case; Appwrite adds `x-appwrite-trigger`, `-user-id`, `-user-jwt`, `-key`, `-execution-id`. */
  headers: Record<string, string | undefined>;
  /** The body as it came. */
  bodyText?: string;
  /** The same, or what it says when the call had the content type JSON. */
  body?: unknown;
}

export interface FunctionResponse {
  json: (body: unknown, status?: number) => unknown;
}

/** What a function's entry file exports: answers with what one of `res`' functions returned. */
export type AppwriteFunction = (context: FunctionContext) => Promise<unknown>;
