/** Asks for JSON, and expects to get it. */
// biome-ignore lint/suspicious/noExplicitAny: the answers of four services
export async function get(url: string, login?: { user: string; password: string }): Promise<any> {
  const basic = login ? Buffer.from(`${login.user}:${login.password}`).toString("base64") : undefined;
  const answer = await fetch(url, {
    headers: basic ? { authorization: `Basic ${basic}` } : {},
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return answer.json();
}

/** Asks once a second until there is an answer. */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  let last: unknown;
  for (let second = 0; second < seconds; second++) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`not within ${seconds} s: ${what}${last ? ` (${last})` : ""}`);
}

/** Sends JSON, and expects that it is taken. */
export async function ask(method: string, url: string, login: { user: string; password: string }, body?: object) {
  const basic = Buffer.from(`${login.user}:${login.password}`).toString("base64");
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Basic ${basic}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${method} ${url} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
}
