import { AppwriteError } from "../http/errors";

/** A file that arrives whole, or in pieces that say what part of it they are (`content-range: bytes 0-99/300`). */
export class Upload {
  private readonly pieces = new Map<number, Buffer>();
  /** Bytes of the whole. */
  size = 0;

  /** @throws {AppwriteError} 400 `storage_invalid_content_range` */
  add(content: Buffer, range: string | undefined): void {
    if (range === undefined) {
      this.size = content.length;
      this.pieces.set(0, content);
      return;
    }
    const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range) ?? [];
    if (start === undefined || Number(end) > Number(size)) throw new AppwriteError("storage_invalid_content_range");
    this.size = Number(size);
    this.pieces.set(Number(start), content);
  }

  get complete(): boolean {
    return this.received >= this.size;
  }

  get content(): Buffer {
    const inOrder = [...this.pieces].sort(([a], [b]) => a - b);
    return Buffer.concat(inOrder.map(([, piece]) => piece));
  }

  private get received(): number {
    return [...this.pieces.values()].reduce((total, piece) => total + piece.length, 0);
  }
}
