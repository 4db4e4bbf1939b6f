/**
 * `fetch`, which is an answer or an error within a time, whatever the server does. `AbortSignal.timeout` alone keeps no
 * process alive: when a server drops the connection before it answers, Node.js 20 waits for nothing any more, and would end the
 * process in the middle of the question.
 * @param seconds in which the whole answer has to be there
 * @throws {DOMException} named TimeoutError when it is not
 * @throws {TypeError} when there is no connection
 */
export async function patientFetch(url: string, seconds: number, options: RequestInit = {}): Promise<Response> {
  const bound = seconds * 1000;
  const alive = setTimeout(() => {}, bound + 1000);
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(bound) });
  } finally {
    clearTimeout(alive);
  }
}
