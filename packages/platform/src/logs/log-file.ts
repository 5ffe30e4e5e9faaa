import { type FileHandle, open } from 'node:fs/promises';

/** More than this on its way to the disk, and lines are lost rather than memory. */
const maxQueuedBytes = 8 * 1024 * 1024;
/** From here on, whoever can wait had better do. */
const comfortableBytes = maxQueuedBytes / 2;
/** What one write takes, so that a long queue is not copied as a whole. */
const maxWriteBytes = 1024 * 1024;

export interface LogFileOptions {
  readonly path: string;
  /** When whoever wrote to the file before has done with it. */
  readonly after: Promise<void>;
  /** Called when the file has grown, or a write failed. */
  readonly onWritten: () => void;
}

/**
 * The end of one log that is written to. Lines are appended whole or not at all: what a full disk did not take is
 * counted, cut off, and noted once there is room again. It never throws, since a log is no reason to stop.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #handle: FileHandle | undefined;
  #size = 0;
  #lostLines = 0;
  /** Appends so far, and how many of them are in the file or lost. */
  #appended = 0;
  #handled = 0;
  #waiters: { readonly target: number; readonly resolve: () => void }[] = [];

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Up to where the file holds whole lines; undefined before the first write. */
  get writtenBytes(): number | undefined {
    return this.#handle === undefined ? undefined : this.#size;
  }

  /** Whether nothing was ever appended. */
  get isUntouched(): boolean {
    return this.#appended === 0;
  }

  /** @param lines whole lines, each with its end. Answers when there is room for more, if there is little. */
  append(lines: Buffer): Promise<void> | undefined {
    this.#appended += 1;
    const fits = this.#queuedBytes + lines.length <= maxQueuedBytes;
    if (!fits) this.#lostLines += countLines(lines);
    // One that does not fit is kept as an empty place, so that the count of the handled stays right.
    this.#queue.push(fits ? lines : nothing);
    if (fits) this.#queuedBytes += lines.length;
    if (!this.#isWriting) {
      this.#isWriting = true;
      void this.#write();
    }
    return this.#queuedBytes > comfortableBytes ? this.settled() : undefined;
  }

  /** Resolves when all that was appended before is in the file, or lost. */
  async settled(): Promise<void> {
    await this.#options.after;
    const target = this.#appended;
    if (this.#handled < target) await new Promise<void>((resolve) => this.#waiters.push({ target, resolve }));
  }

  async close(): Promise<void> {
    await this.settled();
    if (this.#lostLines > 0) await this.#writeBatch(nothing).catch(() => undefined);
    await this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
  }

  async #write(): Promise<void> {
    await this.#options.after;
    // The lines of this turn of the event loop share a write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const { bytes, count } = this.#takeBatch();
      try {
        if (bytes.length > 0) await this.#writeBatch(bytes);
      } catch {
        this.#lostLines += countLines(bytes);
        await this.#cutBack();
      }
      this.#handled += count;
      this.#options.onWritten();
      for (const { resolve } of this.#waiters.filter(({ target }) => target <= this.#handled)) resolve();
      this.#waiters = this.#waiters.filter(({ target }) => target > this.#handled);
    }
    this.#isWriting = false;
  }

  #takeBatch(): { bytes: Buffer; count: number } {
    let count = 0;
    for (let bytes = 0; count < this.#queue.length && bytes < maxWriteBytes; count += 1) {
      bytes += this.#queue[count]!.length;
    }
    const bytes = Buffer.concat(this.#queue.splice(0, count));
    this.#queuedBytes -= bytes.length;
    return { bytes, count };
  }

  async #writeBatch(batch: Buffer): Promise<void> {
    this.#handle ??= await this.#open();
    const lost = this.#lostLines;
    const note = lost === 0 ? '' : `${new Date().toISOString()} ${lost} lines were lost: the disk did not take them.\n`;
    const whole = note === '' ? batch : Buffer.concat([Buffer.from(note), batch]);
    for (let offset = 0; offset < whole.length; ) {
      const { bytesWritten } = await this.#handle.write(whole, offset, whole.length - offset, this.#size + offset);
      offset += bytesWritten;
    }
    this.#size += whole.length;
    this.#lostLines -= lost;
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options;
    const handle = await open(path, 'r+').catch(() => open(path, 'w+'));
    try {
      this.#size = await sizeWithWholeLines(handle);
      return handle;
    } catch (error) {
      // It is opened anew for the next line: a full disk may not have taken the line end.
      await handle.close();
      throw error;
    }
  }

  async #cutBack(): Promise<void> {
    await this.#handle?.truncate(this.#size).catch(() => undefined);
  }
}

/** A crash may have left half a line, which is ended here. */
async function sizeWithWholeLines(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  if (size === 0) return 0;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer[0] === 0x0a) return size;
  await handle.write('\n', size);
  return size + 1;
}

const nothing = Buffer.alloc(0);

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(0x0a); at >= 0; at = lines.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
