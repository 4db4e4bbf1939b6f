import * as zlib from "node:zlib";

const flags = { xz: 1, lz4: 2, zstd: 4 } as const;
const mostBytes = 1024 * 1024;

/** Something is compressed in a way that cannot be undone here; the rest can be read. */
export class CompressionError extends Error {
  override name = "CompressionError";
}

/** In Node.js since 22.15; the types that are installed are older. */
const { zstdDecompressSync } = zlib as typeof zlib & {
  zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;
};

/**
 * Undoes the compression of one field, which journald applies to what is longer than 512 bytes.
 * @param flag of the object that holds it: 1 XZ, 2 LZ4 (systemd before 246), 4 Zstandard
 * @throws {CompressionError}
 */
export function decompress(payload: Buffer, flag: number): Buffer {
  try {
    if (flag === flags.lz4) return lz4(payload.subarray(8), Number(payload.readBigUInt64LE(0)));
    if (flag === flags.zstd && zstdDecompressSync) return zstdDecompressSync(payload, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new CompressionError(`a compressed field is damaged: ${(error as Error).message}`);
  }
  if (flag === flags.zstd)
    throw new CompressionError("a field is compressed with zstd: Node.js 22.15 or newer reads it");
  throw new CompressionError(`a field is compressed with ${flag === flags.xz ? "XZ" : "something new"}`);
}

/** @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function lz4(source: Buffer, size: number): Buffer {
  if (size > mostBytes) throw new Error(`it is said to be ${size} bytes long`);
  const target = Buffer.alloc(size);
  let from = 0;
  let to = 0;
  const length = (start: number): number => {
    let total = start;
    if (start < 15) return total;
    for (let byte = 255; byte === 255; ) {
      byte = source[from++] ?? 0;
      total += byte;
    }
    return total;
  };
  while (from < source.length) {
    const token = source[from++] ?? 0;
    const literals = length(token >> 4);
    source.copy(target, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from >= source.length) break;
    const distance = source.readUInt16LE(from);
    from += 2;
    const end = to + length(token & 15) + 4;
    if (distance === 0 || distance > to || end > size) throw new Error("it refers to what is not there");
    // Byte by byte: what is copied may be what was just written.
    for (; to < end; to++) target[to] = target[to - distance] ?? 0;
  }
  if (to !== size) throw new Error(`it ends after ${to} of ${size} bytes`);
  return target;
}
