/** In a terminal often enough to look alive; elsewhere every line stays. (ms) */
const pause = process.stderr.isTTY && process.stdout.isTTY ? 500 : 30_000;

/** Calls only so often what is called with every chunk of bytes. */
export function sparsely(onBytes: (bytes: number) => void): (bytes: number) => void {
  let last = Date.now();
  return (bytes) => {
    if (Date.now() - last < pause) return;
    last = Date.now();
    onBytes(bytes);
  };
}
