import { itemPayload } from '../../payloads/item-payload.ts';
import { foundUserPayload } from '../../payloads/user-payload.ts';
import * as lists from '../../world/lists.ts';
import { userOf } from '../../world/user.ts';
import type { Query } from '../query.ts';
import { envelope, type ListResponse } from './list-response.ts';
import { partOf } from './offset-part.ts';

const searchCount = 12;

const sorts: readonly lists.Narrowing['sort'][] = ['relevant', 'most_liked', 'latest'];

const narrowingOf = (query: Query): lists.Narrowing => ({
  sort: sorts[query.count('sort_type')] ?? 'relevant',
  withinDays: query.count('publish_time'),
});

export const generalSearch: ListResponse = ({ world, query, faults }) => {
  const offset = query.count('offset');
  const { items, nextOffset, hasMore } = partOf(
    lists.foundVideos(world, query.text('keyword'), narrowingOf(query)),
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

export const videoSearch: ListResponse = ({ world, query, faults }) => {
  const list = lists.foundVideos(world, query.text('keyword'), narrowingOf(query));
  const { items, nextOffset, hasMore } = partOf(list, query.count('offset'), searchCount, faults);
  const found = items.map((number) => itemPayload(world, number));
  return envelope(0, { item_list: found, cursor: nextOffset, has_more: hasMore ? 1 : 0 });
};

export const userSearch: ListResponse = ({ world, query, faults }) => {
  const list = lists.foundUsers(world, query.text('keyword'));
  const { items, nextOffset, hasMore } = partOf(list, query.count('cursor'), 10, faults);
  const found = items.map((number) => foundUserPayload(userOf(world, number)));
  return envelope(0, { user_list: found, cursor: nextOffset, has_more: hasMore ? 1 : 0, rid: 'STANDIN' });
};
