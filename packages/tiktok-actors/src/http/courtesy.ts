/**
 * How a run behaves towards the site: when the site asks for fewer requests, or blocks, all of them wait.
 *
 * B1: trouble makes everyone wait, each time in a row twice as long, up to `maxPauseMs`; an answer that is worth reading
 *     ends the row.
 * B2: what the site asks for by `retry-after` is kept, up to `maxPauseMs`.
 */
import { setTimeout as delay } from 'node:timers/promises';

const firstPauseMs = 250;
/** A handler that waits must end within the grace of a migration. */
const maxPauseMs = 20_000;

export class Courtesy {
  #openAtMs = 0;
  #troublesInRow = 0;

  /** Waits until the site may be asked. */
  async turn(): Promise<void> {
    for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) await delay(waitMs);
  }

  /** B1 */
  trouble(): void {
    this.#closeFor(firstPauseMs * 2 ** this.#troublesInRow);
    this.#troublesInRow = Math.min(this.#troublesInRow + 1, 10);
  }

  /** B2 */
  keepAway(secs: number): void {
    this.#closeFor(secs * 1000);
  }

  success(): void {
    this.#troublesInRow = 0;
  }

  #closeFor(pauseMs: number): void {
    this.#openAtMs = Math.max(this.#openAtMs, Date.now() + Math.min(pauseMs, maxPauseMs));
  }

  #waitMs = (): number => this.#openAtMs - Date.now();
}
