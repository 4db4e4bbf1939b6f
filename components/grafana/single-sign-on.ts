import type { SingleSignOn } from "../../stacks/single-sign-on";

/**
 * Grafana's section `[auth.generic_oauth]` for a Keycloak. A user is made at the first login of somebody who is in one of
 * the groups; nobody else gets in, and nobody becomes administrator of the whole server.
 * @param secret the client's secret, as Grafana's settings name a file
 * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/keycloak/
 */
export function singleSignOnSettings(singleSignOn: SingleSignOn, secret: string) {
  const { title, issuer, clientId, scopes, groupsClaim, roles } = singleSignOn;
  const endpoint = (name: string) => `${issuer.replace(/\/+$/, "")}/protocol/openid-connect/${name}`;
  return {
    enabled: true,
    name: title,
    client_id: clientId,
    client_secret: secret,
    scopes: scopes.join(" "),
    auth_url: endpoint("auth"),
    token_url: endpoint("token"),
    api_url: endpoint("userinfo"),
    use_pkce: true,
    use_refresh_token: true,
    login_attribute_path: "preferred_username",
    name_attribute_path: "name",
    email_attribute_path: "email",
    groups_attribute_path: groupsClaim,
    role_attribute_path: roleOf(groupsClaim, roles),
    role_attribute_strict: true,
    allow_assign_grafana_admin: false,
    allow_sign_up: true,
    auto_login: false,
  };
}

/** JMESPath that gives a role by groups, the highest first; it gives none to who is in no group. */
function roleOf(claim: string, { admin, editor, viewer }: SingleSignOn["roles"]): string {
  const conditions = Object.entries({ Admin: admin, Editor: editor, Viewer: viewer }).flatMap(([role, groups]) =>
    groups.map((group) => `contains(${claim}[*], '${group}') && '${role}'`),
  );
  return conditions.join(" || ");
}
