import path from "node:path";

/** Programs that mine, and the malware that brings them; as they call themselves, without version or platform. */
const names = [
  "xmrig",
  "xmrigcc",
  "xmrdaemon",
  "xmr-stak",
  "minerd",
  "cpuminer",
  "ccminer",
  "cgminer",
  "bfgminer",
  "sgminer",
  "ethminer",
  "etherminer",
  "nbminer",
  "lolminer",
  "gminer",
  "teamredminer",
  "phoenixminer",
  "claymore",
  "nanominer",
  "nheqminer",
  "srbminer",
  "wildrig",
  "t-rex",
  "rigel",
  "bzminer",
  "astrominer",
  "kdevtmpfsi",
  "kinsing",
  "dbused",
  "sysrv",
  "watchbog",
];
const namePattern = new RegExp(`^(?:${names.join("|")})(?:$|[-_.\\d])`, "i");

/** How miners are told where to work: a pool's address by its protocol, or options that only they have. */
const argumentPatterns = [
  /\bstratum\d?(?:\+(?:tcp|ssl|tls|tcps|udp))?:\/\//i,
  /\b(?:daemon|socks5)\+(?:https?|tcp):\/\/\S+:1808\d\b/i,
  /^--(?:donate-level|randomx-\w+|cpu-max-threads-hint|nicehash)\b/,
  /\b(?:minexmr|supportxmr|moneroocean|hashvault|herominers|nanopool|2miners|c3pool|unmineable|nicehash|f2pool|ethermine)\.(?:com|org|pro|stream|eu)\b/i,
];

/** What shows text to people has such words in its arguments without being one. */
const readers = new Set([
  "grep",
  "egrep",
  "fgrep",
  "rg",
  "ag",
  "less",
  "more",
  "vi",
  "vim",
  "nvim",
  "nano",
  "emacs",
  "tail",
  "cat",
]);

/**
 * Whether a process is a known miner, or is started like one.
 * @param name as the kernel keeps it; a process can choose it
 * @param executable path of its file, which it cannot choose afterwards
 */
export function isCryptoMiner(name: string, executable: string, argv: string[]): boolean {
  const program = path.basename(executable.replace(/ \(deleted\)$/, ""));
  if ([name, program, path.basename(argv[0] ?? "")].some((one) => namePattern.test(one))) return true;
  // A file in a place of the system's; a miner that only calls itself so is no reader.
  if (readers.has(program) && /^(?:\/usr)?\/bin\//.test(executable)) return false;
  return argv.slice(1).some((argument) => argumentPatterns.some((pattern) => pattern.test(argument)));
}
