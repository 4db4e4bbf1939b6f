import { patientFetch } from "../../components/patient-fetch";
import { reasonOf } from "../ask";
import { CommandError } from "../command";

const timeoutSeconds = 30;

/** Of a list, and how many pages of it are looked at. */
export const pageSize = 100;
const mostPages = 20;

/** Asks an API of JSON, with the same headers each time. */
export class JsonApi {
  /** @param service as `GitHub`; @param root address that every path is below */
  constructor(
    private readonly service: string,
    private readonly root: string,
    private readonly headers: Record<string, string>,
  ) {}

  /** @throws {CommandError} that names the service, the call and its answer, never the headers */
  async send<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const call = `${method} ${path.split("?")[0]}`;
    const answer = await patientFetch(`${this.root}${path}`, timeoutSeconds, {
      method,
      headers: { ...this.headers, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: Error) => {
      throw new CommandError(`${this.service} (${this.root}) does not answer ${call}: ${reasonOf(error)}`);
    });
    if (!answer.ok) {
      const text = (await answer.text()).trim().slice(0, 300);
      const hint = [401, 403].includes(answer.status) ? " Has the token the rights that docs/ci.md names?" : "";
      throw new CommandError(`${this.service} answers ${answer.status} to ${call}: ${text}${hint}`);
    }
    return (await answer.json()) as Answer;
  }

  /** The first entry of a list that is asked for, page by page. */
  async find<Entry>(path: string, isIt: (entry: Entry) => boolean): Promise<Entry | undefined> {
    for (let page = 1; page <= mostPages; page++) {
      const glue = path.includes("?") ? "&" : "?";
      const entries = await this.send<Entry[]>("GET", `${path}${glue}per_page=${pageSize}&page=${page}`);
      const found = entries.find(isIt);
      if (found || entries.length < pageSize) return found;
    }
    return undefined;
  }
}

/** A variable that the pipeline sets. @throws {CommandError} when it is not there */
export function variable(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new CommandError(`${name} is not set: ${what} (docs/ci.md).`);
  return value;
}
