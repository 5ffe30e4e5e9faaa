import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';

/**
 * The log of each run and build, one file each, every line stamped with the time. A run has one log through all of its
 * attempts. Logs are the one thing that is not in the database: they are large, only grow, and nothing is decided by them.
 */
export class LogStore {
  readonly #folder: string;
  readonly #writers = new Map<string, WriteStream>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<LogStore> {
    await mkdir(folder, { recursive: true });
    return new LogStore(folder);
  }

  /** Appends whole lines, each stamped with `atMs`. `text` without its last line end. */
  append(id: string, text: string, atMs: number): void {
    const stamp = new Date(atMs).toISOString();
    const lines = `${text
      .split('\n')
      .map((line) => `${stamp} ${line}`)
      .join('\n')}\n`;
    this.#writerOf(id).write(lines);
  }

  /** Says that nothing more will come for now. */
  end(id: string): void {
    this.#writers.get(id)?.end();
    this.#writers.delete(id);
  }

  /** What is there now. An empty stream when there is nothing. */
  read(id: string): Readable {
    const stream = new PassThrough();
    const file = createReadStream(this.#pathOf(id));
    file.once('error', () => stream.end());
    file.pipe(stream);
    return stream;
  }

  async remove(id: string): Promise<void> {
    this.end(id);
    await rm(this.#pathOf(id), { force: true });
  }

  #writerOf(id: string): WriteStream {
    let writer = this.#writers.get(id);
    if (writer === undefined) {
      writer = createWriteStream(this.#pathOf(id), { flags: 'a' });
      this.#writers.set(id, writer);
    }
    return writer;
  }

  #pathOf(id: string): string {
    if (!/^[A-Za-z0-9]{17}$/.test(id)) throw new Error(`"${id}" is not the id of a run or a build`);
    return path.join(this.#folder, `${id}.log`);
  }
}
