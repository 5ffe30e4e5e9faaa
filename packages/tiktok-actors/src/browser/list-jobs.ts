import { cleaned, pageUrlOf, type SearchFilter, type SearchSection } from '@wherry/tiktok';
import type { RefusedTarget, Target } from '../input/targets.ts';
import { siteUrl } from '../settings.ts';
import type { ListJob, ListSource } from './job.ts';

/** What to read of the lists of some targets. */
export interface ListOptions {
  readonly source: ListSource;
  readonly maxItems?: number | undefined;
  readonly oldestSecs?: number | null;
  readonly newestSecs?: number | null;
  readonly withoutPinned?: boolean | undefined;
  readonly leastDiggs?: number | null | undefined;
  readonly mostDiggs?: number | null | undefined;
  readonly withoutHeader?: boolean | undefined;
  /** The country that the pages must be served for, as two capital letters. */
  readonly region?: string | null;
}

/** No list is read further than this. */
const maxPages = 10_000;

export type ListTarget = ListJob | RefusedTarget;

export const listsOf = (targets: readonly Target[], options: ListOptions): ListTarget[] =>
  targets.map((target) => ('refusal' in target ? target : jobOf(target, options)));

export const feedOf = (page: 'foryou' | 'explore', options: Omit<ListOptions, 'source'>): ListJob =>
  jobOf(
    { input: page, address: { kind: 'feed', page } },
    { ...options, source: { kind: page === 'foryou' ? 'recommended' : 'explored' } },
  );

export function jobOf(target: Pick<ListJob, 'input' | 'address'>, options: ListOptions): ListJob {
  const { input, address } = target;
  const {
    source,
    maxItems,
    oldestSecs = null,
    newestSecs = null,
    withoutPinned = false,
    withoutHeader = false,
    region = null,
  } = options;
  const { leastDiggs = null, mostDiggs = null } = options;
  return {
    key: `${JSON.stringify(source)} ${pageUrlOf(address, siteUrl)}`,
    input,
    address,
    source,
    region,
    maxItems: maxItems ?? Number.MAX_SAFE_INTEGER,
    maxPages,
    oldestSecs,
    newestSecs,
    withoutPinned,
    withoutHeader,
    leastDiggs,
    mostDiggs,
  };
}

/** Words are searched in `section`; the URL of a search has its own section. Only videos are filtered. */
export const searchesOf = (
  targets: readonly Target[],
  {
    section,
    filter,
    ...options
  }: Omit<ListOptions, 'source'> & { readonly section: SearchSection; readonly filter?: SearchFilter | undefined },
): ListTarget[] =>
  targets.map((target) => {
    if ('refusal' in target) return target;
    const isWords = target.address.kind === 'search' && target.address.keyword === cleaned(target.input);
    const address = isWords ? { ...target.address, section } : target.address;
    const itsSection = address.kind === 'search' ? address.section : section;
    if (itsSection === 'user' && filter !== undefined) return { ...target, refusal: accountsAreNotFiltered };
    const filters = filter !== undefined && { filter };
    const source = { kind: 'search', section: itsSection, ...filters } as const;
    return jobOf({ ...target, address }, { ...options, source });
  });

const accountsAreNotFiltered =
  'It is the URL of a search for accounts, and the input says how to order or filter videos.';
