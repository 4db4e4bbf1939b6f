/**
 * What of a deployment the house rules (policy/) do not let through, each as `server-84-loki is privileged. Give it …`.
 * @param output what `pulumi` printed, as lines
 */
export function policyViolationsOf(output: string[]): string[] {
  const start = output.indexOf("Policies:");
  if (start < 0) return [];
  const length = output.slice(start + 1).findIndex((line) => /^\S/.test(line));
  const section = output.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  const violations: string[] = [];
  section.forEach((line, index) => {
    // The rule and its resource; the rule's description; the message, which names the resource.
    const message = section[index + 2]?.trim();
    if (/^\s+- \[mandatory\] /.test(line) && message) violations.push(message);
  });
  return [...new Set(violations)];
}
