/** What the Docker plugin puts around its messages. */
const around = /^(?:sdk-v2\/\S+: sdk\.\w+: )|(?:: provider=\w+@[\d.]+)$|^(?:before|after) hook "[^"]*" failed: /g;
/** Says no more than that something failed, or is only the frame of what follows. */
const empty =
  /^(?:update failed|preview failed|resource .* failed|\d+ errors? occurred:|creating urn:\S*: \d+ errors? occurred:|.*has a problem: )$/;

/**
 * What the engine's diagnostics say, each message once and without the engine's and the plugins' frames around it. A
 * message that does not name its server gets the name of its resource, as `server-84-grafana: …`.
 * @param output what `pulumi` printed, as lines
 */
export function diagnosticsOf(output: string[]): string {
  const start = output.indexOf("Diagnostics:");
  if (start < 0) return "";
  const end = output.findIndex((line, index) => index > start && /^(Outputs|Resources|Duration):?/.test(line));
  const messages: string[] = [];
  let resource = "";
  for (const line of output.slice(start + 1, end < 0 ? undefined : end)) {
    const heading = /^ {2}\S+ \((\S+)\):$/.exec(line);
    if (heading) resource = heading[1] ?? "";
    else addMessage(messages, line, resource);
  }
  return messages.join("\n");
}

function addMessage(messages: string[], line: string, resource: string): void {
  const isFirst = /^ {4}(error|warning): /.test(line);
  const text = line.replace(/^ {4}(?:error: )?/, "");
  const message = text
    .replace(/^\s*\* /, "")
    .replaceAll(around, "")
    .trimEnd();
  if (message.trim() === "" || empty.test(message.trim())) return;
  const said = messages.some((other) => other.endsWith(message.trim()));
  if (said) return;
  const named = !isFirst || / \(\d|^Nothing was changed/.test(message) || resource.startsWith("monitoring-");
  messages.push(named ? message : `${resource}: ${message}`);
}
