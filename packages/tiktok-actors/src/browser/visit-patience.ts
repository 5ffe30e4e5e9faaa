/**
 * How long a visit goes on when nothing comes, or nothing good.
 *
 * [patience-1] what another session may mend ends the visit at once; what a wait may mend is waited for, each time in a row twice as
 *     long, `mostFailuresInTurn` times.
 * [patience-2] a page that asks for nothing that anybody waits for, `mostIdleRounds` times in a row, is left.
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

  /** Something came. */
  arrived(): void {
    this.#idleRounds = 0;
  }

  /** What came was good. */
  succeeded(): void {
    this.#failuresInTurn = 0;
    this.#lastFailure = null;
  }

  /** [patience-2]. Answers why the page is to be left, if it is. */
  idle(): Failure | null {
    this.#idleRounds += 1;
    return this.#idleRounds < mostIdleRounds ? null : (this.#lastFailure ?? asksForNothing);
  }

  /** [patience-1]. Answers whether the visit goes on. */
  async outlasts(failure: Failure): Promise<boolean> {
    this.#failuresInTurn += 1;
    this.#lastFailure = failure;
    const remedy = remedyOf(failure.kind);
    if (remedy === 'nothing' || remedy === 'new_session' || this.#failuresInTurn >= mostFailuresInTurn) return false;
    await delay(Math.min(mostBackOffMs, this.#pauseMs * 2 ** this.#failuresInTurn));
    return true;
  }
}

const asksForNothing = failed('incomplete', 'the page asks for nothing more, though more should follow');
