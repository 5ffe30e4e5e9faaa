/**
 * Looks when schedules are due.
 *
 * [waker-1] scheduled times are times of the wall clock, which may be set at any time, and the machine may sleep. So a wait
 *     for one is never longer than a second, after which the wall clock is read again. That costs no read of the database.
 * [waker-2] however many schedules are due, a few are invoked at a time, and the list of them is read in pages.
 * [waker-3] a schedule that could not be invoked stays due, and is tried again later, while the others go on.
 */
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { Clock } from '../shared/clock.ts';
import { nextTurn } from '../shared/slices.ts';
import { chooseTimesAgain, type DueSchedule, listDue, nextTimeOfAll } from './invocations.ts';

/** [waker-1] */
const maxWaitMs = 1000;
/** [waker-2] */
const atOnce = 4;
const pageSize = 100;
/** A clock that goes back by less was adjusted, and not set. */
const settingMs = 1000;
/** [waker-3] The wait before the second try doubles with each further one. */
const firstRetryMs = 1000;
const maxRetryMs = 60_000;
/** Then what the platform lacks counts as a failure of the action: about a minute after the first try. */
const lastTry = 7;

const platform = { kind: 'platform' } as const;

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  /** As `invoke` in `invoker.ts`. */
  readonly invoke: (scheduleId: string, isLastTry: boolean) => Promise<void>;
}

interface Retry {
  readonly tries: number;
  /** By the monotonic clock. */
  readonly atMs: number;
}

/** What is known between two looks: when something is to be done, by the wall clock and by the monotonic one. */
interface NextLook {
  readonly wallAt: number;
  readonly monotonicAt: number;
}

const never: NextLook = { wallAt: Number.POSITIVE_INFINITY, monotonicAt: Number.POSITIVE_INFINITY };

export class Waker {
  readonly #parts: Parts;
  readonly #retries = new Map<string, Retry>();
  #phase: 'new' | 'waiting' | 'looking' | 'closed' = 'new';
  /** Something changed while it was looking. */
  #looksAgain = false;
  #look: Promise<void> = Promise.resolve();
  #next: NextLook = never;
  #cancelWait: () => void = () => undefined;
  /** By how much the wall clock was ahead of the monotonic one at the last look. */
  #aheadMs: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#aheadMs = this.#readAheadMs();
  }

  /** To be called once runs can be started. */
  start(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'waiting';
    // The clock may have been set back while no process was there to notice.
    this.#aheadMs = Number.POSITIVE_INFINITY;
    this.wake();
  }

  /** To be called when a schedule was created or changed. */
  wake(): void {
    if (this.#phase === 'looking') this.#looksAgain = true;
    if (this.#phase !== 'waiting') return;
    this.#cancelWait();
    this.#phase = 'looking';
    this.#look = this.#lookUntilDone();
  }

  /** Resolves once the invocations that are under way are over. What is due stays due. */
  async close(): Promise<void> {
    this.#phase = 'closed';
    this.#cancelWait();
    await this.#look;
  }

  get #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #readAheadMs(): number {
    const { clock } = this.#parts;
    return clock.now() - clock.monotonicMs();
  }

  async #lookUntilDone(): Promise<void> {
    do {
      this.#looksAgain = false;
      try {
        await this.#noticeSetting();
        const lookedAt = this.#parts.clock.now();
        await this.#invokeDue();
        this.#next = await this.#findNext(lookedAt);
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'schedules could not be read; it is tried again');
        this.#next = { wallAt: never.wallAt, monotonicAt: this.#parts.clock.monotonicMs() + firstRetryMs };
      }
      // A clock that is set back meanwhile may have put the next time before what was looked for.
    } while ((this.#looksAgain || this.#wasSetBack()) && !this.#isClosed);
    if (this.#isClosed) return;
    this.#phase = 'waiting';
    this.#wait();
  }

  #wait(): void {
    const { clock } = this.#parts;
    const { wallAt, monotonicAt } = this.#next;
    const waitMs = Math.min(wallAt - clock.now(), monotonicAt - clock.monotonicMs());
    // Without a schedule that has a next time, nothing depends on the clock.
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.#cancelWait = clock.after(Math.max(0, Math.min(waitMs, maxWaitMs)), () => {
      if (this.#isTime()) this.wake();
      else this.#wait();
    });
  }

  #isTime(): boolean {
    const { clock } = this.#parts;
    const isDue = clock.now() >= this.#next.wallAt || clock.monotonicMs() >= this.#next.monotonicAt;
    return isDue || this.#wasSetBack();
  }

  #wasSetBack(): boolean {
    return this.#aheadMs - this.#readAheadMs() >= settingMs;
  }

  /** [schedule-2] After a clock was set back, the next times that were chosen by it may be far away. */
  async #noticeSetting(): Promise<void> {
    const aheadMs = this.#readAheadMs();
    if (this.#wasSetBack()) {
      const { database } = this.#parts;
      while ((await database.write(chooseTimesAgain, { limit: pageSize }, platform)) === pageSize) await nextTurn();
    }
    this.#aheadMs = aheadMs;
  }

  /** [waker-2] */
  async #invokeDue(): Promise<void> {
    const { database } = this.#parts;
    const seen = new Set<string>();
    let after: DueSchedule = { nextRunAt: -1, id: '' };
    for (;;) {
      const page = await database.read(listDue, { after, limit: pageSize }, platform);
      for (const { id } of page) seen.add(id);
      const due = page.values();
      await Promise.all(Array.from({ length: atOnce }, () => this.#invokeEach(due)));
      if (page.length < pageSize || this.#isClosed) break;
      after = page.at(-1)!;
    }
    // What is not due any more was changed or deleted by its user.
    for (const id of this.#retries.keys()) if (!seen.has(id)) this.#retries.delete(id);
  }

  /** @param due several calls take from it */
  async #invokeEach(due: Iterator<DueSchedule> & Iterable<DueSchedule>): Promise<void> {
    for (let each = due.next(); each.done !== true; each = due.next()) {
      if (this.#isClosed) return;
      await this.#invokeOne(each.value.id);
      await nextTurn();
    }
  }

  /** [waker-3] */
  async #invokeOne(id: string): Promise<void> {
    const { clock, logger, invoke } = this.#parts;
    const before = this.#retries.get(id);
    if (before !== undefined && clock.monotonicMs() < before.atMs) return;
    const tries = (before?.tries ?? 0) + 1;
    try {
      await invoke(id, tries >= lastTry);
      this.#retries.delete(id);
    } catch (error) {
      const waitMs = Math.min(firstRetryMs * 2 ** (tries - 1), maxRetryMs);
      this.#retries.set(id, { tries, atMs: clock.monotonicMs() + waitMs });
      logger.warn({ err: error, scheduleId: id }, `a schedule could not be invoked; it is tried again in ${waitMs} ms`);
    }
  }

  /** What was due at `lookedAt` has had its turn, so it waits for another try if it is still there. */
  async #findNext(lookedAt: number): Promise<NextLook> {
    const { database } = this.#parts;
    const wallAt = (await database.read(nextTimeOfAll, { after: lookedAt }, platform)) ?? never.wallAt;
    const monotonicAt = Math.min(...[...this.#retries.values()].map(({ atMs }) => atMs));
    return { wallAt, monotonicAt };
  }
}
