/** What inputs say about the lists to read, in the terms of the requests for them. */
import type { ProductSort, SearchDays, SearchFilter, SearchSection, SearchSort } from '@wherry/tiktok';
import { InputRefusal } from './input-aliases.ts';

export interface SearchInput {
  readonly searchSection?: string;
  readonly videoSearchSorting?: string;
  readonly videoSearchDateFilter?: string;
}

const sections: Readonly<Record<string, SearchSection>> = { '': 'general', '/video': 'video', '/user': 'user' };
const sorts: Readonly<Record<string, SearchSort>> = { MOST_LIKED: 'most_liked', LATEST: 'latest' };
const days: Readonly<Record<string, SearchDays>> = {
  PAST_24_HOURS: 1,
  PAST_WEEK: 7,
  PAST_MONTH: 30,
  LAST_3_MONTHS: 90,
  LAST_6_MONTHS: 180,
};

/** @throws InputRefusal if accounts are to be ordered or filtered like videos */
export function searchOf(
  { searchSection, videoSearchSorting = '', videoSearchDateFilter = '' }: SearchInput,
  otherwise: SearchSection,
): { readonly section: SearchSection; readonly filter: SearchFilter | undefined } {
  const section = searchSection === undefined ? otherwise : sections[searchSection]!;
  const [sort, withinDays] = [sorts[videoSearchSorting] ?? 'relevant', days[videoSearchDateFilter] ?? null];
  if (sort === 'relevant' && withinDays === null) return { section, filter: undefined };
  if (section !== 'user') return { section, filter: { sort, withinDays } };
  const field = withinDays === null ? 'videoSearchSorting' : 'videoSearchDateFilter';
  throw new InputRefusal(`${field} and searchSection contradict each other: only videos can be ordered or filtered.`);
}

const productSorts: Readonly<Record<string, ProductSort>> = {
  BEST_SELLERS: 'best_sellers',
  PRICE_ASC: 'price_asc',
  PRICE_DESC: 'price_desc',
};

/** Undefined for the order of relevance. */
export const productSortOf = (sorting = ''): ProductSort | undefined => productSorts[sorting];
