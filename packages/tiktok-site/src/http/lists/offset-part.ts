/** The part of a list that a response contains. */
export interface Part {
  readonly items: readonly number[];
  readonly nextOffset: number;
  readonly hasMore: boolean;
}

export interface ListFaults {
  /** The previous page is sent again. */
  readonly repeats: boolean;
  /** The list always says that more follow. */
  readonly isEndless: boolean;
}

export function partOf(list: readonly number[], offset: number, count: number, faults: ListFaults): Part {
  const from = faults.repeats ? Math.max(0, offset - count) : offset;
  const items = list.slice(from, from + count);
  const nextOffset = faults.isEndless && items.length === 0 ? from + count : from + items.length;
  return { items, nextOffset, hasMore: faults.isEndless || nextOffset < list.length };
}
