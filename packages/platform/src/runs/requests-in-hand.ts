import { attemptKey } from './attempt-key.ts';

/**
 * Which requests each attempt works on at this moment: it fetched the request alone or prolonged its lock, and has
 * neither handled, reclaimed nor unlocked it. Crawlee locks up to 25 requests ahead; those that it has not fetched are
 * not in hand. A drain (step 3 of a handoff) waits until an attempt has none. In memory only: it is about containers
 * that talk to this process now, and a restart of the platform ends a drain.
 */
export class RequestsInHand {
  readonly #byAttempt = new Map<string, Set<string>>();
  readonly #changed: (runId: string) => void;

  constructor(changed: (runId: string) => void = () => undefined) {
    this.#changed = changed;
  }

  take(runId: string, attempt: number, queueId: string, requestId: string): void {
    const key = attemptKey(runId, attempt);
    let requests = this.#byAttempt.get(key);
    if (requests === undefined) {
      requests = new Set();
      this.#byAttempt.set(key, requests);
    }
    requests.add(`${queueId}/${requestId}`);
  }

  release(runId: string, attempt: number, queueId: string, requestId: string): void {
    const requests = this.#byAttempt.get(attemptKey(runId, attempt));
    if (requests?.delete(`${queueId}/${requestId}`) === true && requests.size === 0) this.#changed(runId);
  }

  countOf(runId: string, attempt: number): number {
    return this.#byAttempt.get(attemptKey(runId, attempt))?.size ?? 0;
  }

  forget(runId: string, attempt: number): void {
    this.#byAttempt.delete(attemptKey(runId, attempt));
  }
}
