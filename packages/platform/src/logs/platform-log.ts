import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs';

interface PlatformLogOptions {
  readonly file: string;
  /** How large a file may become. 10 MiB unless set. */
  readonly maxBytes?: number;
  /** How many files there are at most: `file`, `file.1` (the newest of the others), `file.2`, … 5 unless set. */
  readonly maxFiles?: number;
}

/**
 * The platform's own log, as a destination for pino.
 *
 * [platform-log-1] it never throws and emits no error, since a full disk must not end the platform. Lines that the disk
 *     does not take are lost; the log says how many once there is room.
 * [platform-log-2] it has at most `maxFiles` files of `maxBytes`. Only the platform's user may read them.
 */
export class PlatformLog {
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  #descriptor: number | undefined;
  #sizeBytes = 0;
  #lostLines = 0;

  constructor({ file, maxBytes = 10 * 1024 * 1024, maxFiles = 5 }: PlatformLogOptions) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#maxFiles = maxFiles;
  }

  /** Appends one line, which has its line end. At once, so that it is in the file when the process ends. */
  write(line: string): void {
    const lost = this.#lostLines;
    const note = `{"level":50,"time":${Date.now()},"msg":"${lost} lines were lost: the disk did not take them"}\n`;
    try {
      this.#append(Buffer.from(lost === 0 ? line : note + line));
      this.#lostLines = 0;
    } catch {
      this.#lostLines += 1;
      this.#cutBack();
    }
  }

  #append(bytes: Buffer): void {
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#maxBytes) this.#rotate();
    this.#descriptor ??= this.#open();
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.#descriptor, bytes, offset);
    this.#sizeBytes += bytes.length;
  }

  #open(): number {
    const descriptor = openSync(this.#file, 'a', 0o600);
    this.#sizeBytes = fstatSync(descriptor).size;
    return descriptor;
  }

  #rotate(): void {
    this.#close();
    for (let number = this.#maxFiles - 1; number >= 1; number -= 1) {
      const newer = number === 1 ? this.#file : `${this.#file}.${number - 1}`;
      try {
        renameSync(newer, `${this.#file}.${number}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  /** Removes the part of a line that the disk took. The file is opened again for the next line. */
  #cutBack(): void {
    try {
      if (this.#descriptor !== undefined) ftruncateSync(this.#descriptor, this.#sizeBytes);
    } catch {
      // A line that is not whole is left.
    }
    this.#close();
  }

  #close(): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    closeSync(descriptor);
  }
}
