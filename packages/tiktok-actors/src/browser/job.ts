import type { Address, PostSort, ProductSort, SearchFilter, SearchSection } from '@wherry/tiktok';

/** Which list of a page is to be read. */
export type ListSource =
  /** With `withProfile`, the profile on the page is a result too. */
  | { readonly kind: 'posts'; readonly sort: PostSort; readonly withProfile?: boolean }
  | { readonly kind: 'hashtag_posts' }
  | { readonly kind: 'sound_posts' }
  | { readonly kind: 'followers' }
  | { readonly kind: 'following' }
  | { readonly kind: 'search'; readonly section: SearchSection; readonly filter?: SearchFilter }
  | { readonly kind: 'recommended' }
  | { readonly kind: 'explored' }
  | { readonly kind: 'sound_ranks'; readonly forBusiness?: true }
  | { readonly kind: 'shop_search'; readonly sort?: ProductSort }
  /** The products of a store, with the shop on its page. */
  | { readonly kind: 'shop_products' }
  /** The reviews of a product, with the product on its page. */
  | { readonly kind: 'reviews' }
  /** With `maxReplies` above 0, the replies to each comment too. With `withPost`, the post on the page is a result too. */
  | { readonly kind: 'comments'; readonly maxReplies: number; readonly withPost?: boolean }
  /** The videos that the site shows beside a post, with the post on its page. */
  | { readonly kind: 'related_posts' }
  /** Only the page itself, and no list. */
  | { readonly kind: 'profile' }
  | { readonly kind: 'video' };

/** One list that is to be read. It is JSON, since it is stored in the requests of a crawl. */
export interface ListJob {
  /** Unique in the run, and the same in each attempt. */
  readonly key: string;
  /** The input as the user wrote it. */
  readonly input: string;
  readonly address: Address;
  readonly source: ListSource;
  /** The country that the page must be served for, as two capital letters. */
  readonly region: string | null;
  readonly maxItems: number;
  readonly maxPages: number;
  /** For posts: limits of their time. */
  readonly oldestSecs: number | null;
  readonly newestSecs: number | null;
  readonly withoutPinned: boolean;
  /** For posts: limits of the number of likes. */
  readonly leastDiggs: number | null;
  readonly mostDiggs: number | null;
  /** Whether the list's header is not a result. */
  readonly withoutHeader: boolean;
}
