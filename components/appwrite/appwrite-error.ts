/**
 * Something about Appwrite that a person can put right. The message says all there is to say: endpoint, object, what was
 * expected, what to do. It has no stack, because the engine would print it.
 */
export class AppwriteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AppwriteError";
    this.stack = "";
  }

  override toString(): string {
    return this.message;
  }
}
