import type { Client, RequestOpts } from "twilio/lib/base/BaseTwilio";
import Domain from "twilio/lib/base/Domain";
import Version from "twilio/lib/base/Version";
import type V2010 from "twilio/lib/rest/api/V2010";
import { MessageListInstance } from "twilio/lib/rest/api/v2010/account/message";
import { answerWithin } from "./service-error";
import type { SmsSettings } from "./settings";

/** Text messages to telephones. Each throws a {@link ServiceError} when it fails. */
export interface TextMessages {
  send: (to: string, text: string) => Promise<void>;
  /** Whether one of the last hundred to the number has this reference in its text. */
  wasSent: (to: string, reference: string) => Promise<boolean>;
}

/** How long a call may take. */
const patience = 4_000;

/**
 * By Twilio's own class for messages. Not by its whole client, which is 8 MB of every other product's classes; what that
 * would do besides (to send a request, with the account's name and token) is done here.
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 */
export function twilioMessages({ accountSid, authToken, from, baseUrl }: SmsSettings): TextMessages {
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  const client: Pick<Client, "request"> = { request: (request) => send(request, authorization) };
  const version = new Version(new Domain(client as Client, baseUrl), "2010-04-01");
  const messages = MessageListInstance(version as V2010, accountSid);
  const call = <Answer>(answer: Promise<Answer>) => answerWithin("Twilio", patience, answer);
  return {
    send: async (to, text) => {
      await call(messages.create({ to, from, body: text }));
    },
    wasSent: async (to, reference) => {
      // Not by date: one that is still waiting to be sent has none.
      const sent = await call(messages.list({ to, limit: 100, pageSize: 100 }));
      return sent.some(({ body, status }) => body?.includes(reference) && status !== "failed");
    },
  };
}

/** What Twilio's classes ask of their client. */
async function send({ method = "get", uri = "", params, data, headers }: RequestOpts, authorization: string) {
  const url = new URL(uri);
  for (const [name, value] of fieldsOf(params)) url.searchParams.append(name, value);
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: { ...(headers as Record<string, string>), authorization },
    ...(data ? { body: new URLSearchParams(fieldsOf(data)) } : {}),
  });
  return { statusCode: response.status, body: await response.text(), headers: Object.fromEntries(response.headers) };
}

function fieldsOf(fields: object | undefined): [string, string][] {
  return Object.entries(fields ?? {}).map(([name, value]) => [name, String(value)]);
}
