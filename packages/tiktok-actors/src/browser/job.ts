import type { Address, PostSort, SearchSection } from '@wherry/tiktok';

/** Which list of a page is wanted. */
export type ListSource =
  /** With `withProfile`, also what the page says of the account. */
  | { readonly kind: 'posts'; readonly sort: PostSort; readonly withProfile?: boolean }
  | { readonly kind: 'hashtag_posts' }
  | { readonly kind: 'sound_posts' }
  | { readonly kind: 'followers' }
  | { readonly kind: 'following' }
  | { readonly kind: 'search'; readonly section: SearchSection }
  | { readonly kind: 'recommended' }
  | { readonly kind: 'explored' }
  | { readonly kind: 'sound_ranks' }
  | { readonly kind: 'shop_search' }
  /** Of a store, with what its page says of the shop. */
  | { readonly kind: 'shop_products' }
  /** Of a product, with what its page says of it. */
  | { readonly kind: 'reviews' }
  /** With `maxReplies` above 0, also the answers to each comment. */
  | { readonly kind: 'comments'; readonly maxReplies: number }
  /** What the page itself says, and no list. */
  | { readonly kind: 'profile' }
  | { readonly kind: 'video' };

/** One list that is to be read. It is JSON, for it travels in the requests of a crawl. */
export interface ListJob {
  /** Tells it from the others of a run, in each attempt in the same way. */
  readonly key: string;
  /** What the user wrote. */
  readonly input: string;
  readonly address: Address;
  readonly source: ListSource;
  readonly maxItems: number;
  readonly maxPages: number;
  /** Of posts, by their time. */
  readonly oldestSecs: number | null;
  readonly newestSecs: number | null;
  readonly withoutPinned: boolean;
  /** Of posts, by how many like them. */
  readonly leastDiggs: number | null;
  readonly mostDiggs: number | null;
  /** What stands above the list is no result. */
  readonly withoutHeader: boolean;
}
