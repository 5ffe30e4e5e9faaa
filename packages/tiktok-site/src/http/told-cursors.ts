import type { Query } from './query.ts';

/** The positions in lists that each visitor has received. */
export class ToldCursors {
  readonly #told = new Set<string>();

  /** Every visitor may request the beginning of a list. */
  isTold(visitor: string, list: string, query: Query): boolean {
    const cursor = cursorNames.map((name) => query.text(name)).find((text) => text !== '') ?? '0';
    return cursor === '0' || this.#told.has(keyOf(visitor, list, cursor));
  }

  tell(visitor: string, list: string, response: Record<string, unknown>): void {
    const data = (response.data ?? {}) as Record<string, unknown>;
    const params = (data.load_more_params ?? {}) as Record<string, unknown>;
    const cursor = response.cursor ?? response.minCursor ?? params.offset;
    if (cursor !== undefined) this.#told.add(keyOf(visitor, list, `${cursor}`));
  }
}

const cursorNames = ['cursor', 'offset', 'minCursor'];

const keyOf = (visitor: string, list: string, cursor: string): string => [visitor, list, cursor].join(' ');
