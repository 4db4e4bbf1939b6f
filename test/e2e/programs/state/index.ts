import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config();

async function main() {
  const password = new random.RandomPassword("password", { length: 24 });
  const said = new command.local.Command("said", {
    create: config.require("command"),
    environment: { SMTP_PASSWORD: config.requireSecret("smtpPassword") },
  });
  return { passwords: { prometheus: password.result }, said: said.stdout };
}

export = main;
