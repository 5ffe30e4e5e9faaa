import { attemptKey } from '../../shared/attempt-key.ts';
import type { InFlightByAttempt, InFlightJournal } from './in-flight-journal.ts';

/**
 * Which requests each attempt works on at this moment: it fetched the request alone or prolonged its lock, and has
 * neither handled, reclaimed nor unlocked it. Crawlee locks up to 25 requests ahead; those that it has not fetched are
 * not in flight. A drain (step 3 of a handoff) waits until an attempt has none.
 *
 * [in-flight-2] an attempt that outlives a platform process keeps its in-flight requests. Without a journal no attempt
 *     outlives the process.
 */
export class InFlightRequests {
  readonly #byAttempt: InFlightByAttempt;
  readonly #changed: (runId: string) => void;
  readonly #journal: InFlightJournal | undefined;

  constructor(changed: (runId: string) => void = () => undefined, journal?: InFlightJournal) {
    this.#changed = changed;
    this.#journal = journal;
    this.#byAttempt = journal?.inFlight ?? new Map();
  }

  add(runId: string, attempt: number, queueId: string, requestId: string): void {
    const key = attemptKey(runId, attempt);
    let requests = this.#byAttempt.get(key);
    if (requests === undefined) {
      requests = new Set();
      this.#byAttempt.set(key, requests);
    }
    const request = `${queueId}/${requestId}`;
    if (requests.has(request)) return;
    requests.add(request);
    this.#journal?.write(key, { sign: '+', request });
  }

  remove(runId: string, attempt: number, queueId: string, requestId: string): void {
    const key = attemptKey(runId, attempt);
    const request = `${queueId}/${requestId}`;
    const requests = this.#byAttempt.get(key);
    if (requests?.delete(request) !== true) return;
    this.#journal?.write(key, { sign: '-', request });
    if (requests.size === 0) this.#changed(runId);
  }

  countOf(runId: string, attempt: number): number {
    return this.#byAttempt.get(attemptKey(runId, attempt))?.size ?? 0;
  }

  forget(runId: string, attempt: number): void {
    this.#forgetKey(attemptKey(runId, attempt));
  }

  /** Forgets what an earlier platform process wrote of all other attempts: they are gone. */
  keepOnly(attempts: readonly { readonly runId: string; readonly attempt: number }[]): void {
    const kept = new Set(attempts.map(({ runId, attempt }) => attemptKey(runId, attempt)));
    for (const key of [...this.#byAttempt.keys()]) {
      if (!kept.has(key)) this.#forgetKey(key);
    }
  }

  #forgetKey(key: string): void {
    if (this.#byAttempt.delete(key)) this.#journal?.write(key, { sign: 'x' });
  }
}
