import type { ProductSort, SearchFilter } from './filters.ts';

/** A list of the site. Each is requested page by page (`list-request.ts`). */
export type List =
  | { readonly kind: 'posts'; readonly secUid: string; readonly sort: PostSort }
  | { readonly kind: 'creator_posts'; readonly secUid: string }
  | { readonly kind: 'hashtag_posts'; readonly hashtagId: string }
  | { readonly kind: 'sound_posts'; readonly soundId: string }
  | { readonly kind: 'related_posts'; readonly videoId: string }
  | { readonly kind: 'recommended' }
  | { readonly kind: 'explored' }
  | {
      readonly kind: 'search';
      readonly section: SearchSection;
      readonly keyword: string;
      readonly filter?: SearchFilter;
    }
  | { readonly kind: 'comments'; readonly videoId: string }
  | { readonly kind: 'replies'; readonly videoId: string; readonly commentId: string }
  | { readonly kind: 'followers'; readonly secUid: string }
  | { readonly kind: 'following'; readonly secUid: string }
  | { readonly kind: 'shop_search'; readonly keyword: string; readonly sort?: ProductSort }
  | { readonly kind: 'shop_products'; readonly sellerId: string }
  | { readonly kind: 'reviews'; readonly productId: string }
  /** With `forBusiness`, only sounds that may be used in advertising. */
  | {
      readonly kind: 'sound_ranks';
      readonly periodDays: RankPeriodDays;
      readonly countryCode: string;
      readonly forBusiness?: true;
    };

export type ListKind = List['kind'];
export type PostSort = 'latest' | 'popular' | 'oldest';
export type SearchSection = 'general' | 'video' | 'user';
export type RankPeriodDays = 7 | 30 | 120;

/** Where a page begins. It is JSON, so that it can be stored together with the items before it. */
export interface Position {
  readonly cursor: string;
  /** What else the request needs: the id of a search, the `maxCursor` of a list of users, the token of a shop's list. */
  readonly token: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Entries that could not be read. */
  readonly unreadable: readonly UnreadableEntry[];
  readonly hasMore: boolean;
  /** Where the next page begins; null if the list has no cursor or nothing follows. */
  readonly next: Position | null;
  /** The total number of entries according to the site. */
  readonly total: number | null;
}

export interface UnreadableEntry {
  readonly id: string | null;
  /** The path that could not be read. */
  readonly path: string;
}
