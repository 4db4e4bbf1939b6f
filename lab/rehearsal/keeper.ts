// Has the lab for as long as somebody works in it: `npm run lab` starts it, as a process of its own, so that the lab can
// outlive the command, and goes when the command is killed. Tells its parent a KeeperEvent at a time; told "stay", it
// lives on without it.
import { loadInventory } from "../../stacks";
import { LabHosts } from "../hosts/lab-hosts";
import { LabStack } from "../hosts/lab-stack";
import { type KeeperEvent, rehearsedStack } from "./place";

/** Brings the lab up, and takes it down when there is nobody left who works in it. */
async function keep(): Promise<void> {
  const tell = (event: KeeperEvent) =>
    new Promise<void>((resolve) => {
      if (process.connected && process.send) process.send(event, () => resolve());
      else resolve();
    });
  const inventory = await loadInventory(rehearsedStack);
  let stays = false;
  const ended = new Promise<void>((resolve) => {
    process.on("message", (message) => {
      if (message === "stay") stays = true;
    });
    process.on("disconnect", () => {
      if (!stays) resolve();
    });
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
  let stack: LabStack;
  try {
    stack = await LabStack.up(inventory);
  } catch (error) {
    await tell({ failed: (error as Error).message });
    if (!LabHosts.owner(inventory.servers)?.isAnother) await LabHosts.removeLeftovers(inventory.servers);
    process.exit(1);
  }
  const beside = {
    "mail server": stack.outside.channels["email.smarthost"] ?? "",
    Slack: stack.outside.slackUrl,
    Appwrite: stack.appwrite.url,
  };
  await tell({ place: { root: stack.project.root, within: stack.hosts.asOperator, env: stack.ownEnv, beside } });
  await ended;
  await stack.down();
  process.exit(0);
}

void keep();
