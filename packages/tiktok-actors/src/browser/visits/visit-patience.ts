/**
 * How long a visit continues without responses, or with failures.
 *
 * [patience-1] A failure that a new session may solve ends the visit at once. After a failure that waiting may solve, the
 *     visit waits, twice as long each time in a row, `mostFailuresInTurn` times.
 * [patience-2] A page that requests nothing of the list, `mostIdleRounds` times in a row, is left.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Failure, failed, remedyOf } from '@wherry/tiktok';

const mostIdleRounds = 10;
const mostFailuresInTurn = 4;
const mostBackOffMs = 30_000;

export class VisitPatience {
  readonly #pauseMs: number;
  #idleRounds = 0;
  #failuresInTurn = 0;
  #lastFailure: Failure | null = null;

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  get isIdle(): boolean {
    return this.#idleRounds > 0;
  }

  /** A response arrived. */
  arrived(): void {
    this.#idleRounds = 0;
  }

  /** The response was good. */
  succeeded(): void {
    this.#failuresInTurn = 0;
    this.#lastFailure = null;
  }

  /** Returns why the page is to be left, or null [patience-2]. */
  idle(): Failure | null {
    this.#idleRounds += 1;
    return this.#idleRounds < mostIdleRounds ? null : (this.#lastFailure ?? asksForNothing);
  }

  /** Waits if that may help. Resolves with whether the visit continues [patience-1]. */
  async outlasts(failure: Failure): Promise<boolean> {
    this.#failuresInTurn += 1;
    this.#lastFailure = failure;
    const remedy = remedyOf(failure.kind);
    if (remedy === 'nothing' || remedy === 'new_session' || this.#failuresInTurn >= mostFailuresInTurn) return false;
    await delay(Math.min(mostBackOffMs, this.#pauseMs * 2 ** this.#failuresInTurn));
    return true;
  }
}

const asksForNothing = failed('incomplete', 'the page requests nothing more, although more should follow');
