import { z } from "zod";

const group = z
  .string()
  .regex(/^[\w./ -]+$/, { error: "a group is written as /monitoring/admins: letters, digits, spaces and _ . / -" });
const groups = z.array(group).default([]);

/**
 * Logging in to Grafana at a Keycloak, by OpenID Connect; the client's secret is the setting `grafanaClientSecret`.
 * In Keycloak: a confidential client with the standard flow, the redirect URI `<Grafana's URL>/login/generic_oauth`, and
 * a mapper "Group Membership" that puts the claim `groupsClaim` into the ID token.
 */
export const singleSignOnSchema = z
  .strictObject({
    /** What the button says. @default Keycloak */
    title: z
      .string()
      .regex(/^[\w .-]+$/, { error: "a title of letters, digits, spaces and _ . -" })
      .default("Keycloak"),
    /** The realm, as `https://keycloak.example.org/realms/staff`. */
    issuer: z.url({ protocol: /^https?$/, error: "an issuer is written as https://keycloak.example.org/realms/staff" }),
    /** Id of the client. */
    clientId: z.string().regex(/^[\w.-]+$/, { error: "a client id of letters, digits, _, . and -" }),
    /** @default openid, profile and email */
    scopes: z
      .array(z.string().regex(/^[\w.:/-]+$/, { error: "a scope is a single word" }))
      .min(1)
      .default(["openid", "profile", "email"]),
    /** The claim with a person's groups. @default groups */
    groupsClaim: z.string().regex(/^\w+$/, { error: "a claim of letters, digits and _" }).default("groups"),
    /** Who may do what: the highest role counts, and who is in none of these groups is not let in. */
    roles: z.strictObject({ admin: groups, editor: groups, viewer: groups }),
  })
  .refine(({ roles }) => Object.values(roles).flat().length > 0, {
    error: "at least one group, or nobody could log in",
    path: ["roles"],
  });

export type SingleSignOn = z.output<typeof singleSignOnSchema>;

/** What single sign-on asks for and nobody may see; a setting of the stack. */
export interface SingleSignOnSecrets {
  grafanaClientSecret?: string | undefined;
}

/** Stands in where files are written for people to read. */
export const placeholderSingleSignOnSecrets: Required<SingleSignOnSecrets> = {
  grafanaClientSecret: "<setting grafanaClientSecret>",
};
