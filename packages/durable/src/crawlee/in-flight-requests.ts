/**
 * The requests that the tasks of a crawler are working on.
 *
 * [crawl-1] A request is handled by one task at a time, and not again after its commit. A queue returns a request again when
 *     its lock has expired, which may be while its commit is in progress.
 */
import type { Request } from 'crawlee';

type Identity = Pick<Request, 'id' | 'uniqueKey'>;

export class InFlightRequests {
  readonly #keys = new Set<string>();
  /** Requests that were handled during a fetch, which may still return them as they were before. */
  readonly #handled = new Set<string>();
  #fetches = 0;

  /** Resolves with the request that `fetchNext` resolves with, or with null if it is in flight or handled. */
  async fetch(fetchNext: () => Promise<Request | null | undefined>): Promise<Request | null> {
    this.#fetches += 1;
    try {
      const request = await fetchNext();
      if (!request) return null;
      const key = keyOf(request);
      if (this.#keys.has(key) || this.#handled.has(key)) return null;
      this.#keys.add(key);
      return request;
    } finally {
      this.#fetches -= 1;
      if (this.#fetches === 0) this.#handled.clear();
    }
  }

  /** The request goes back to the queue or list, and can be fetched again. */
  reclaim(request: Identity): void {
    this.#keys.delete(keyOf(request));
  }

  /** The task of the request has ended. */
  end(request: Identity & { readonly handledAt?: string | undefined }): void {
    if (!this.#keys.delete(keyOf(request))) return;
    if (this.#fetches > 0 && request.handledAt !== undefined) this.#handled.add(keyOf(request));
  }
}

const keyOf = ({ id, uniqueKey }: Identity): string => id ?? uniqueKey;
