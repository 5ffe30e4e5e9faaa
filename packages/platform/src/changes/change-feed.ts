/**
 * The changes of the database as users follow them. May import `accounts/`, the interfaces of the adapters and `shared/`.
 *
 * [feed-1] the first change of a thing is sent at once, further ones at most once a second, the last one always. There is one
 *     timer for all.
 * [feed-2] memory is limited: a number of sent changes is kept, for a while. More things than that in a second are no longer
 *     sent one by one: every reader is told to read all again.
 * [feed-3] a reader that names the last change it got receives those after it, or is told to read all again when they are no
 *     longer known, or are those of another process.
 * [feed-4] while nobody follows, and nobody may come back, the database is not watched.
 */
import type { Change, ChangeSource } from '../database/changes.ts';
import { mostChanges } from '../database/changes.ts';
import type { Clock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';

/** How often a thing is told at most [feed-1]. */
const everyMs = 1000;
/** How many sent changes are kept, and for how long [feed-2]. */
const keptEvents = 5000;
const keptMs = 600_000;
/** How long the database is watched for a reader that comes back [feed-4]. */
const returnMs = 120_000;
/** Each open page of the console has one. */
const readersOfUser = 50;

/** What a reader is sent. `id` is where it is then: the epoch of this watch, a hyphen, and a number that grows. */
export type FeedEvent =
  | { readonly kind: 'change'; readonly id: string; readonly change: Change }
  /** Anything may have changed. */
  | { readonly kind: 'reset'; readonly id: string };

export interface FeedReader {
  readonly userId: string;
  /** Whether it may know of a change it decides itself (`change-reach.ts`). It must not throw. */
  take(event: FeedEvent): void;
  /** The platform ends. */
  end(): void;
}

interface Following {
  /** Where the reader is when it has received nothing yet. */
  readonly position: string;
  close(): void;
}

interface KeptEvent {
  readonly sequence: number;
  readonly atMs: number;
  readonly change: Change;
}

/** A thing that was told within the last second. */
interface RecentThing {
  change: Change;
  readonly toldAtMs: number;
  hasChanged: boolean;
}

export class ChangeFeed {
  readonly #source: ChangeSource;
  readonly #clock: Clock;
  readonly #readers = new Set<FeedReader>();
  #watch: Watch | undefined;
  #started: Promise<void> = Promise.resolve();
  #cancelEnd: () => void = () => undefined;
  #isClosed = false;

  constructor(source: ChangeSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * Sends the reader all changes from when it resolves, and before them those after the position, if it names one [feed-3].
   * @throws Refusal 429 `too-many-event-streams`; 503 `platform-ending`
   */
  async follow(reader: FeedReader, after?: string): Promise<Following> {
    const sameUser = [...this.#readers].filter(({ userId }) => userId === reader.userId);
    if (sameUser.length >= readersOfUser) {
      throw new Refusal(
        429,
        'too-many-event-streams',
        `You have ${readersOfUser} streams of events open, and no more are allowed. Close some.`,
      );
    }
    this.#cancelEnd();
    this.#readers.add(reader);
    try {
      const watch = await this.#watched();
      if (after !== undefined) watch.resume(reader, after);
      watch.readers.add(reader);
      return { position: watch.position, close: () => this.#leave(reader) };
    } catch (error) {
      this.#leave(reader);
      throw error;
    }
  }

  /** Tells of changes that are in memory only. */
  announce(changes: readonly Change[]): void {
    this.#watch?.publish(changes);
  }

  /** Ends all readers. */
  close(): void {
    this.#isClosed = true;
    this.#cancelEnd();
    for (const reader of [...this.#readers]) reader.end();
    this.#readers.clear();
    this.#unwatch();
  }

  async #watched(): Promise<Watch> {
    if (this.#isClosed) throw new Refusal(503, 'platform-ending', 'The platform is ending. Try again in a moment.');
    if (this.#watch === undefined) {
      const watch = new Watch(this.#clock);
      this.#watch = watch;
      this.#started = this.#source.watch((changes) => watch.publish(changes));
      this.#started.catch(() => {
        if (this.#watch === watch) this.#watch = undefined;
      });
    }
    const watch = this.#watch;
    await this.#started;
    return watch;
  }

  #leave(reader: FeedReader): void {
    if (!this.#readers.delete(reader)) return;
    this.#watch?.readers.delete(reader);
    if (this.#readers.size > 0 || this.#isClosed) return;
    this.#cancelEnd();
    this.#cancelEnd = this.#clock.after(returnMs, () => this.#unwatch());
  }

  #unwatch(): void {
    if (this.#watch === undefined) return;
    this.#watch.close();
    this.#watch = undefined;
    // The database may be closed already.
    this.#source.watch(undefined).catch(() => undefined);
  }
}

/** One time during which the database is watched. */
class Watch {
  readonly readers = new Set<FeedReader>();
  readonly #clock: Clock;
  #epoch = newId();
  #sequence = 0;
  /** The oldest first. */
  #kept: KeptEvent[] = [];
  /** In the order in which they were told. */
  readonly #recent = new Map<string, RecentThing>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get position(): string {
    return `${this.#epoch}-${this.#sequence}`;
  }

  publish(changes: readonly Change[]): void {
    if (changes.length >= mostChanges || this.#recent.size + changes.length > mostChanges) {
      this.#reset();
      return;
    }
    for (const change of changes) {
      const key = `${change.kind}/${change.id}`;
      const recent = this.#recent.get(key);
      if (recent === undefined) {
        this.#tell(key, change);
        continue;
      }
      recent.change = change;
      recent.hasChanged = true;
    }
    this.#setTimer();
  }

  /** Sends the reader what came after the position [feed-3]. */
  resume(reader: FeedReader, after: string): void {
    const [, epoch, sequence] = /^(\w+)-(\d{1,15})$/.exec(after) ?? [];
    this.#forgetOld();
    const last = Number(sequence);
    const oldest = this.#kept[0]?.sequence ?? this.#sequence + 1;
    if (epoch !== this.#epoch || last > this.#sequence || last < oldest - 1) {
      reader.take({ kind: 'reset', id: this.position });
      return;
    }
    for (const event of this.#kept) {
      if (event.sequence > last) this.#send(reader, event);
    }
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #tell(key: string, change: Change): void {
    const atMs = this.#clock.monotonicMs();
    this.#recent.set(key, { change, toldAtMs: atMs, hasChanged: false });
    this.#sequence += 1;
    const event = { sequence: this.#sequence, atMs, change };
    this.#kept.push(event);
    // In larger steps, since each moves the rest.
    if (this.#kept.length > keptEvents * 1.2) this.#kept = this.#kept.slice(-keptEvents);
    for (const reader of this.readers) this.#send(reader, event);
  }

  #send(reader: FeedReader, { sequence, change }: KeptEvent): void {
    reader.take({ kind: 'change', id: `${this.#epoch}-${sequence}`, change });
  }

  #setTimer(): void {
    const [first] = this.#recent.values();
    if (first === undefined || this.#cancelTimer !== undefined) return;
    const delayMs = Math.max(0, first.toldAtMs + everyMs - this.#clock.monotonicMs());
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#tellAgain();
      this.#setTimer();
    });
  }

  #tellAgain(): void {
    const now = this.#clock.monotonicMs();
    const due: [string, RecentThing][] = [];
    for (const entry of this.#recent) {
      if (entry[1].toldAtMs + everyMs > now) break;
      due.push(entry);
    }
    for (const [key, { change, hasChanged }] of due) {
      this.#recent.delete(key);
      if (hasChanged) this.#tell(key, change);
    }
  }

  /** [feed-2] */
  #reset(): void {
    this.#epoch = newId();
    this.#sequence = 0;
    this.#kept = [];
    this.#recent.clear();
    for (const reader of this.readers) reader.take({ kind: 'reset', id: this.position });
  }

  #forgetOld(): void {
    const oldestMs = this.#clock.monotonicMs() - keptMs;
    const first = this.#kept.findIndex(({ atMs }) => atMs >= oldestMs);
    if (first !== 0) this.#kept = first < 0 ? [] : this.#kept.slice(first);
  }
}
