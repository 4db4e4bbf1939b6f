import { z } from "zod";

/** Receivers that are people, and so may have mail addresses. */
export const teamNames = ["critical-team", "warning-team", "security-team", "dba-team", "mlops-team"] as const;
export type TeamName = (typeof teamNames)[number];

const address = z.email({ error: "a mail address is written as name@example.org" });

/** The ways out for alerts that a stack has; none: alerts are seen in Alertmanager and Grafana only. */
export const channelsSchema = z
  .strictObject({
    email: z
      .strictObject({
        /** The mail server, as `smtp.example.org:587`; on port 465 TLS begins at once, elsewhere by STARTTLS. */
        smarthost: z.string().regex(/^[\w.-]+:\d+$/, { error: "a mail server is written as smtp.example.org:587" }),
        /** Sender. */
        from: address,
        /** Who logs in there, with the password of the setting `smtpPassword`. @default nobody logs in */
        username: z.string().min(1).optional(),
        /** `off` only for a mail server on the same machine. @default required */
        tls: z.enum(["required", "off"]).default("required"),
        /** Certificate of the authority that the mail server's own is signed by, as PEM. @default the public ones */
        authority: z
          .string()
          .startsWith("-----BEGIN CERTIFICATE-----", { error: "a certificate as PEM, -----BEGIN CERTIFICATE----- …" })
          .optional(),
        /** Team → its addresses. */
        to: z.partialRecord(z.enum(teamNames), z.array(address).min(1, { error: "at least one address" })),
      })
      .optional(),
    /** By an incoming webhook, whose URL is the setting `slackUrl`. */
    slack: z
      .strictObject({
        /** Another channel than the webhook's own, as `#alerts`. */
        channel: z
          .string()
          .regex(/^[#@]\S+$/, { error: "a channel is written as #alerts" })
          .optional(),
      })
      .optional(),
    /**
     * By the execution of a function, with the API key of the setting `appwriteKey`; the function, and the table in which
     * it stores alerts, are deployed with that of the setting `appwriteDeployKey`.
     */
    appwrite: z
      .strictObject({
        /** As `https://appwrite.example.org/v1`. */
        endpoint: z.url({ protocol: /^https?$/, error: "an endpoint is written as https://appwrite.example.org/v1" }),
        /** Id of the project. */
        project: z.string().min(1),
        /** What the functions run on; Appwrite has to have its image. @default node-22 */
        runtime: z.string().min(1).default("node-22"),
        /**
         * Twilio's account, which tells of emergencies by SMS, with the settings `twilioAuthToken` and
         * `onCallPhoneNumbers`. @default nobody is told by SMS
         */
        sms: z
          .strictObject({
            accountSid: z.string().min(1),
            /** Sender, as `+15551234567`. */
            from: z.string().regex(/^\+[1-9]\d{6,14}$/, { error: "a phone number is written as +15551234567" }),
          })
          .optional(),
        /** Called every 5 minutes while the heartbeat is there. @default none */
        heartbeatUrl: z.url({ protocol: /^https?$/, error: "a URL is written as https://example.org/ping" }).optional(),
        /** Whether a change of the table may cost stored alerts. @default it is refused */
        allowDataLoss: z.boolean().default(false),
      })
      .optional(),
  })
  .default({});

export type Channels = z.output<typeof channelsSchema>;

/** What the channels ask for and nobody may see; each a setting of the stack. */
export interface ChannelSecrets {
  smtpPassword?: string | undefined;
  slackUrl?: string | undefined;
  appwriteKey?: string | undefined;
  appwriteDeployKey?: string | undefined;
  twilioAuthToken?: string | undefined;
  /** Numbers of those on call, separated by commas. */
  onCallPhoneNumbers?: string | undefined;
}

export type ChannelSecretName = keyof ChannelSecrets;

/** Which secrets these channels cannot do without. */
export function secretsOf({ email, slack, appwrite }: Channels): ChannelSecretName[] {
  return [
    ...(email?.username ? (["smtpPassword"] as const) : []),
    ...(slack ? (["slackUrl"] as const) : []),
    ...(appwrite ? (["appwriteKey", "appwriteDeployKey"] as const) : []),
    ...(appwrite?.sms ? (["twilioAuthToken", "onCallPhoneNumbers"] as const) : []),
  ];
}

/** Stand in where files are written for people to read. */
export const placeholderSecrets: Required<ChannelSecrets> = {
  smtpPassword: "<setting smtpPassword>",
  slackUrl: "https://slack.invalid/<setting slackUrl>",
  appwriteKey: "<setting appwriteKey>",
  appwriteDeployKey: "<setting appwriteDeployKey>",
  twilioAuthToken: "<setting twilioAuthToken>",
  onCallPhoneNumbers: "<setting onCallPhoneNumbers>",
};

/** Id of the function that stores alerts and tells people. */
export const alertFunction = "alert-processor";
