import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { callerScopes, deploymentScopes } from "../../components/appwrite/schema";
import { credentialUsers } from "../../components/credentials/credentials";
import { LocalStack } from "../../ops/local-stack";
import { attempt, must, type ProcessResult } from "../../ops/process";
import { type PulumiOptions, pulumi } from "../../ops/pulumi";
import { readTargets, type TargetState } from "../../ops/targets";
import type { BuiltImages } from "../../ops/toolchain/service-images";
import { imageReference } from "../../stacks/images";
import { alertmanagersOf, type Inventory, prometheusesOf, type Server } from "../../stacks/inventory";
import { imagesOn } from "../../stacks/placed-images";
import type { PostedAlert } from "../alerting/alertmanager-process";
import { mailLogin } from "../alerting/mail-server";
import { Outside } from "../alerting/outside";
import { AppwriteProcess } from "../appwrite/appwrite-process";
import { ProjectCopy } from "../project-copy";
import { installPackages } from "../system-packages";
import { databasePackages, labDatabasePasswords, startDatabases } from "./databases";
import { LabHosts } from "./lab-hosts";

/** Some of a stored alert's columns. */
export interface StoredAlert {
  alertname: string;
  instance: string;
  severity: string;
  status: string;
  startsAt: string;
  endsAt: string | null;
  /** When the row was made, by Appwrite. */
  $createdAt: string;
}

/** The API keys that the lab's Appwrite knows. */
export const labKeys = { caller: "the lab's key", deploy: "the lab's key that deploys" };

/** The account that the lab's Twilio knows, and who is on call. */
export const labTwilio = {
  accountSid: "AC00000000000000000000000000000000",
  authToken: "the lab's token",
  from: "+15550000001",
  onCall: ["+15550000002", "+15550000003"],
};

interface Login {
  user: string;
  password: string;
}

/** A stack of real servers on lab hosts: its inventory and program unchanged, its state and settings of its own. */
export class LabStack {
  /** All that its commands have printed. */
  printed = "";
  private prometheusPassword: string | undefined;

  private constructor(
    readonly inventory: Inventory,
    readonly hosts: LabHosts,
    readonly project: ProjectCopy,
    /** Where its alerts arrive. */
    readonly outside: Outside,
    /** Appwrite and Twilio, as far as the lab has them. */
    readonly appwrite: AppwriteProcess,
  ) {}

  /** Brings the inventory's servers up as hosts, with the images that each needs, and makes an empty stack for them. */
  static async up(inventory: Inventory): Promise<LabStack> {
    // Made by `npm test` and `npm run bench`, which prepare the stack `test` first.
    const builtImages = new LocalStack("test").builtImages();
    await installPackages(databasePackages.packages, databasePackages.programs);
    const hosts = await LabHosts.up(inventory.servers, (server) =>
      imagesOn(server, inventory).map((name) => imageReference(name, { images: builtImages })),
    );
    await startDatabases(inventory, hosts);
    const outside = await Outside.start(hosts.asOperator, hosts.operatorAddress);
    const appwrite = await startAppwrite(inventory, hosts);
    const stack = new LabStack(inventory, hosts, new ProjectCopy(inventory.stack), outside, appwrite);
    hosts.remember(stack.project.root);
    await stack.configure(builtImages);
    return stack;
  }

