/** Answers with a page of a list. Each takes what was asked for and gives the payload. */
import { commentPayload } from '../payloads/comment-payload.ts';
import { itemPayload } from '../payloads/item-payload.ts';
import { listedProductPayload, reviewPayload } from '../payloads/product-payload.ts';
import { soundRankPayload } from '../payloads/sound-rank-payload.ts';
import { foundUserPayload, userInfoPayload } from '../payloads/user-payload.ts';
import { commentsOf, repliesOf, threadOfId } from '../world/comment.ts';
import * as lists from '../world/lists.ts';
import { productNumberOfId, productOf } from '../world/product.ts';
import { rankCount } from '../world/ranks.ts';
import { hashtagNumberOfId, soundNumberOfId } from '../world/topic.ts';
import { userNumberOfSecUid, userOf } from '../world/user.ts';
import { videoNumberOfId } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { type ListFaults, partOf } from './offset-part.ts';
import type { Query } from './query.ts';

export interface ListContext {
  readonly world: World;
  readonly query: Query;
  readonly faults: ListFaults;
  /** How many pages of a feed this visitor has had. */
  readonly feedOrdinal: number;
}

export type ListAnswer = (context: ListContext) => Record<string, unknown>;

export const envelope = (code: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...more,
  ...{ statusCode: code, status_code: code, status_msg: '' },
  ...{ extra: { fatal_item_ids: [], logid: '20260101000000STANDIN', now: 1767225600000 } },
  log_pb: { impr_id: '20260101000000STANDIN' },
});

const largestCount = 50;
const invalidParameter = 10201;

/** A list of videos whose cursor is an offset. */
const videoOffsets =
  (listOf: (context: ListContext) => readonly number[] | number): ListAnswer =>
  (context) => {
    const { world, query, faults } = context;
    const list = listOf(context);
    if (typeof list === 'number') return envelope(list);
    const count = query.count('count', 30);
    if (count > largestCount) return envelope(invalidParameter);
    const { items, nextOffset, hasMore } = partOf(list, query.count('cursor'), count, faults);
    return envelope(0, { ...itemList(world, items), cursor: `${nextOffset}`, hasMore });
  };

/** Absent when there are none. */
export const itemList = (world: World, items: readonly number[]): Record<string, unknown> =>
  items.length === 0 ? {} : { itemList: items.map((number) => itemPayload(world, number)) };

export const hashtagVideos = videoOffsets(({ world, query }) => {
  const hashtag = hashtagNumberOfId(world, query.text('challengeID'));
  return hashtag === undefined ? 10205 : lists.hashtagPosts(world, hashtag);
});

export const soundVideos = videoOffsets(({ world, query }) => {
  const sound = soundNumberOfId(world, query.text('musicID'));
  return sound === undefined ? 10218 : lists.soundPosts(world, sound);
});

export const related: ListAnswer = ({ world, query }) =>
  envelope(0, { ...itemList(world, lists.foundVideos(world, query.text('itemID')).slice(0, 16)), hasMore: false });

export const feed =
  (name: 'recommended' | 'explored'): ListAnswer =>
  ({ world, feedOrdinal }) =>
    envelope(0, { ...itemList(world, lists.feedPage(world, name, feedOrdinal)), hasMore: true, cursor: '0' });

const searchCount = 12;

export const generalSearch: ListAnswer = ({ world, query, faults }) => {
  const offset = query.count('offset');
  const { items, nextOffset, hasMore } = partOf(
    lists.foundVideos(world, query.text('keyword')),
    offset,
    searchCount,
    faults,
  );
  const videos = items.map((number) => ({
    type: 1,
    item: itemPayload(world, number),
    common: { doc_id_str: `${number}` },
  }));
  const people = offset === 0 && items.length > 0 ? [{ type: 4, user_list: [], common: { doc_id_str: '' } }] : [];
  return envelope(0, { data: [...people, ...videos], cursor: nextOffset, has_more: hasMore ? 1 : 0, backtrace: '' });
};

export const videoSearch: ListAnswer = ({ world, query, faults }) => {
  const list = lists.foundVideos(world, query.text('keyword'));
  const { items, nextOffset, hasMore } = partOf(list, query.count('offset'), searchCount, faults);
  const found = items.map((number) => itemPayload(world, number));
  return envelope(0, { item_list: found, cursor: nextOffset, has_more: hasMore ? 1 : 0 });
};

