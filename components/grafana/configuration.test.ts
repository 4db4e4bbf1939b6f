import { describe, expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import type { Inventory } from "../../stacks/inventory";
import { singleSignOnSchema } from "../../stacks/single-sign-on";
import { placeholderCredentials } from "../credentials/credentials";
import { grafanaFiles } from "./configuration";

it("lets nobody in without a password, and holds none itself", async () => {
  const files = grafanaFiles(await loadInventory("prod"), placeholderCredentials);
  const settings = files["grafana.ini"]?.content ?? "";
  expect(settings).toMatch(/\[auth\.anonymous\]\nenabled = false/);
  expect(settings).toMatch(/\[users\]\nallow_sign_up = false/);
  expect(settings).toContain("admin_password = $__file{/etc/grafana/secrets/admin-password}");
  expect(settings).not.toContain(placeholderCredentials.grafana.password);
  expect(files["secrets/admin-password"]).toEqual({ content: placeholderCredentials.grafana.password, secret: true });
});

it("knows under which URL people come", async () => {
  const settings = grafanaFiles(await loadInventory("prod"), placeholderCredentials)["grafana.ini"]?.content;
  expect(settings).toContain("root_url = http://10.0.0.81:3002/");
});

it("sends no picture and no copy of a dashboard away", async () => {
  const settings = grafanaFiles(await loadInventory("prod"), placeholderCredentials)["grafana.ini"]?.content;
  expect(settings).toMatch(/\[snapshots\]\nexternal_enabled = false/);
  expect(settings).toMatch(/\[unified_alerting\.screenshots\]\ncapture = false/);
});

describe("single sign-on", () => {
  const singleSignOn = singleSignOnSchema.parse({
    issuer: "https://keycloak.example.org/realms/staff",
    clientId: "grafana",
    roles: { admin: ["/ops/leads"], editor: ["/ops", "dba"], viewer: ["staff"] },
  });
  const withSingleSignOn = async (): Promise<Inventory> => {
    const prod = await loadInventory("prod");
    return { ...prod, services: { ...prod.services, grafana: { ...prod.services.grafana, singleSignOn } } };
  };

  it("is off where the inventory does not ask for it", async () => {
    const files = grafanaFiles(await loadInventory("prod"), placeholderCredentials);
    expect(files["grafana.ini"]?.content).not.toContain("generic_oauth");
    expect(Object.keys(files)).not.toContain("secrets/client-secret");
  });

  it("asks the realm, and lets in who is in a group, with the highest role of theirs", async () => {
    const settings = grafanaFiles(await withSingleSignOn(), placeholderCredentials)["grafana.ini"]?.content ?? "";
    const [, section = ""] = settings.split("[auth.generic_oauth]\n");
    const realm = "https://keycloak.example.org/realms/staff/protocol/openid-connect";
    expect(section).toContain(`auth_url = ${realm}/auth\ntoken_url = ${realm}/token\napi_url = ${realm}/userinfo\n`);
    expect(section).toContain("scopes = openid profile email\n");
    expect(section).toContain(
      "role_attribute_path = contains(groups[*], '/ops/leads') && 'Admin' || contains(groups[*], '/ops') && 'Editor' || contains(groups[*], 'dba') && 'Editor' || contains(groups[*], 'staff') && 'Viewer'\nrole_attribute_strict = true\n",
    );
    expect(section).toContain("allow_assign_grafana_admin = false\n");
    // With a form to log in as before: for the administrator, while Keycloak is away.
    expect(settings).not.toContain("disable_login_form");
  });

  it("has the client's secret in a file of its own", async () => {
    const secrets = { grafanaClientSecret: "a-client-secret" };
    const files = grafanaFiles(await withSingleSignOn(), placeholderCredentials, secrets);
    expect(files["grafana.ini"]?.content).toContain("client_secret = $__file{/etc/grafana/secrets/client-secret}");
    expect(files["grafana.ini"]?.content).not.toContain("a-client-secret");
    expect(files["secrets/client-secret"]).toEqual({ content: "a-client-secret", secret: true });
  });

  it.each([
    ["a group that would end the expression", { roles: { admin: ["a') || contains(groups[*], 'b"] } }],
    ["no group at all", { roles: {} }],
    ["an issuer without a scheme", { issuer: "keycloak.example.org" }],
  ])("refuses %s", (_, change) => {
    expect(singleSignOnSchema.safeParse({ ...singleSignOn, ...change }).success).toBe(false);
  });
});