  /** Makes the stack, with settings that lead into the lab. */
  private async configure(builtImages: BuiltImages): Promise<void> {
    const { hosts, outside, appwrite } = this;
    const channels = {
      ...outside.channels,
      "appwrite.endpoint": appwrite.url,
      "appwrite.sms.accountSid": labTwilio.accountSid,
      "appwrite.sms.from": labTwilio.from,
    };
    const settings = {
      sshKeyFile: hosts.keyFile,
      knownHosts: hosts.knownHosts,
      ...Object.fromEntries(Object.entries(builtImages).map(([name, image]) => [`builtImages.${name}`, image])),
      ...Object.fromEntries(Object.entries(channels).map(([name, value]) => [`channels.${name}`, value])),
    };
    const secrets = {
      smtpPassword: mailLogin.password,
      slackUrl: outside.slackUrl,
      appwriteKey: labKeys.caller,
      appwriteDeployKey: labKeys.deploy,
      twilioAuthToken: labTwilio.authToken,
      onCallPhoneNumbers: labTwilio.onCall.join(","),
      postgresPassword: labDatabasePasswords.postgres,
      redisPassword: labDatabasePasswords.redis,
      celeryBrokerPassword: labDatabasePasswords.broker,
    };
    mkdirSync(this.stateDirectory, { recursive: true });
    await this.pulumi("stack", "init", this.inventory.stack);
    // What follows `--` is a value, whatever it begins with.
    for (const [name, value] of Object.entries(settings)) {
      await this.pulumi("config", "set", "--path", "--type", "string", name, "--", value);
    }
    for (const [name, value] of Object.entries(secrets)) {
      await this.pulumi("config", "set", "--secret", name, "--", value);
    }
  }

  /** Runs the Pulumi CLI on the stack, where its servers are reached. */
  async pulumi(...args: string[]): Promise<string> {
    const options: PulumiOptions = { cwd: this.project.root, within: this.hosts.asOperator, env: this.env };
    try {
      const output = await pulumi(args, options);
      // What was asked for by `--show-secrets` is no leak.
      if (!args.includes("--show-secrets")) this.printed += output;
      return output;
    } catch (error) {
      this.printed += String(error);
      throw error;
    }
  }

  /** Runs one of the project's own commands on the stack, as `npm run` does, where its servers are reached. */
  npmRun(command: string, ...args: string[]): Promise<ProcessResult> {
    const [program = "", ...words] = [...this.hosts.asOperator, process.execPath, "ops/run.mjs", command];
    // In the copy of the project, which has this stack's settings.
    const options = { cwd: this.project.root, env: this.env };
    return attempt(program, [...words, "--stack", this.inventory.stack, ...args], options);
  }

  async passwords(): Promise<Record<string, string>> {
    return JSON.parse(await this.pulumi("stack", "output", "passwords", "--json", "--show-secrets"));
  }

  /** Asks a service of the stack for JSON, as a person beside its servers would. */
  async get(url: string, login?: Login) {
    return JSON.parse(await this.curl([url], login));
  }

  /** Tries to log in to a server with wrong passwords, one after the other, by OpenSSH's client. */
  wrongPasswords(server: Server, times: number): Promise<ProcessResult> {
    const options = ["PreferredAuthentications=password", "NumberOfPasswordPrompts=1", "StrictHostKeyChecking=yes"];
    const ssh = [...options, `UserKnownHostsFile=${this.hosts.knownHosts}`].map((option) => `-o ${option}`).join(" ");
    const login = `sshpass -p wrong ssh ${ssh} ${server.ssh?.user}@${server.address} true`;
    const [command = "", ...within] = this.hosts.asOperator;
    return attempt(command, [...within, "sh", "-c", `for n in $(seq ${times}); do ${login} 2>&1; done; true`]);
  }

  /** What the first Prometheus answers to an expression, now: its first series' value. */
  async value(expr: string): Promise<number | undefined> {
    const { data } = await this.askPrometheus(`query?query=${encodeURIComponent(expr)}`);
    const [first] = data.result;
    return first && Number(first.value[1]);
  }

  /** The rules that fire for a server. */
  async firing(server: string): Promise<string[]> {
    const { data } = await this.askPrometheus("alerts");
    const alerts: { labels: Record<string, string>; state: string }[] = data.alerts;
    return alerts
      .filter(({ labels, state }) => labels.server === server && state === "firing")
      .map(({ labels }) => labels.alertname ?? "");
  }

  private async askPrometheus(path: string) {
    const { url, ...login } = await this.prometheus();
    return this.get(`${url}/api/v1/${path}`, login);
  }

