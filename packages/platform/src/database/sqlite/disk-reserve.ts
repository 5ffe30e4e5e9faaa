import { randomFillSync } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** What the file takes on a disk that has room. */
export const reserveBytes = 8 * 1024 * 1024;
const stepBytes = 1024 * 1024;
/** How long it takes at least from one attempt to fill it to the next. */
const fillEveryMs = 5000;

/**
 * A file that takes some room of the disk, which is given to deletions and to ends of runs when the disk is full: what
 * makes room needs some itself, for the write-ahead log.
 *
 * [reserve-1] only a write that says so gets the reserve, and only while it is carried out. The others are refused.
 * [reserve-2] the reserve is taken back after each such write, as far as there is room, and later as there is more.
 */
export class DiskReserve {
  readonly #file: string;
  #sizeBytes = 0;
  #filledAtMs = Number.NEGATIVE_INFINITY;

  constructor(file: string) {
    this.#file = file;
    this.fill();
  }

  get isWhole(): boolean {
    return this.#sizeBytes >= reserveBytes;
  }

  /** Gives a part of it to the disk. Returns false when nothing is left to give. */
  release(): boolean {
    return this.#change((descriptor) => {
      if (this.#sizeBytes === 0) return false;
      this.#sizeBytes = Math.max(0, this.#sizeBytes - stepBytes);
      ftruncateSync(descriptor, this.#sizeBytes);
      return true;
    });
  }

  /** Takes as much of it as the disk has. */
  fill(): void {
    this.#filledAtMs = performance.now();
    this.#change((descriptor) => {
      this.#sizeBytes = fstatSync(descriptor).size;
      // Random bytes, since a file system that compresses would keep no room with others.
      const bytes = randomFillSync(Buffer.allocUnsafe(Math.max(0, reserveBytes - this.#sizeBytes)));
      for (let offset = 0; offset < bytes.length; ) {
        const written = writeSync(
          descriptor,
          bytes,
          offset,
          Math.min(stepBytes, bytes.length - offset),
          this.#sizeBytes,
        );
        if (written === 0) return false;
        offset += written;
        this.#sizeBytes += written;
      }
      return true;
    });
  }

  /** [reserve-2] to be called after a write that the disk took. */
  fillLater(): void {
    if (!this.isWhole && performance.now() - this.#filledAtMs >= fillEveryMs) this.fill();
  }

  #change(change: (descriptor: number) => boolean): boolean {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(this.#file, 'a+', 0o600);
      return change(descriptor);
    } catch {
      // The disk is full, or not there; what asks for the reserve finds that out itself.
      return false;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }
}
