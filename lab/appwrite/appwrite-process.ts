import { once } from "node:events";
import { TellingProcess } from "../telling-process";
import type { StoredExecution } from "./functions/execution";
import type { ServeCommand, ServeEvent, ServeSettings } from "./serve";
import type { PushMessage } from "./server";
import type { TextMessage } from "./twilio";

/** The lab's Appwrite and Twilio. */
export class AppwriteProcess extends TellingProcess<ServeEvent> {
  readonly messages: PushMessage[] = [];
  readonly executions: StoredExecution[] = [];
  readonly sms: TextMessage[] = [];
  /** The endpoint, which ends in /v1. */
  url = "";
  /** In place of Twilio's own; empty where there is none. */
  twilioUrl = "";

  /** @param within what to run it through, as `["nsenter", …]` */
  static start(settings: ServeSettings, within: string[] = []): Promise<AppwriteProcess> {
    return new AppwriteProcess().begin("appwrite/serve.ts", [JSON.stringify(settings)], within);
  }

  protected hear({ listening, message, execution, sms }: ServeEvent): boolean {
    if (listening) Object.assign(this, listening);
    if (message) this.messages.push(message);
    if (execution) this.executions.push(execution);
    if (sms) this.sms.push(sms);
    return listening !== undefined;
  }

  /** Has it do something, as `{ away: true }`. */
  tell(command: ServeCommand): void {
    this.child?.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** Kills it, as a power failure would; what is in its folder stays. */
  async kill(): Promise<void> {
    if (!this.child) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }
}
