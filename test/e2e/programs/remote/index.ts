import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

async function main() {
  const remote = new command.remote.Command("remote", {
    connection: {
      host: config.require("host"),
      user: config.require("user"),
      privateKey: config.requireSecret("privateKey"),
      hostKey: config.require("hostKey"),
    },
    create: "echo made on $(hostname)",
  });
  return { remote: remote.stdout };
}

export = main;
