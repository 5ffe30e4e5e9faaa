import { rmSync } from 'node:fs';
import { mkdir, opendir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { errorLineOf } from './error-line.ts';
import { LogFile } from './log-file.ts';
import { foreignLine, ownLine } from './log-lines.ts';
import { LogReader } from './log-reader.ts';
import { LogTail, readLastLines } from './log-tail.ts';

/** As on Apify: `ACTOR_LIMITS.LOG_MAX_CHARS` of the package `@apify/consts`. */
const maxLogChars = 10_485_760;

/** How much of a log's end is read for its error. */
const errorBytes = 64 * 1024;

/** How many removed logs are remembered. Lines for them come within moments. */
const maxRemembered = 1000;

export interface StoredLog {
  readonly id: string;
  readonly bytes: number;
  /** When the last line was written, in ms since 1970. */
  readonly modifiedAt: number;
}

/** A log that is written to or followed. */
interface LiveLog {
  readonly file: LogFile;
  readonly followers: Set<LogReader>;
}

/**
 * The log of each run and build, one file each, every line stamped with the time. A run has one log through all of its
 * attempts. Logs are not in the database: they are large, only grow, and no decision depends on them. May import from
 * `shared/`.
 *
 * [log-1] a follower gets every line once. It reads the file at its own pace, and is only told that there is more; a
 *     follower that reads slowly, or not at all, takes no memory.
 * [log-2] a log never makes its run or build fail. Lines that the disk does not take are lost, and the log says so.
 * [log-4] a log has at most `maxLogChars` characters, however long its run lasts and however often the platform is started;
 *     its last line then says that it is cut. What comes after is dropped.
 *
 * The form of lines, and what keeps an Actor's apart from the platform's, is in `log-lines.ts` [log-3].
 */
export class LogStore {
  readonly #folder: string;
  readonly #maxChars: number;
  readonly #live = new Map<string, LiveLog>();
  readonly #closing = new Map<string, Promise<void>>();
  /** In the order of their removal. */
  readonly #removed = new Set<string>();

  private constructor(folder: string, maxChars: number) {
    this.#folder = folder;
    this.#maxChars = maxChars;
  }

  static async open(folder: string, { maxChars = maxLogChars }: { maxChars?: number } = {}): Promise<LogStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new LogStore(folder, maxChars);
  }

  /**
   * Appends whole lines of an Actor or a build, each stamped with `atMs` [log-3]. Returns a promise when there is little
   * room; it resolves once there is more.
   * @param text without its last line end
   */
  append(id: string, text: string, atMs: number): Promise<void> | undefined {
    if (this.#removed.has(id)) return undefined;
    const { file } = this.#liveLog(id);
    if (file.isCut) return undefined;
    const stamp = new Date(atMs).toISOString();
    const lines = text.split('\n').map((line) => `${stamp} ${foreignLine(line)}\n`);
    return file.append(Buffer.from(lines.join('')));
  }

  /** Appends a line of the platform's own, which nothing else can write. */
  note(id: string, text: string, atMs: number): void {
    if (this.#removed.has(id)) return;
    // It does not wait for room: it is short, and seldom.
    void this.#liveLog(id).file.append(Buffer.from(`${new Date(atMs).toISOString()} ${ownLine(text)}\n`));
  }

  /** Gives back the file handle of a log to which nothing will be written for a while. Its followers stay. */
  rest(id: string): void {
    void this.#live.get(id)?.file.rest();
  }

  /**
   * Ends a log for now: its followers are done when they have read it all. To be called after the end of the run or build
   * is in the database, since a new follower checks there whether to wait for more.
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

  /** The log as it is now. An empty stream when there is none. */
  read(id: string): Readable {
    return this.#reader(id, this.#live.get(id), false);
  }

  /**
   * The log as it is now and the lines that follow, until `end`.
   * @param isOver called once following has begun; when the run or build is over, no more lines follow
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

  /** The end of a log to which nothing was appended yet. */
  tail(id: string): Promise<LogTail> {
    return LogTail.read(this.#pathOf(id));
  }

  /**
   * Why the run failed, as far as its log says (`error-line.ts`). `isFinal` is false while the log is still written: its last
   * lines may not be there yet.
   */
  async errorLine(id: string): Promise<{ readonly text: string | null; readonly isFinal: boolean }> {
    const isFinal = !this.#live.has(id) && !this.#closing.has(id);
    const { lines } = await readLastLines(this.#pathOf(id), errorBytes);
    return { text: errorLineOf(lines), isFinal };
  }

  /** For ever: its run or build is deleted, though what ends it may still want to add a line. */
  async remove(id: string): Promise<void> {
    this.#removed.add(id);
    const [oldest] = this.#removed;
    if (this.#removed.size > maxRemembered) this.#removed.delete(oldest!);
    this.end(id);
    await this.#closing.get(id);
    await rm(this.#pathOf(id), { force: true });
  }

  /** In bytes; 0 for a log that does not exist. */
  async sizeOf(id: string): Promise<number> {
    return (await stat(this.#pathOf(id)).catch(() => ({ size: 0 }))).size;
  }

  /** All logs that are files. Those that are deleted meanwhile may be missing. */
  async *stored(): AsyncIterable<StoredLog> {
    for await (const { name } of await opendir(this.#folder)) {
      const [, id] = /^([A-Za-z0-9]{17})\.log$/.exec(name) ?? [];
      const found = id && (await stat(path.join(this.#folder, name)).catch(() => undefined));
      if (found) yield { id, bytes: found.size, modifiedAt: found.mtimeMs };
    }
  }

  /**
   * Deletes what a log has until now; its run may be resurrected and write to it again. Returns false, and deletes nothing,
   * while it is written or followed.
   */
  expire(id: string): boolean {
    if (this.#live.has(id) || this.#closing.has(id)) return false;
    rmSync(this.#pathOf(id), { force: true });
    return true;
  }

  /** Ends every log; everything that was appended is in its file then. */
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
        maxChars: this.#maxChars,
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

  /** Forgets a log that was only followed, once no follower waits. */
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
