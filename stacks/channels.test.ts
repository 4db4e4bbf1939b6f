import { expect, it } from "vitest";
import { channelsSchema, secretsOf } from "./channels";

const email = { smarthost: "mail.lan:25", from: "a@example.org", to: {} };
const appwrite = { endpoint: "https://appwrite.lan/v1", project: "p" };

it.each([
  ["no channel", {}, []],
  ["a mail server that nobody logs in to", { email }, []],
  ["a mail server with a user", { email: { ...email, username: "a" } }, ["smtpPassword"]],
  ["Slack", { slack: {} }, ["slackUrl"]],
  ["Appwrite", { appwrite }, ["appwriteKey", "appwriteDeployKey"]],
  [
    "Appwrite with SMS",
    { appwrite: { ...appwrite, sms: { accountSid: "AC1", from: "+15551234567" } } },
    ["appwriteKey", "appwriteDeployKey", "twilioAuthToken", "onCallPhoneNumbers"],
  ],
])("%s asks for what it needs, and for no more", (_, channels, secrets) => {
  expect(secretsOf(channelsSchema.parse(channels))).toEqual(secrets);
});
