import { placeholderSecrets } from "../../stacks/channels";
import { exporterSecrets } from "../../stacks/exporters";
import { argumentsOf, type ContainerRule, type DeployedResource, resourceTypes, type StackRule } from "../rule";

/** A variable that holds a secret by its name; one that ends so names the file that holds it. */
const secretName = /(PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|CREDENTIALS?|APIKEY|WEBHOOK_URL|(^|[_.-])(PASS|KEY))$/i;
/** As in `redis://:secret@host`. */
const passwordInUrl = /:\/\/[^/\s:@]*:[^/\s@]+@/;

export const noSecretInEnvironment: ContainerRule = {
  name: "no-secret-in-environment",
  about: "container",
  description: "No secret is in a container's environment or arguments, which docker inspect shows.",
  whatToDo:
    "Give the service a file with the secret (a *_FILE variable, a password file), through its ConfigDirectory.",
  violations: (container) => [
    ...(container.envs ?? []).flatMap((variable) => {
      const [name = "", value = ""] = variable.split(/=(.*)/s);
      if (secretName.test(name) && value) return [`has a secret in its environment: ${name}`];
      return passwordInUrl.test(value) ? [`has a password in a URL of its environment: ${name}`] : [];
    }),
    ...[...(container.entrypoints ?? []), ...argumentsOf(container)]
      .filter((argument) => passwordInUrl.test(argument) || namesSecret(argument))
      .map((argument) => `has a secret among its arguments: ${withoutValue(argument)}`),
  ],
};

/** `--db.password=…`, but not `--db.password-file=…`. */
function namesSecret(argument: string): boolean {
  const [, name = "", value = ""] = /^--?([\w.-]+)=(.*)$/s.exec(argument) ?? [];
  return secretName.test(name) && value !== "";
}

/** As far as it may be shown. */
function withoutValue(argument: string): string {
  const [name = ""] = argument.split("=");
  return name.replace(/:\/\/\S*@/g, "://…@");
}

/** What is shorter is found in many a word by chance. */
const shortestSecret = 8;

export const noKnownSecretShown = noKnownSecretShownIn(secretsOfSettings(process.env));

/** The rule for these secrets, besides the passwords that the stack itself generates. */
export function noKnownSecretShownIn(secrets: string[]): StackRule {
  return {
    name: "no-known-secret-shown",
    about: "stack",
    description:
      "No password that the stack generates or is given stands in a container's environment, arguments or labels.",
    whatToDo: "Give the service a file with the secret, through its ConfigDirectory.",
    violations: (resources) => {
      const known = [...secrets, ...generatedSecrets(resources)].filter((secret) => secret.length >= shortestSecret);
      return resources
        .filter(({ type }) => type === resourceTypes.container)
        .flatMap((resource) =>
          (["envs", "command", "commands", "entrypoints", "labels"] as const)
            .filter((place) => known.some((secret) => JSON.stringify(resource.props[place] ?? "").includes(secret)))
            .map((place) => ({ resource, violation: `has a secret of the stack's in its ${place}` })),
        );
    },
  };
}

function generatedSecrets(resources: DeployedResource[]): string[] {
  return resources
    .filter(({ type }) => type.startsWith("random:index/randomPassword:"))
    .flatMap(({ props }) => [props.result, props.bcryptHash])
    .filter((value) => typeof value === "string");
}

/** Values of the stack's secret settings, which the released engine tells a policy pack in its environment. */
export function secretsOfSettings({ PULUMI_CONFIG = "{}" }: NodeJS.ProcessEnv): string[] {
  const settings: Record<string, string> = JSON.parse(PULUMI_CONFIG);
  const names = [...Object.keys(placeholderSecrets), ...Object.values(exporterSecrets).map(({ secret }) => secret)];
  return names.flatMap((name) => settings[`monitoring:${name}`] ?? []);
}
