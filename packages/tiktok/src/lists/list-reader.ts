/** The parser of each kind of list, and the ids of its items. */

import type { Captured } from '../captured.ts';
import type { Outcome } from '../outcome.ts';
import type { Author } from '../records/author.ts';
import type { Comment } from '../records/comment.ts';
import type { Product } from '../records/product.ts';
import type { Profile } from '../records/profile.ts';
import type { Review } from '../records/review.ts';
import type { TrendingSound } from '../records/trending-sound.ts';
import type { Video } from '../records/video.ts';
import { parseCommentList } from '../responses/comment-list.ts';
import { parseGeneralSearch, parseUserSearch, parseVideoSearch } from '../responses/search-lists.ts';
import { parseProductList, parseReviewList } from '../responses/shop-lists.ts';
import { parseSoundRanks } from '../responses/sound-ranks.ts';
import { parseUserList } from '../responses/user-list.ts';
import {
  parseCreatorList,
  parseFeed,
  parseRelated,
  parseVideoList,
  type RelatedVideo,
} from '../responses/video-lists.ts';
import type { List, Page, Position } from './list.ts';

/** The items of each kind of list. */
export interface ListItems {
  readonly posts: Video;
  readonly creator_posts: Video;
  readonly hashtag_posts: Video;
  readonly sound_posts: Video;
  readonly related_posts: RelatedVideo;
  readonly recommended: Video;
  readonly explored: Video;
  readonly search: Video | Author;
  readonly comments: Comment;
  readonly replies: Comment;
  readonly followers: Profile;
  readonly following: Profile;
  readonly shop_search: Product;
  readonly shop_products: Product;
  readonly reviews: Review;
  readonly sound_ranks: TrendingSound;
}

export interface ListReader<T> {
  /** `asked` is the position of the page, for lists whose responses do not contain the next position. */
  readonly parse: (captured: Captured, asked: Position) => Outcome<Page<T>>;
  readonly idOf: (item: T) => string;
}

const idOf = ({ id }: { readonly id: string }): string => id;
const videos: ListReader<Video> = { parse: parseVideoList, idOf };
const feed: ListReader<Video> = { parse: parseFeed, idOf };
const comments: ListReader<Comment> = { parse: parseCommentList, idOf: ({ cid }) => cid };
const products: ListReader<Product> = { parse: parseProductList, idOf: ({ productId }) => productId };
const users: ListReader<Profile> = { parse: parseUserList, idOf };

const searches = { general: parseGeneralSearch, video: parseVideoSearch, user: parseUserSearch } as const;

type Readers = { readonly [Kind in keyof ListItems]: (list: List) => ListReader<ListItems[Kind]> };

const readers: Readers = {
  posts: () => videos,
  creator_posts: () => ({ parse: parseCreatorList, idOf }),
  hashtag_posts: () => videos,
  sound_posts: () => videos,
  related_posts: (list) => ({
    parse: (captured) => parseRelated(captured, list.kind === 'related_posts' ? list.videoId : ''),
    idOf,
  }),
  recommended: () => feed,
  explored: () => feed,
  search: (list) => ({ parse: searches[list.kind === 'search' ? list.section : 'general'], idOf }),
  comments: () => comments,
  replies: () => comments,
  followers: () => users,
  following: () => users,
  shop_search: () => products,
  shop_products: () => products,
  reviews: () => ({ parse: parseReviewList, idOf: ({ reviewId }) => reviewId }),
  sound_ranks: () => ({ parse: parseSoundRanks, idOf: ({ musicId }) => musicId }),
};

export function readerOf<Kind extends keyof ListItems>(
  list: List & { readonly kind: Kind },
): ListReader<ListItems[Kind]> {
  const kind: Kind = list.kind;
  return readers[kind](list);
}
