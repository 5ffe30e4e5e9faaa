import { commentPayload } from '../../payloads/comment-payload.ts';
import { commentsOf, repliesOf, threadOfId } from '../../world/comment.ts';
import { videoNumberOfId } from '../../world/video.ts';
import type { World } from '../../world/world.ts';
import type { Query } from '../query.ts';
import { envelope, type ListResponse } from './list-response.ts';
import { type ListFaults, partOf } from './offset-part.ts';

export const comments: ListResponse = ({ world, query, faults }) => {
  const video = videoNumberOfId(world, query.text('aweme_id'));
  return video === undefined ? envelope(10204) : commentPage(world, commentsOf(world, video), query, faults, 20);
};

export const replies: ListResponse = ({ world, query, faults }) => {
  const thread = threadOfId(world, query.text('comment_id'));
  return thread === undefined ? envelope(10204) : commentPage(world, repliesOf(world, thread), query, faults, 3);
};

function commentPage(world: World, list: readonly number[], query: Query, faults: ListFaults, usual: number) {
  const { items, nextOffset, hasMore } = partOf(list, query.count('cursor'), query.count('count', usual), faults);
  const found = items.length === 0 && !hasMore ? null : items.map((number) => commentPayload(world, number));
  return envelope(0, { comments: found, cursor: nextOffset, has_more: hasMore ? 1 : 0, total: list.length });
}
