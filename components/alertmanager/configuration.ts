import { stringify } from "yaml";
import { inhibitions } from "../../alerts/inhibition";
import { type Receiver, receiversOf } from "../../alerts/receivers";
import { routing } from "../../alerts/routing";
import { ruleContext, rulesFor } from "../../alerts/rule-files";
import {
  alertFunction,
  type ChannelSecretName,
  type ChannelSecrets,
  type Channels,
  secretsOf,
} from "../../stacks/channels";
import type { AlertmanagerPlacement, Inventory } from "../../stacks/inventory";
import { alertmanagersOf } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";
import { messageTemplates } from "./messages";

/** Where the container sees its files. */
export const mountPath = "/etc/alertmanager";

/** What Alertmanager itself has to know of the channels' secrets. */
const secretFiles = {
  smtpPassword: "secrets/smtp-password",
  slackUrl: "secrets/slack-url",
  appwriteKey: "secrets/appwrite-key",
} as const satisfies Partial<Record<ChannelSecretName, string>>;
const authorityFile = "smtp-authority.pem";

/**
 * Alertmanager's files, the same for each of a stack's: two that are one cluster must agree on who is told.
 * @param at where the service finds them: it takes the names of secrets as they stand, not relative to its configuration
 * @throws {InventoryError} when a receiver has nothing to do
 */
export function alertmanagerFiles(
  inventory: Inventory,
  credentials: Credentials,
  secrets: ChannelSecrets,
  at = mountPath,
): ConfigFiles {
  const { channels } = inventory;
  const authority = channels.email?.authority;
  const asked = secretsOf(channels).filter((name) => name in secretFiles) as (keyof typeof secretFiles)[];
  return {
    "alertmanager.yml": { content: stringify(alertmanagerConfiguration(inventory, at), { lineWidth: 0 }) },
    "templates/messages.tmpl": { content: messageTemplates(inventory) },
    "web.yml": webConfiguration(credentials.alertmanager),
    ...(authority ? { [authorityFile]: { content: authority } } : {}),
    ...Object.fromEntries(asked.map((name) => [secretFiles[name], { content: secrets[name] ?? "", secret: true }])),
  };
}

/** @see https://prometheus.io/docs/alerting/latest/configuration/ */
function alertmanagerConfiguration(inventory: Inventory, at: string) {
  const { channels } = inventory;
  const rules = rulesFor(ruleContext(inventory));
  return {
    ...(channels.email ? { global: mailServer(channels.email, at) } : {}),
    templates: ["templates/*.tmpl"],
    route: routing,
    inhibit_rules: inhibitions(rules),
    receivers: receiversOf(inventory).map((receiver) => receiverConfiguration(receiver, channels, at)),
  };
}

function mailServer(email: NonNullable<Channels["email"]>, at: string) {
  const { smarthost, from, username, tls, authority } = email;
  return {
    smtp_smarthost: smarthost,
    smtp_from: from,
    smtp_require_tls: tls === "required",
    ...(username ? { smtp_auth_username: username, smtp_auth_password_file: `${at}/${secretFiles.smtpPassword}` } : {}),
    ...(authority ? { smtp_tls_config: { ca_file: `${at}/${authorityFile}` } } : {}),
  };
}

function receiverConfiguration({ name, channels: names, addresses }: Receiver, channels: Channels, at: string) {
  const { appwrite, slack } = channels;
  return {
    name,
    ...(names.includes("appwrite") && appwrite ? { webhook_configs: [executionOf(appwrite, at)] } : {}),
    ...(names.includes("email") ? { email_configs: [mailTo(addresses)] } : {}),
    ...(names.includes("slack") ? { slack_configs: [slackMessage(slack, at)] } : {}),
  };
}

/** Appwrite's own call that runs a function. */
function executionOf(appwrite: NonNullable<Channels["appwrite"]>, at: string) {
  return {
    url: `${appwrite.endpoint.replace(/\/+$/, "")}/functions/${alertFunction}/executions`,
    send_resolved: true,
    http_config: {
      http_headers: {
        "X-Appwrite-Project": { values: [appwrite.project] },
        "X-Appwrite-Key": { files: [`${at}/${secretFiles.appwriteKey}`] },
      },
    },
    // Appwrite wants a text: the alerts as JSON, which Alertmanager would take for an object if it were not text twice.
    payload: { body: "{{ . | toJson | toJson }}", async: true },
    timeout: "10s",
  };
}

function mailTo(addresses: string[]) {
  return {
    to: addresses.join(", "),
    send_resolved: true,
    headers: { Subject: '{{ template "title" . }}' },
    html: '{{ template "html" . }}',
    text: '{{ template "text" . }}',
    // What belongs together is one conversation in the mail program.
    threading: { enabled: true, thread_by_date: "none" },
  };
}

function slackMessage(slack: Channels["slack"], at: string) {
  return {
    api_url_file: `${at}/${secretFiles.slackUrl}`,
    ...(slack?.channel ? { channel: slack.channel } : {}),
    send_resolved: true,
    title: '{{ template "slack.title" . }}',
    title_link: "{{ .ExternalURL }}",
    text: '{{ template "slack.text" . }}',
    fallback: '{{ template "slack.title" . }}',
    color: '{{ template "slack.colour" . }}',
  };
}

/** The flags by which the Alertmanagers of a stack find each other; one alone has no port for that. */
export function clusterFlags(self: AlertmanagerPlacement, inventory: Inventory): string[] {
  const others = alertmanagersOf(inventory).filter((one) => one.container !== self.container);
  if (others.length === 0) return ["--cluster.listen-address="];
  const gossip = ({ server, gossipPort }: AlertmanagerPlacement) => `${server.address}:${gossipPort}`;
  return [
    `--cluster.listen-address=0.0.0.0:${self.gossipPort}`,
    // Its container knows an address that nobody else can reach.
    `--cluster.advertise-address=${gossip(self)}`,
    `--cluster.peer-name=${self.server.name}`,
    ...others.map((one) => `--cluster.peer=${gossip(one)}`),
    `--cluster.label=${inventory.stack}`,
    // As long as they are there, the first one tells; the second waits this long for its word.
    "--cluster.peer-timeout=15s",
    // A lost peer is asked for again for as long as it takes.
    "--cluster.reconnect-timeout=720h",
  ];
}