  /** Hands alerts to the stack's first Alertmanager, as Prometheus does. */
  async post(alerts: PostedAlert[]): Promise<void> {
    await this.postToAlertmanager("alerts", alerts);
  }

  /** Posts JSON to the API of the stack's first Alertmanager. */
  async postToAlertmanager(resource: "alerts" | "silences", body: object): Promise<string> {
    const [first] = alertmanagersOf(this.inventory);
    const login = { user: credentialUsers.alertmanager, password: (await this.passwords()).alertmanager ?? "" };
    const file = this.besideKeys("posted.json");
    writeFileSync(file, JSON.stringify(body));
    const url = `http://${first?.server.address}:${first?.port}/api/v2/${resource}`;
    return this.curl(["--header", "content-type: application/json", "--data", `@${file}`, url], login);
  }

  /** The alerts that are stored in Appwrite, of one name or of all. */
  async storedAlerts(alertname?: string): Promise<StoredAlert[]> {
    const queries = [
      { method: "limit", values: [5000] },
      ...(alertname ? [{ method: "equal", attribute: "alertname", values: [alertname] }] : []),
    ];
    const query = queries.map((one, index) => `queries[${index}]=${encodeURIComponent(JSON.stringify(one))}`).join("&");
    const headers = {
      "X-Appwrite-Project": this.inventory.channels.appwrite?.project ?? "",
      "X-Appwrite-Key": labKeys.deploy,
    };
    const args = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
    const url = `${this.appwrite.url}/tablesdb/monitoring/tables/alerts/rows?${query}`;
    return JSON.parse(await this.curl(["--globoff", ...args, url])).rows;
  }

  private curl(args: string[], login?: Login): Promise<string> {
    const [command = "", ...within] = this.hosts.asOperator;
    // The password on curl's standard input: a process list shows arguments.
    const config = login ? `user = "${login.user}:${login.password}"` : "";
    const options = ["curl", "--silent", "--show-error", "--fail", "--max-time", "30", "--config", "-"];
    return must(command, [...within, ...options, ...args], { input: config });
  }

  async targets(): Promise<TargetState[]> {
    const access = await this.prometheus();
    return readTargets(access, (url) => this.get(url, access));
  }

  /** Where the first Prometheus is, and how it is asked. */
  private async prometheus(): Promise<Login & { url: string }> {
    this.prometheusPassword ??= (await this.passwords()).prometheus ?? "";
    const [first] = prometheusesOf(this.inventory);
    const url = `http://${first?.server.address}:${first?.port}`;
    return { url, user: credentialUsers.prometheus, password: this.prometheusPassword };
  }

  async down(): Promise<void> {
    this.project.remove();
    await this.outside.stop();
    await this.appwrite.stop();
    await this.hosts.down();
  }

  /** With what Pulumi finds the stack's state. */
  get ownEnv(): Record<string, string> {
    return {
      PULUMI_BACKEND_URL: `file://${this.stateDirectory}`,
      PULUMI_CONFIG_PASSPHRASE: "lab",
      PULUMI_STACK: this.inventory.stack,
    };
  }

  /** The environment of its commands. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.ownEnv };
  }

  private besideKeys(name: string): string {
    return path.join(path.dirname(this.hosts.keyFile), name);
  }

  private get stateDirectory(): string {
    return this.besideKeys("state");
  }
}

/** The lab's Appwrite, with an empty project of the inventory's name, where the servers reach it. */
function startAppwrite(inventory: Inventory, hosts: LabHosts): Promise<AppwriteProcess> {
  return AppwriteProcess.start(
    {
      address: hosts.operatorAddress,
      projectId: inventory.channels.appwrite?.project ?? "",
      keys: { [labKeys.caller]: callerScopes, [labKeys.deploy]: deploymentScopes },
      twilio: labTwilio,
      schedules: true,
    },
    hosts.asOperator,
  );
}
