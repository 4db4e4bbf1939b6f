import { TellingProcess } from "../telling-process";
import type { Call } from "./hook-server";
import { type Mail, mailLogin } from "./mail-server";
import type { Listening, OutsideEvent } from "./serve";

/** A mail server, and who answers for Slack. */
export class Outside extends TellingProcess<OutsideEvent> {
  readonly mails: Mail[] = [];
  /** What Slack was told. */
  readonly calls: Call[] = [];
  private listening: Listening | undefined;

  private constructor(readonly address: string) {
    super();
  }

  static start(within: string[], address: string): Promise<Outside> {
    return new Outside(address).begin("alerting/serve.ts", [address], within);
  }

  protected hear({ mail, call, listening }: OutsideEvent): boolean {
    if (mail) this.mails.push(mail);
    if (call) this.calls.push(call);
    if (listening) this.listening = listening;
    return listening !== undefined;
  }

  /** Parts of an inventory's channels, so that its alerts come here. */
  get channels(): Record<string, string> {
    const { mailPort, authority } = this.ports;
    return {
      "email.smarthost": `${this.address}:${mailPort}`,
      "email.authority": authority,
      "email.username": mailLogin.user,
    };
  }

  get slackUrl(): string {
    return `http://${this.address}:${this.ports.hookPort}/slack`;
  }

  private get ports(): Listening {
    if (!this.listening) throw new Error("it does not listen yet");
    return this.listening;
  }
}
