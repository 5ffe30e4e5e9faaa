import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { LogFile } from './log-file.ts';
import { LogReader } from './log-reader.ts';
import { LogTail } from './log-tail.ts';

/** A log that is written to or followed. */
interface LiveLog {
  readonly file: LogFile;
  readonly followers: Set<LogReader>;
}

/**
 * The log of each run and build, one file each, every line stamped with the time. A run has one log through all of its
 * attempts. Logs are the one thing that is not in the database: they are large, only grow, and nothing is decided by
 * them.
 *
 * [log-1] a follower gets every line once. It reads the file itself, from where it is, and is only woken by what comes; so
 *     one that reads slowly, or not at all, takes no memory.
 * [log-2] a log never fails what it is about. What the disk does not take is lost and noted.
 */
export class LogStore {
  readonly #folder: string;
  readonly #live = new Map<string, LiveLog>();
  readonly #closing = new Map<string, Promise<void>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<LogStore> {
    await mkdir(folder, { recursive: true });
    return new LogStore(folder);
  }

  /** Appends whole lines, each stamped with `atMs`. `text` without its last line end. Answers when there is room for more, if there is little. */
  append(id: string, text: string, atMs: number): Promise<void> | undefined {
    const stamp = new Date(atMs).toISOString();
    return this.#liveLog(id).file.append(Buffer.from(`${stamp} ${text.replaceAll('\n', `\n${stamp} `)}\n`));
  }

  /**
   * Says that nothing more will come for now; those who follow the log are done when they have read it all. Call it
   * after the end of the run or build is in the database: that is where a follower looks who comes between.
   */
  end(id: string): void {
    const live = this.#live.get(id);
    if (live === undefined) return;
    this.#live.delete(id);
    const closing = live.file.close().then(() => {
      for (const follower of live.followers) follower.finish();
      if (this.#closing.get(id) === closing) this.#closing.delete(id);
    });
    this.#closing.set(id, closing);
  }

  /** What is there now. An empty stream when there is nothing. */
  read(id: string): Readable {
    return this.#reader(id, this.#live.get(id), false);
  }

  /**
   * What is there and what comes, until `end`.
   * @param isOver asked once following has begun; when the run or build is over, what is there is all
   */
  follow(id: string, isOver: () => Promise<boolean>): Readable {
    const live = this.#liveLog(id);
    const reader = this.#reader(id, live, true);
    live.followers.add(reader);
    const finishIfOver = async () => {
      if (!(await isOver().catch(() => true))) return;
      await live.file.settled();
      reader.finish();
      this.#forgetIdle(id);
    };
    void finishIfOver();
    return reader;
  }

  /** The end of a log that nothing is appended to yet. */
  tail(id: string): Promise<LogTail> {
    return LogTail.read(this.#pathOf(id));
  }

  async remove(id: string): Promise<void> {
    this.end(id);
    await this.#closing.get(id);
    await rm(this.#pathOf(id), { force: true });
  }

  /** Ends every log, with what was appended in its file. */
  async close(): Promise<void> {
    for (const id of [...this.#live.keys()]) this.end(id);
    await Promise.all(this.#closing.values());
  }

  #reader(id: string, live: LiveLog | undefined, follows: boolean): LogReader {
    const reader: LogReader = new LogReader({
      file: this.#pathOf(id),
      ready: live?.file.settled() ?? this.#closing.get(id) ?? Promise.resolve(),
      limit: () => live?.file.writtenBytes,
      follows,
      onClose: () => {
        live?.followers.delete(reader);
        this.#forgetIdle(id);
      },
    });
    return reader;
  }

  #liveLog(id: string): LiveLog {
    let live = this.#live.get(id);
    if (live === undefined) {
      const followers = new Set<LogReader>();
      const file = new LogFile({
        path: this.#pathOf(id),
        after: this.#closing.get(id) ?? Promise.resolve(),
        onWritten: () => {
          for (const follower of followers) follower.wake();
        },
      });
      live = { file, followers };
      this.#live.set(id, live);
    }
    return live;
  }

  /** A log that was only followed, and by none that waits, leaves nothing behind. */
  #forgetIdle(id: string): void {
    const live = this.#live.get(id);
    if (live === undefined || !live.file.isUntouched) return;
    if ([...live.followers].every(({ isLast }) => isLast)) this.#live.delete(id);
  }

  #pathOf(id: string): string {
    if (!/^[A-Za-z0-9]{17}$/.test(id)) throw new Error(`"${id}" is not the id of a run or a build`);
    return path.join(this.#folder, `${id}.log`);
  }
}
