/** A user's posts. Their cursors are times or, for the popular posts, numbers without meaning. */
import { postsOf, type Sort } from '../../world/lists.ts';
import { userNumberOfSecUid, userOf } from '../../world/user.ts';
import { videoOf } from '../../world/video.ts';
import type { World } from '../../world/world.ts';
import { envelope, type ListResponse } from './list-response.ts';
import { partOf } from './offset-part.ts';
import { itemList } from './video-lists.ts';

const sorts: Readonly<Record<string, Sort>> = { '': 'latest', 0: 'latest', 1: 'popular', 2: 'oldest' };

export const posts: ListResponse = ({ world, query, faults }) => {
  const user = userNumberOfSecUid(world, query.text('secUid'));
  const sort = sorts[query.text('post_item_list_request_type')];
  const count = query.count('count', 35);
  if (user === undefined || sort === undefined || count > 50) return envelope(10201);
  const { state } = userOf(world, user);
  if (state === 'removed' || state === 'private') return envelope(state === 'private' ? 10222 : 10221);
  const [pinned, list] = splitPinned(world, postsOf(world, user, sort), sort);
  const cursor = query.count('cursor');
  const offset = offsetOf(world, list, sort, cursor);
  const { items, nextOffset, hasMore } = partOf(list, offset, count, faults);
  const shown = cursor === 0 ? [...pinned, ...items] : items;
  const next = cursorAfter(world, items.at(-1), sort, { cursor, nextOffset });
  return envelope(0, { ...itemList(world, shown, hasMore), cursor: `${next}`, hasMore });
};

/** Its response has no cursor: the client uses the time of the last post. */
export const creatorPosts: ListResponse = ({ world, query, faults }) => {
  const user = userNumberOfSecUid(world, query.text('secUid'));
  if (user === undefined) return envelope(10201);
  const list = postsOf(world, user, 'latest');
  const offset = offsetOf(world, list, 'latest', query.count('cursor'));
  const { items, hasMore } = partOf(list, offset, query.count('count', 15), faults);
  return envelope(0, { ...itemList(world, items, hasMore), hasMorePrevious: hasMore, hasMoreLatest: false });
};

/** The latest posts begin with the pinned one, which is not repeated in its place. */
function splitPinned(world: World, list: readonly number[], sort: Sort): [number[], readonly number[]] {
  const pinned = sort === 'latest' ? list.filter((number) => videoOf(world, number).isPinned) : [];
  return [pinned, list.filter((number) => !pinned.includes(number))];
}

const popularStart = 954;
const popularStep = 883;
const weekMs = 7 * 24 * 3600 * 1000;

function offsetOf(world: World, list: readonly number[], sort: Sort, cursor: number): number {
  if (cursor === 0) return 0;
  if (sort === 'popular') return Math.round((cursor - popularStart) / popularStep);
  const timeMs = (number: number) => videoOf(world, number).createTimeSecs * 1000;
  const isAfter = (number: number) => (sort === 'latest' ? timeMs(number) < cursor : timeMs(number) > cursor);
  const index = list.findIndex(isAfter);
  return index === -1 ? list.length : index;
}

function cursorAfter(
  world: World,
  last: number | undefined,
  sort: Sort,
  { cursor, nextOffset }: { cursor: number; nextOffset: number },
): number {
  if (sort === 'popular') return popularStart + nextOffset * popularStep;
  if (last !== undefined) return videoOf(world, last).createTimeSecs * 1000;
  return sort === 'latest' ? Math.max(0, cursor - weekMs) : cursor + weekMs;
}
