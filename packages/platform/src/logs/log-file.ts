import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { charsOf, ownLine } from './log-lines.ts';

/** When more than this waits to be written, further lines are dropped, so that memory stays bounded. */
const maxQueuedBytes = 8 * 1024 * 1024;
/** When more than this waits to be written, callers that can wait should do so. */
const comfortableBytes = maxQueuedBytes / 2;
/** The most that one write takes, so that a long queue is not copied as a whole. */
const maxWriteBytes = 1024 * 1024;

const readBytes = 1024 * 1024;
const endBytes = 1024;
const stampChars = '2000-01-01T00:00:00.000Z'.length;

export interface LogFileOptions {
  readonly path: string;
  /** How many characters the log takes, with its last line that says so. */
  readonly maxChars: number;
  /** Resolves when the earlier writer of the file is done. */
  readonly after: Promise<void>;
  /** Called when the file has grown, or a write failed. */
  readonly onWritten: () => void;
}

/**
 * Writes to the end of one log, until it is full [log-4]. Lines are appended whole or not at all: lines that a full disk did not take are counted,
 * removed, and mentioned in the log once there is room again. It never throws, since a log must not stop a run.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #handle: FileHandle | undefined;
  #size = 0;
  #chars = 0;
  /** Whether the last line of the file says that the log is cut. */
  #isCut = false;
  #wasOpened = false;
  #lostLines = 0;
  /** The number of appends so far, and how many of them are in the file or lost. */
  #appended = 0;
  #handled = 0;
  #waiters: { readonly target: number; readonly resolve: () => void }[] = [];

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** The length of the file up to its last whole line, in bytes; undefined before the first write. */
  get writtenBytes(): number | undefined {
    return this.#wasOpened ? this.#size : undefined;
  }

  /** Whether nothing more is taken [log-4]. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Whether nothing was ever appended. */
  get isUntouched(): boolean {
    return this.#appended === 0;
  }

  /**
   * Returns a promise when there is little room; it resolves once there is more.
   * @param lines whole lines, each with its line end
   */
  append(lines: Buffer): Promise<void> | undefined {
    if (this.#isCut) return undefined;
    this.#appended += 1;
    const fits = this.#queuedBytes + lines.length <= maxQueuedBytes;
    if (!fits) this.#lostLines += countLines(lines);
    // Lines that do not fit are kept as an empty entry, so that the count stays right.
    this.#queue.push(fits ? lines : nothing);
    if (fits) this.#queuedBytes += lines.length;
    if (!this.#isWriting) {
      this.#isWriting = true;
      void this.#write();
    }
    return this.#queuedBytes > comfortableBytes ? this.settled() : undefined;
  }

  /** Resolves when everything appended so far is in the file or lost. */
  async settled(): Promise<void> {
    await this.#options.after;
    const target = this.#appended;
    if (this.#handled < target) await new Promise<void>((resolve) => this.#waiters.push({ target, resolve }));
  }

  /** Gives the file's handle back once everything is written. The next append opens the file again. */
  async rest(): Promise<void> {
    await this.settled();
    if (this.#isWriting || this.#handle === undefined) return;
    this.#isWriting = true;
    await this.#handle.close().catch(() => undefined);
    this.#handle = undefined;
    await this.#write();
  }

  async close(): Promise<void> {
    await this.settled();
    if (this.#lostLines > 0 && !this.#isCut) await this.#writeBatch(nothing).catch(() => undefined);
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
    if (this.#isCut) return;
    const lost = this.#lostLines;
    const note = lost === 0 ? nothing : stamped(`${lost} lines were lost: the disk did not take them.`);
    const { bytes, isCut } = this.#fit(Buffer.concat([note, batch]));
    for (let offset = 0; offset < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, offset, bytes.length - offset, this.#size + offset);
      offset += bytesWritten;
    }
    this.#size += bytes.length;
    this.#chars += charsOf(bytes);
    this.#isCut = isCut;
    this.#lostLines -= lost;
  }

  /** [log-4] whole lines as far as there is room for them and for the line that says that there is no more. */
  #fit(lines: Buffer): { readonly bytes: Buffer; readonly isCut: boolean } {
    const end = stamped(cutNote(this.#options.maxChars));
    let roomChars = this.#options.maxChars - end.length - this.#chars;
    if (charsOf(lines) <= roomChars) return { bytes: lines, isCut: false };
    let length = 0;
    for (let at = lines.indexOf(0x0a); at >= 0; at = lines.indexOf(0x0a, length)) {
      roomChars -= charsOf(lines.subarray(length, at + 1));
      if (roomChars < 0) break;
      length = at + 1;
    }
    return { bytes: Buffer.concat([lines.subarray(0, length), end]), isCut: true };
  }

  async #open(): Promise<FileHandle> {
    const { path, maxChars } = this.#options;
    // Made when it is missing, and never emptied. With `r+` and then `w+`, a lack of file handles that ends in between would.
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      this.#size = await sizeWithWholeLines(handle);
      const { chars, end } = await measure(handle, this.#size);
      this.#chars = chars;
      this.#isCut = endsWithOwnLine(end, cutNote(maxChars));
      this.#wasOpened = true;
      return handle;
    } catch (error) {
      // The file is opened again for the next line, since a full disk may not have taken the line end.
      await handle.close();
      throw error;
    }
  }

  async #cutBack(): Promise<void> {
    await this.#handle?.truncate(this.#size).catch(() => undefined);
  }
}

/** Ends an incomplete line that a crash may have left. */
async function sizeWithWholeLines(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  if (size === 0) return 0;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer[0] === 0x0a) return size;
  await handle.write('\n', size);
  return size + 1;
}

const nothing = Buffer.alloc(0);

const cutNote = (maxChars: number) =>
  `The log is cut: it has ${maxChars.toLocaleString('en-US')} characters, as many as a log may have. Nothing more is kept.`;

const stamped = (note: string) => Buffer.from(`${new Date().toISOString()} ${ownLine(note)}\n`);

/** How long the file is, and its last part, which is longer than a note. */
async function measure(handle: FileHandle, size: number): Promise<{ chars: number; end: string }> {
  let chars = 0;
  let end = nothing;
  const buffer = Buffer.alloc(Math.min(size, readBytes));
  for (let position = 0; position < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - position), position);
    if (bytesRead === 0) break;
    chars += charsOf(buffer.subarray(0, bytesRead));
    end = Buffer.concat([end, buffer.subarray(0, bytesRead)]).subarray(-endBytes);
    position += bytesRead;
  }
  return { chars, end: end.toString('latin1') };
}

/** An Actor may print the same words, but not at the start of a line [log-3]. */
function endsWithOwnLine(end: string, note: string): boolean {
  const line = ` ${ownLine(note)}\n`;
  const start = end.length - line.length - stampChars;
  return end.endsWith(line) && start >= 0 && (start === 0 || end[start - 1] === '\n');
}

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(0x0a); at >= 0; at = lines.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