export const userSearch: ListAnswer = ({ world, query, faults }) => {
  const list = lists.foundUsers(world, query.text('keyword'));
  const { items, nextOffset, hasMore } = partOf(list, query.count('cursor'), 10, faults);
  const found = items.map((number) => foundUserPayload(userOf(world, number)));
  return envelope(0, { user_list: found, cursor: nextOffset, has_more: hasMore ? 1 : 0, rid: 'STANDIN' });
};

export const comments: ListAnswer = ({ world, query, faults }) => {
  const video = videoNumberOfId(world, query.text('aweme_id'));
  return video === undefined ? envelope(10204) : commentPage(world, commentsOf(world, video), query, faults, 20);
};

export const replies: ListAnswer = ({ world, query, faults }) => {
  const thread = threadOfId(world, query.text('comment_id'));
  return thread === undefined ? envelope(10204) : commentPage(world, repliesOf(world, thread), query, faults, 3);
};

function commentPage(world: World, list: readonly number[], query: Query, faults: ListFaults, usual: number) {
  const { items, nextOffset, hasMore } = partOf(list, query.count('cursor'), query.count('count', usual), faults);
  const found = items.length === 0 ? null : items.map((number) => commentPayload(world, number));
  return envelope(0, { comments: found, cursor: nextOffset, has_more: hasMore ? 1 : 0, total: list.length });
}

const followingHidden = 3002060;
const loginRequired = 10101;

export const userList: ListAnswer = ({ world, query, faults }) => {
  if (world.followersNeedLogin) return envelope(loginRequired);
  const user = userNumberOfSecUid(world, query.text('secUid'));
  if (user === undefined || userOf(world, user).state === 'removed') return envelope(10221);
  const kind = query.text('scene') === '21' ? 'following' : 'followers';
  if (kind === 'following' && lists.hidesFollowing(world, user)) return envelope(followingHidden);
  const list = lists.connectedUsers(world, user, kind);
  const part = partOf(list, query.count('minCursor'), query.count('count', 30), faults);
  return envelope(0, {
    userList: part.items.map((number) => userInfoPayload(world, userOf(world, number))),
    ...{ total: list.length, hasMore: part.hasMore, isTruncated: false },
    ...{ minCursor: part.nextOffset, ...(part.hasMore && { maxCursor: part.nextOffset + 1 }) },
  });
};

/** Of `product_list`, and of the page that has the first of a search's products. */
export function productPart(world: World, keyword: string, offset: number, count: number, faults: ListFaults) {
  const { items, nextOffset, hasMore } = partOf(lists.foundProducts(world, keyword), offset, count, faults);
  const products = items.map((number) => listedProductPayload(world, number));
  return { products, has_more: hasMore, next_cursor: `${nextOffset}` };
}

export const products: ListAnswer = ({ world, query, faults }) => ({
  ...{ code: 0, message: 'success' },
  data: productPart(world, query.text('keyword'), query.count('cursor'), query.count('count', 30), faults),
});

export const reviews: ListAnswer = ({ world, query, faults }) => {
  const product = productNumberOfId(world, query.text('product_id'));
  if (product === undefined) return { code: 23002102, message: 'not available' };
  const { reviews: total } = productOf(world, product);
  const ordinals = Array.from({ length: total }, (_, ordinal) => ordinal);
  const { items, nextOffset, hasMore } = partOf(ordinals, query.count('cursor'), 20, faults);
  const found = items.map((ordinal) => reviewPayload(world, product, ordinal));
  const data = { product_reviews: found, total_reviews: `${total}`, has_more: hasMore, next_cursor: `${nextOffset}` };
  return { code: 0, message: '', data };
};

export const soundRanks: ListAnswer = ({ world, query }) => {
  const [page, size, periodDays] = [query.count('page', 1), query.count('limit', 20), query.count('period', 7)];
  const ranks = Array.from({ length: size }, (_, index) => (page - 1) * size + index + 1).filter(
    (rank) => rank <= rankCount,
  );
  return {
    ...{ code: 0, msg: 'OK', request_id: 'STANDIN' },
    data: {
      pagination: { page, size, total: rankCount, has_more: page * size < rankCount },
      sound_list: ranks.map((rank) => soundRankPayload(world, query.text('country_code') || 'US', periodDays, rank)),
    },
  };
};
