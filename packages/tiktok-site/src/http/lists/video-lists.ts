/** Lists of videos, except for a user's posts. */
import { itemPayload } from '../../payloads/item-payload.ts';
import * as lists from '../../world/lists.ts';
import { hashtagNumberOfId, soundNumberOfId } from '../../world/topic.ts';
import { videoNumberOfId } from '../../world/video.ts';
import type { World } from '../../world/world.ts';
import { envelope, type ListContext, type ListResponse } from './list-response.ts';
import { partOf } from './offset-part.ts';

const largestCount = 50;
const invalidParameter = 10201;

/** A list of videos with an offset as its cursor. */
const videoOffsets =
  (listOf: (context: ListContext) => readonly number[] | number): ListResponse =>
  (context) => {
    const { world, query, faults } = context;
    const list = listOf(context);
    if (typeof list === 'number') return envelope(list);
    const count = query.count('count', 30);
    if (count > largestCount) return envelope(invalidParameter);
    const { items, nextOffset, hasMore } = partOf(list, query.count('cursor'), count, faults);
    return envelope(0, { ...itemList(world, items, hasMore), cursor: `${nextOffset}`, hasMore });
  };

/** Absent if there are none, and none follow. */
export const itemList = (world: World, items: readonly number[], hasMore: boolean): Record<string, unknown> =>
  items.length === 0 && !hasMore ? {} : { itemList: items.map((number) => itemPayload(world, number)) };

export const hashtagVideos = videoOffsets(({ world, query }) => {
  const hashtag = hashtagNumberOfId(world, query.text('challengeID'));
  return hashtag === undefined ? 10205 : lists.hashtagPosts(world, hashtag);
});

export const soundVideos = videoOffsets(({ world, query }) => {
  const sound = soundNumberOfId(world, query.text('musicID'));
  return sound === undefined ? 10218 : lists.soundPosts(world, sound);
});

/** A single page, which does not say whether more follow. */
export const related: ListResponse = ({ world, query }) => {
  const video = videoNumberOfId(world, query.text('itemID'));
  return video === undefined ? envelope(10204) : envelope(0, itemList(world, lists.relatedVideos(world, video), true));
};

export const feed =
  (name: 'recommended' | 'explored'): ListResponse =>
  ({ world, feedOrdinal }) =>
    envelope(0, { ...itemList(world, lists.feedPage(world, name, feedOrdinal), true), hasMore: true, cursor: '0' });
