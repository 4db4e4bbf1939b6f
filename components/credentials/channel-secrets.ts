import type * as pulumi from "@pulumi/pulumi";
import { type ChannelSecretName, type ChannelSecrets, secretsOf } from "../../stacks/channels";
import type { Inventory } from "../../stacks/inventory";
import { callerScopes, deploymentScopes } from "../appwrite/schema";
import { readSecretSettings } from "./secret-settings";

const whatIsNeeded: Record<ChannelSecretName, string> = {
  smtpPassword: "the mail server's password",
  slackUrl: "the URL of Slack's incoming webhook",
  appwriteKey: `Alertmanager's API key for Appwrite (scope ${callerScopes.join(", ")})`,
  appwriteDeployKey: `the API key that deploys to Appwrite (scopes ${deploymentScopes.join(", ")})`,
  twilioAuthToken: "the auth token of Twilio's account",
  onCallPhoneNumbers: "the phone numbers of those on call, separated by commas",
};

/**
 * The secrets that the inventory's channels cannot do without.
 * @throws {SettingsError} which names those that are missing or stand there in plain text, and how to set them
 */
export function readChannelSecrets(
  config: pulumi.Config,
  { channels, stack }: Inventory,
): pulumi.Output<ChannelSecrets> {
  const settings = secretsOf(channels).map((name) => ({ name, what: whatIsNeeded[name] }));
  return readSecretSettings(config, stack, settings, {
    who: `The channels of stacks/${stack}.ts`,
    otherwise: "A channel that the stack does not use is removed from `channels` there instead.",
  });
}
