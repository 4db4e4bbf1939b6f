/** What the engine and the Docker plugin put around a message. */
const frames = [
  /^sdk-v2\/\S+: sdk\.\w+: /,
  /: provider=\w+@[\d.]+$/,
  /^(?:before|after) hook "[^"]*" failed: /,
  /^\* /,
  /(?<=\.):$/,
];
/** Says no more than that something failed. */
const empty = /^(?:(?:update|preview|destroy|refresh) failed|(?:.*: )?\d+ errors? occurred)?:?$/;
/** What a person can do about messages of others that do not say it. */
const waysOut: [RegExp, string][] = [
  [
    /\bpull(?:ing)? image\b/i,
    "Can that server reach the image's registry, and does it have the image? The settings imageRegistry and images name others.",
  ],
  [/no space left on device/i, "Free some of that server's disk: df -h, docker system df, docker image prune."],
];
/** What the program says of a resource that the engine has told of by itself, when it goes on with the others. */
const repeated = /^Error: resource \S+ \[\S+\] failed to register$/;
/** A line of a stack trace. */
const frameOfTrace = /^\s+at \S+.*:\d+:\d+\)?$/;
/** Says where it happened: `server-84 (10.0.0.84): …`. */
const placed = /^[\w-]+ \([^)]+\): /;

/**
 * What the engine's diagnostics say, each message once and without the frames around it. A message that does not name
 * its server gets the name of its resource, as `server-84-grafana: …`.
 * @param output what `pulumi` printed, as lines
 */
export function diagnosticsOf(output: string[]): string {
  const start = output.indexOf("Diagnostics:");
  if (start < 0) return "";
  const end = output.findIndex((line, index) => index > start && /^(Outputs|Resources|Duration):?/.test(line));
  const said = new Set<string>();
  const messages: string[] = [];
  let resource = "";
  for (const line of output.slice(start + 1, end < 0 ? undefined : end)) {
    const heading = /^ {2}(\S+) \((\S+)\):$/.exec(line);
    if (heading) {
      resource = heading[1] === "pulumi:pulumi:Stack" ? "" : (heading[2] ?? "");
      continue;
    }
    const isFirst = /^ {4}(?:error|warning): /.test(line);
    const message = withoutFrames(line.replace(/^ {4}(?:error: )?/, ""));
    const key = message.trim().replace(/:$/, "");
    if (empty.test(message.trim()) || said.has(key)) continue;
    if (repeated.test(message.trim()) || frameOfTrace.test(line)) continue;
    said.add(key);
    messages.push(isFirst && resource && !placed.test(message) ? `${resource}: ${message}` : message);
  }
  const ways = waysOut.filter(([pattern]) => messages.some((message) => pattern.test(message)));
  return [...messages, ...ways.map(([, way]) => way)].join("\n");
}

function withoutFrames(text: string): string {
  const isFramed = frames.some((frame) => frame.test(text.trim()));
  return isFramed ? frames.reduce((rest, frame) => rest.replace(frame, ""), text.trim()) : text.trimEnd();
}
