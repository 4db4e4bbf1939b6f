import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { wholeProgram } from "../../../../components/whole-program";

const config = new pulumi.Config();
/** Nothing will ever settle it, and nothing that Node.js would wait for. */
const never = new Promise<number>(() => {});

async function main() {
  const waits = config.get("waits");
  if (waits === "before its resources") await never;
  new random.RandomPassword("first", { length: 24 });
  new random.RandomPassword("second", { length: waits === "in a resource" ? pulumi.output(never) : 24 });
  return { isWhole: true };
}

export = wholeProgram(main);
