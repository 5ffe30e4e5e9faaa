/** Apify's list envelope. `total` is the number of all matches, `count` that of the items in this page. */
export interface Page<Item> {
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly desc: boolean;
  readonly count: number;
  readonly items: readonly Item[];
}

export interface Paging {
  readonly offset: number;
  readonly limit: number;
  readonly desc: boolean;
}

export function pageOf<Item>(paging: Paging, total: number, items: readonly Item[]): Page<Item> {
  return { total, ...paging, count: items.length, items };
}
