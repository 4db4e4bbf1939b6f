import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";

const config = new pulumi.Config();

async function main() {
  const provider = new grafana.Provider("grafana", {
    url: config.require("url"),
    auth: config.requireSecret("auth"),
  });
  const folder = new grafana.oss.Folder("folder", { uid: "tried", title: config.require("title") }, { provider });
  const dashboard = new grafana.oss.Dashboard(
    "dashboard",
    { folder: folder.uid, configJson: JSON.stringify({ uid: "tried-dashboard", title: "Tried", panels: [] }) },
    { provider },
  );
  const local = new command.local.Command("local", {
    create: 'echo "made $WHAT"',
    delete: `rm -f ${config.require("trace")}`,
    environment: { WHAT: "here" },
  });
  return { local: local.stdout, dashboard: dashboard.uid };
}

export = main;
