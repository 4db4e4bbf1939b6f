import { type Announcement, pushOf, smsOf } from "./announcement";
import type { AppwriteCalls } from "./appwrite-calls";
import type { Clock } from "./clock";
import type { FunctionLog } from "./function-log";
import type { Retries } from "./retries";
import { reasonOf, ServiceError } from "./service-error";
import type { Settings } from "./settings";
import type { TextMessages } from "./text-messages";

/** What came of telling people. */
export interface Told {
  push: "sent" | "already sent" | "failed";
  /** Numbers; none where no text message was due. */
  sms?: { sent: number; failed: number } | "off";
  /** What did not work, each with its reason. */
  failures: string[];
}

export interface ChannelParts {
  calls: AppwriteCalls;
  texts: TextMessages | undefined;
  settings: Settings;
  retries: Retries;
  clock: Clock;
  log: FunctionLog;
}

/** The ways by which people are told. One that fails keeps nothing from the others. */
export class Channels {
  private hasSaidThatSmsIsOff = false;

  constructor(private readonly parts: ChannelParts) {}

  /** Tells people by every channel that the announcement is for; those who have been told are not told again. */
  async tell(announcement: Announcement): Promise<Told> {
    const [push, sms] = await Promise.all([this.push(announcement), this.sms(announcement)]);
    return { ...push, ...sms, failures: [...push.failures, ...(sms?.failures ?? [])] };
  }

  /** Whether the announcement's push message exists. @throws {ServiceError} when that cannot be found out */
  async wasTold({ id }: Announcement): Promise<boolean> {
    return this.parts.retries.run(() => this.exists(id));
  }

  private async push(announcement: Announcement): Promise<Pick<Told, "push" | "failures">> {
    const { calls, retries, clock } = this.parts;
    const push = pushOf(announcement, clock.now());
    try {
      const sent = await retries.run(async () => {
        try {
          await calls.createPush(push);
          return "sent";
        } catch (error) {
          // It may be there all the same: the answer was lost, or somebody else was faster. Appwrite answers 500 to an id
          // that is taken, and to much else: only a look tells which it was.
          const isUnclear = error instanceof ServiceError && (error.isTemporary || error.status === 409);
          if (isUnclear && (await this.exists(push.messageId))) return "already sent";
          throw error;
        }
      });
      return { push: sent, failures: [] };
    } catch (error) {
      return { push: "failed", failures: [`push: ${reasonOf(error)}`] };
    }
  }

  private async exists(messageId: string): Promise<boolean> {
    try {
      await this.parts.calls.getMessage({ messageId });
      return true;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404 && error.type === "message_not_found") return false;
      throw error;
    }
  }

  private async sms(announcement: Announcement): Promise<Pick<Told, "sms" | "failures"> | undefined> {
    const { texts, settings, retries, clock } = this.parts;
    const sms = smsOf(announcement, clock.now());
    if (!sms) return undefined;
    if (!texts || !settings.sms) return this.smsIsOff();
    const results = await Promise.allSettled(
      settings.sms.to.map((to) =>
        retries.run(async () => {
          // Twilio takes a message twice; only among those sent can be seen that one was.
          if (!(await wasSent(texts, to, sms.reference))) await texts.send(to, sms.text);
        }),
      ),
    );
    const failed = results.filter((result) => result.status === "rejected");
    return {
      sms: { sent: results.length - failed.length, failed: failed.length },
      failures: failed.map(({ reason }) => `SMS: ${reasonOf(reason)}`),
    };
  }

  private smsIsOff(): Pick<Told, "sms" | "failures"> {
    const { log, settings } = this.parts;
    if (!this.hasSaidThatSmsIsOff) log.say(`SMS is off: the function has no ${settings.smsMissing.join(", ")}.`);
    this.hasSaidThatSmsIsOff = true;
    return { sms: "off", failures: [] };
  }
}

/** When that cannot be found out, rather twice than never. */
async function wasSent(texts: TextMessages, to: string, reference: string): Promise<boolean> {
  try {
    return await texts.wasSent(to, reference);
  } catch {
    return false;
  }
}
