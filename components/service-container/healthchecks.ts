/**
 * Answers HTTP at all. For services that ask for a password, which a health check would have to carry where
 * `docker inspect` shows it: a refusal is a sign of life. Needs the image's `wget`, whose own bound of time (`-T`) not
 * every busybox has; Docker's holds.
 */
export function answersHttp(url: string): string[] {
  return ["CMD-SHELL", `wget --spider ${url} 2>&1 | grep -qE '401|200 OK|remote file exists'`];
}

/** Answers HTTP with success. Needs the image's `wget`. */
export function answersWell(url: string): string[] {
  return ["CMD", "wget", "-q", "--spider", url];
}

/** Listens on a TCP port. For images that have nothing but a shell and `grep`. */
export function listensOn(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // The columns of /proc/net/tcp: slot, local address:port, remote address:port, state (0A is LISTEN).
  return ["CMD-SHELL", `cat /proc/net/tcp /proc/net/tcp6 | grep -q '^ *[0-9]*: [0-9A-F]*:${hex} [0-9A-F:]* 0A'`];
}
