/**
 * Environment variable by which `npm run drift` tells the providers that nothing will be deployed: what they would refuse
 * is to be looked at all the same.
 */
export const lookingOnlyVariable = "MONITORING_LOOKING_ONLY";

/** Whether nothing will be deployed. */
export function isLookingOnly(): boolean {
  return process.env[lookingOnlyVariable] === "yes";
}
