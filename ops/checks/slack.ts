import { type Check, type Finding, good, unknown, wrong } from "./check";
import { callOver, destinationOf } from "./http-over";
import { askFromAlertmanagers } from "./outside";

/**
 * Slack's webhook is there, and reached by each Alertmanager's server. It is given a message without a text, which it
 * refuses in one way where it could post it and in other ways where it could not; nothing is posted.
 */
export const checkSlack: Check = async (stack) => {
  if (!stack.inventory.channels.slack) return [];
  const { stack: name } = stack.inventory;
  const setUrl = `pulumi config set --secret slackUrl --stack ${name}`;
  const { slackUrl = "" } = stack.secrets;
  const url = URL.canParse(slackUrl) ? new URL(slackUrl) : undefined;
  if (!url) return [wrong("slack", "webhook", `the setting slackUrl is no URL: ${setUrl}`)];
  const headers = { "content-type": "application/json" };
  return askFromAlertmanagers(stack, {
    channel: "Slack",
    to: destinationOf(url),
    ask: async (connection, server, what) => {
      const { status, body } = await callOver(connection, { method: "POST", url, headers, body: '{"text":""}' });
      return slackFinding(server, what, status, body.trim(), setUrl);
    },
    mend: "Does the server's firewall let it out, and does it find the name (DNS)?",
  });
};

/** What to do about Slack's own words. */
const remedies: Record<string, string> = {
  invalid_token: "the webhook's URL is not right",
  no_service: "the webhook was removed or disabled",
  no_service_id: "the webhook's URL is not right",
  no_team: "the workspace is not there",
  team_disabled: "the workspace is disabled",
  channel_not_found: "the channel is not there",
  channel_is_archived: "the channel is archived",
  action_prohibited: "an administrator of the workspace forbids it",
  posting_to_general_channel_denied: "not everybody may post to that channel",
};

/**
 * What Slack's answer to a message with an empty text comes to.
 *
 * A webhook that works answers 400 `no_text`; that this tells a live webhook from a dead one is what secret scanners rely
 * on (github.com/trufflesecurity/trufflehog, pkg/detectors/slackwebhook). The other words are those of
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors".
 */
export function slackFinding(server: string, what: string, status: number, body: string, setUrl: string): Finding {
  if (status === 400 && ["no_text", "missing_text"].includes(body)) {
    return good(server, what, "the webhook is there, and would post (nothing was posted)");
  }
  // Services that take Slack's messages need not be strict about empty ones.
  if (status === 200) return good(server, what, "the webhook takes messages");
  const remedy = remedies[body];
  if (remedy || [401, 403, 404, 410].includes(status)) {
    const why = remedy ? `${remedy} (${body})` : `it answers ${status} ${body.slice(0, 60)}`.trim();
    return wrong(server, what, `${why}. Make a webhook anew in Slack, then: ${setUrl}`);
  }
  // Seen of webhooks that work and of some that do not: `missing_text_or_fallback_or_attachments`.
  const says = `it answers ${status} ${body.slice(0, 60)}, which does not tell; npm run test-alert shows whether one arrives`;
  return unknown(server, what, says);
}
