/** Counts the requests to the site. */
export class Visits {
  readonly #counts = new Map<string, number>();
  readonly #feeds = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Counts a request. @returns how often it was made before */
  add(request: string): number {
    const before = this.#counts.get(request) ?? 0;
    this.#counts.set(request, before + 1);
    this.#total++;
    return before;
  }

  /** By path and query, and for a POST also by body. */
  countOf = (request: string): number => this.#counts.get(request) ?? 0;

  entries = (): IterableIterator<[string, number]> => this.#counts.entries();

  /** The number of pages of a feed that a visitor has received. */
  feedOrdinalOf = (visitor: string, feed: string): number => this.#feeds.get(`${visitor} ${feed}`) ?? 0;

  addFeedPage(visitor: string, feed: string): void {
    this.#feeds.set(`${visitor} ${feed}`, this.feedOrdinalOf(visitor, feed) + 1);
  }

  clear(): void {
    this.#counts.clear();
    this.#feeds.clear();
    this.#total = 0;
  }
}
