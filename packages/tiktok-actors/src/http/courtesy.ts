/**
 * How a run behaves towards the site: when the site asks for fewer requests, or blocks, all of them wait.
 *
 * [courtesy-1] trouble makes everyone wait, each time in a row twice as long, up to `longestPauseMs`; what was asked before the
 *     wait began does not count again, and an answer that is worth reading ends the row.
 * [courtesy-2] what the site asks for by `retry-after` is kept, up to `longestPauseMs`.
 * [courtesy-3] after `mostPauses` in a row there is no more hope: whoever goes on only burdens the site.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Between two waits. */
export type Turn = number;

export interface Patience {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly mostPauses: number;
}

/** With a pause of 1 s between pages, waits are 0.25 s to 20 s: a handler that waits must end within a migration's grace. */
export function patience(pauseMs: number): Patience {
  // A quarter of an hour.
  return { firstPauseMs: pauseMs / 4, longestPauseMs: pauseMs * 20, mostPauses: 50 };
}

export class Courtesy {
  readonly #patience: Patience;
  #openAtMs = 0;
  #pausesInRow = 0;
  #turn: Turn = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** [courtesy-3] */
  get isHopeless(): boolean {
    return this.#pausesInRow >= this.#patience.mostPauses;
  }

  /** Waits until the site may be asked. */
  async turn(): Promise<Turn> {
    for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) await delay(waitMs);
    return this.#turn;
  }

  /** [courtesy-1]. @param asked when the site was asked for what went wrong */
  trouble(asked: Turn): void {
    if (asked < this.#turn) return;
    this.#closeFor(this.#patience.firstPauseMs * 2 ** this.#pausesInRow);
    this.#pausesInRow += 1;
    this.#turn += 1;
  }

  /** [courtesy-2] */
  keepAway(secs: number): void {
    this.#closeFor(secs * 1000);
  }

  success(): void {
    this.#pausesInRow = 0;
  }

  #closeFor(pauseMs: number): void {
    const { longestPauseMs } = this.#patience;
    this.#openAtMs = Math.max(this.#openAtMs, Date.now() + Math.min(pauseMs, longestPauseMs));
  }

  #waitMs = (): number => this.#openAtMs - Date.now();
}
