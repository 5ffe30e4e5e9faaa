/**
 * The back-off that all requests of a run share: if the site asks for fewer requests, or blocks them, all of them wait.
 *
 * [back-off-1] A failure makes all requests wait, twice as long each time in a row, up to `longestPauseMs`. Failures of
 *     requests that were sent before the wait began do not count again, and a readable response ends the row.
 * [back-off-2] A wait that the site asks for by `retry-after` is respected, up to `longestPauseMs`.
 * [back-off-3] After `mostPauses` in a row the run gives up: more requests would only burden the site.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** The number of waits so far. */
export type Turn = number;

export interface BackOffLimits {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly mostPauses: number;
}

/** With 1 s between pages, waits are 0.25 s to 20 s: a handler that waits must end within the grace of a migration. */
export function backOffLimits(pauseMs: number): BackOffLimits {
  // In all a quarter of an hour.
  return { firstPauseMs: pauseMs / 4, longestPauseMs: pauseMs * 20, mostPauses: 50 };
}

export class BackOff {
  readonly #limits: BackOffLimits;
  #openAtMs = 0;
  #pausesInRow = 0;
  #turn: Turn = 0;

  constructor(limits: BackOffLimits) {
    this.#limits = limits;
  }

  /** Whether the run is to give up [back-off-3]. */
  get isExhausted(): boolean {
    return this.#pausesInRow >= this.#limits.mostPauses;
  }

  /** Waits until a request may be sent. */
  async turn(): Promise<Turn> {
    for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) await delay(waitMs);
    return this.#turn;
  }

  /** Makes all requests wait [back-off-1]. @param sentAt the turn in which the failed request was sent */
  failure(sentAt: Turn): void {
    if (sentAt < this.#turn) return;
    this.#closeFor(this.#limits.firstPauseMs * 2 ** this.#pausesInRow);
    this.#pausesInRow += 1;
    this.#turn += 1;
  }

  /** Makes all requests wait for a time that the site asks for [back-off-2]. */
  pauseFor(secs: number): void {
    this.#closeFor(secs * 1000);
  }

  success(): void {
    this.#pausesInRow = 0;
  }

  #closeFor(pauseMs: number): void {
    const { longestPauseMs } = this.#limits;
    this.#openAtMs = Math.max(this.#openAtMs, Date.now() + Math.min(pauseMs, longestPauseMs));
  }

  #waitMs = (): number => this.#openAtMs - Date.now();
}
