import { expect, it } from "vitest";
import { loadInventory } from "../../stacks";
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
