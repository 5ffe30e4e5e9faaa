import { hashKey } from '@tanstack/react-query';

/** Which part of a list is asked for. */
export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

interface PagedList {
  readonly queryKey: readonly unknown[];
  readonly placeholderData: <Page>(
    former: Page | undefined,
    query: { readonly queryKey: readonly unknown[] } | undefined,
  ) => Page | undefined;
}

/**
 * Options of a query for a page of a list. Until it is there, the page of the same list that was shown before stays: what leads
 * from page to page keeps its place and the keyboard's focus. Another list begins empty.
 * @param list the beginning of the key, which says which list it is
 */
export const pagedList = (list: readonly unknown[], { offset, limit }: Paging): PagedList => ({
  queryKey: [...list, { offset, limit }],
  placeholderData: (former, query) =>
    query !== undefined && hashKey(query.queryKey.slice(0, -1)) === hashKey(list) ? former : undefined,
});
