import { afterEach, describe, expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import { SettingsError } from "../../stacks/settings";
import { readChannelSecrets } from "./channel-secrets";
import { configOf, forgetEncrypted } from "./testing";

afterEach(forgetEncrypted);

const all = { smtpPassword: "a", slackUrl: "https://b", appwriteKey: "c", appwriteDeployKey: "d" };

describe("the secrets of a stack's channels", () => {
  it("are read when they are there", async () => {
    const secrets = readChannelSecrets(configOf(all), await loadInventory("prod"));
    expect(await new Promise((resolve) => secrets.apply(resolve))).toEqual(all);
  });

  it("are not asked for where there is no channel", async () => {
    const local = await loadInventory("local");
    expect(() => readChannelSecrets(configOf({}), local)).not.toThrow();
  });

  it("are named when they are missing, with the command that sets them", async () => {
    const read = async () =>
      readChannelSecrets(configOf({ slackUrl: "https://b", appwriteKey: "" }), await loadInventory("prod"));
    await expect(read()).rejects.toThrow(SettingsError);
    await expect(read()).rejects.toThrow(
      /stacks\/prod\.ts need settings[\s\S]*mail server's password: pulumi config set --secret smtpPassword --stack prod[\s\S]*--secret appwriteKey/,
    );
    await expect(read()).rejects.not.toThrow(/slackUrl/);
  });

  it("are refused in plain text, without being shown", async () => {
    const read = async () =>
      readChannelSecrets(configOf(all, ["slackUrl", "appwriteKey", "appwriteDeployKey"]), await loadInventory("prod"));
    const message = await read().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).toMatch(
      /^Pulumi\.prod\.yaml holds secrets in plain text[\s\S]*--secret smtpPassword --stack prod$/,
    );
  });
});
