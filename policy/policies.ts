import { type Policies, UnknownValueError } from "@pulumi/policy";
import { type HouseRule, resourceTypes } from "./rule";

/** House rules as the engine takes them. */
export function policiesOf(rules: HouseRule[]): Policies {
  return rules.map((rule) => {
    const { name, description, whatToDo } = rule;
    const policy = { name, description, remediationSteps: whatToDo, enforcementLevel: "mandatory" } as const;
    const message = (resource: string, violation: string) => `${resource} ${violation}. ${whatToDo}`;
    if (rule.about === "stack") {
      return {
        ...policy,
        validateStack: ({ resources }, report) => {
          for (const { resource, violation } of whatIsKnown(() => rule.violations(resources))) {
            report(message(resource.name, violation), resource.urn);
          }
        },
      };
    }
    return {
      ...policy,
      validateResource: ({ type, name: resource, props }, report) => {
        if (type !== resourceTypes[rule.about]) return;
        for (const violation of whatIsKnown(() => violationsOf(rule, props))) report(message(resource, violation));
      },
    };
  });
}

// biome-ignore lint/suspicious/noExplicitAny: inputs as the engine has them; the resource's type was looked at
function violationsOf(rule: Exclude<HouseRule, { about: "stack" }>, inputs: Record<string, any>): string[] {
  return (rule.violations as (inputs: Record<string, unknown>) => string[])(inputs);
}

/** Nothing, in a preview, when it takes what only the deployment knows: it asks again then. */
function whatIsKnown<Violation>(violations: () => Violation[]): Violation[] {
  try {
    return violations();
  } catch (error) {
    if (error instanceof UnknownValueError) return [];
    throw error;
  }
}
