/**
 * How the site orders and narrows its lists, in the parameters of its requests.
 *
 * Sources: the parameters of a search are those that public clients of TikTok's app and site use (`sort_type` 0, 1, 2;
 * `publish_time` in days); those of the shop are from a public client of the shop's search of 2026; those of sounds are from
 * captured requests of the Creative Center of 2024 and 2025. docs/tiktok.md says which of them captures confirm.
 */

/** The order of found videos, and how old they may be. A search without a filter has none of this. */
export interface SearchFilter {
  readonly sort: SearchSort;
  /** Null for all times. */
  readonly withinDays: SearchDays | null;
}

export type SearchSort = 'relevant' | 'most_liked' | 'latest';
export type SearchDays = 1 | 7 | 30 | 90 | 180;
/** The order of found products. By relevance if there is none. */
export type ProductSort = 'best_sellers' | 'price_asc' | 'price_desc';

const searchSorts: readonly SearchSort[] = ['relevant', 'most_liked', 'latest'];
const searchDays: readonly SearchDays[] = [1, 7, 30, 90, 180];

export const searchParameters = ({ sort, withinDays }: SearchFilter): Record<string, string> => ({
  sort_type: `${searchSorts.indexOf(sort)}`,
  publish_time: `${withinDays ?? 0}`,
});

type Query = Readonly<Record<string, string | undefined>>;

/** The filter that a search's parameters mean; undefined for none, null for one that is unknown. */
export function searchFilterOf({ sort_type, publish_time }: Query): SearchFilter | undefined | null {
  const sort = searchSorts[Number(sort_type || 0)];
  const withinDays = searchDays.find((days) => `${days}` === publish_time) ?? null;
  if (sort === undefined || (withinDays === null && Number(publish_time || 0) !== 0)) return null;
  return sort === 'relevant' && withinDays === null ? undefined : { sort, withinDays };
}

const productFilters: Readonly<Record<ProductSort, string>> = {
  best_sellers: 'ecom_sold_count',
  price_asc: 'ecom_price|ASC',
  price_desc: 'ecom_price|DESC',
};

export const productParameters = (sort: ProductSort): { filters: readonly object[] } => ({
  filters: [{ filter_option_id: productFilters[sort] }],
});

/** The order that the `load_more_params` of a request ask for; undefined for none, null for another filter. */
export function productSortOf(params: string | null | undefined): ProductSort | undefined | null {
  const ids = filterIdsIn(params);
  if (ids.length === 0) return undefined;
  const sorts = Object.keys(productFilters) as ProductSort[];
  return ids.length === 1 ? (sorts.find((sort) => productFilters[sort] === ids[0]) ?? null) : null;
}

function filterIdsIn(params: string | null | undefined): unknown[] {
  try {
    const { filters } = JSON.parse(params ?? '') as { filters?: unknown };
    return Array.isArray(filters)
      ? filters.map((each) => (each as { filter_option_id?: unknown })?.filter_option_id)
      : [];
  } catch {
    return [];
  }
}
