/**
 * Which requests the tasks of a crawler have in hand.
 *
 * [crawl-1] a request is handled by one task at a time, and not again after its commit. A queue gives a request out anew once
 *     its lock has expired, which may be while its commit is under way.
 */
import type { Request } from 'crawlee';

type Identity = Pick<Request, 'id' | 'uniqueKey'>;

export class InFlightRequests {
  readonly #inFlight = new Set<string>();
  /** Those that were handled while somebody was fetching: what is fetched may be as it was before. */
  readonly #handled = new Set<string>();
  #fetches = 0;

  /** Answers what `fetch` brings, unless it is in hand or done. */
  async take(fetch: () => Promise<Request | null | undefined>): Promise<Request | null> {
    this.#fetches += 1;
    try {
      const request = await fetch();
      if (!request) return null;
      const key = keyOf(request);
      if (this.#inFlight.has(key) || this.#handled.has(key)) return null;
      this.#inFlight.add(key);
      return request;
    } finally {
      this.#fetches -= 1;
      if (this.#fetches === 0) this.#handled.clear();
    }
  }

  /** It goes back to where it came from. */
  reclaim(request: Identity): void {
    this.#inFlight.delete(keyOf(request));
  }

  /** Its task is over. */
  end(request: Identity & { readonly handledAt?: string | undefined }): void {
    if (!this.#inFlight.delete(keyOf(request))) return;
    if (this.#fetches > 0 && request.handledAt !== undefined) this.#handled.add(keyOf(request));
  }
}

const keyOf = ({ id, uniqueKey }: Identity): string => id ?? uniqueKey;
