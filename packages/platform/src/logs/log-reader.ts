import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';

const chunkBytes = 64 * 1024;

export interface LogReaderOptions {
  readonly file: string;
  /** Resolves when everything that was appended before is in the file. */
  readonly ready: Promise<void>;
  /** The length of the file up to its last whole line, in bytes; undefined when nothing writes to it. */
  readonly limit: () => number | undefined;
  /** Whether more lines may follow, until `finish`. */
  readonly follows: boolean;
  readonly onClose?: () => void;
}

/** Reads a log from its start, at its reader's pace, and waits at the end of the file for more [log-1]. */
export class LogReader extends Readable {
  readonly #options: LogReaderOptions;
  #handle: FileHandle | undefined;
  #position = 0;
  #isLast: boolean;
  #wasWoken = false;
  #waits = false;

  constructor(options: LogReaderOptions) {
    super();
    this.#options = options;
    this.#isLast = !options.follows;
  }

  get isLast(): boolean {
    return this.#isLast;
  }

  /** To be called when the file has grown. */
  wake(): void {
    this.#wasWoken = true;
    if (!this.#waits) return;
    this.#waits = false;
    void this.#pump();
  }

  /** To be called when no more lines will follow: the stream ends at the end of the file. */
  finish(): void {
    this.#isLast = true;
    this.wake();
  }

  override _read(): void {
    void this.#pump();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.onClose?.();
    const closed = this.#handle?.close() ?? Promise.resolve();
    closed.then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }

  async #pump(): Promise<void> {
    try {
      await this.#options.ready;
      for (;;) {
        // Both are read before the file, so that lines that arrive meanwhile cause another round.
        const isLast = this.#isLast;
        this.#wasWoken = false;
        const chunk = await this.#readChunk();
        if (this.destroyed) return;
        if (chunk.length > 0) {
          this.#position += chunk.length;
          this.push(chunk);
          return;
        }
        if (isLast) {
          this.push(null);
          return;
        }
        if (this.#wasWoken) continue;
        this.#waits = true;
        return;
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #readChunk(): Promise<Buffer> {
    if (this.#handle === undefined) {
      const handle = await openToRead(this.#options.file);
      if (this.destroyed) await handle?.close();
      else this.#handle = handle;
    }
    const length = Math.min(chunkBytes, (this.#options.limit() ?? Number.MAX_SAFE_INTEGER) - this.#position);
    if (this.#handle === undefined || this.destroyed || length <= 0) return Buffer.alloc(0);
    const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, this.#position);
    return buffer.subarray(0, bytesRead);
  }
}

/** Undefined when there is none. */
async function openToRead(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
