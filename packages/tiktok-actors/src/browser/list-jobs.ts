import { cleaned, pageUrlOf, type SearchSection } from '@wherry/tiktok';
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
  } = options;
  const { leastDiggs = null, mostDiggs = null } = options;
  return {
    key: `${JSON.stringify(source)} ${pageUrlOf(address, siteUrl)}`,
    input,
    address,
    source,
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

/** Words are searched in `section`; the URL of a search has its own section. */
export const searchesOf = (
  targets: readonly Target[],
  { section, ...options }: Omit<ListOptions, 'source'> & { readonly section: SearchSection },
): ListTarget[] =>
  targets.map((target) => {
    if ('refusal' in target) return target;
    const isWords = target.address.kind === 'search' && target.address.keyword === cleaned(target.input);
    const address = isWords ? { ...target.address, section } : target.address;
    const source = { kind: 'search', section: address.kind === 'search' ? address.section : section } as const;
    return jobOf({ ...target, address }, { ...options, source });
  });
