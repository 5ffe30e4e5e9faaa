import { userInfoPayload } from '../../payloads/user-payload.ts';
import * as lists from '../../world/lists.ts';
import { userNumberOfSecUid, userOf } from '../../world/user.ts';
import { envelope, type ListResponse } from './list-response.ts';
import { partOf } from './offset-part.ts';

const followingHidden = 3002060;
/** The codes of a login that is required. */
const loginCodes = [10101, 2483] as const;

export const userList: ListResponse = ({ world, query, faults }) => {
  const user = userNumberOfSecUid(world, query.text('secUid'));
  if (world.followersNeedLogin) return envelope(loginCodes[(user ?? 0) % loginCodes.length]!);
  const kind = query.text('scene') === '21' ? 'following' : 'followers';
  if (user === undefined || userOf(world, user).state === 'removed') return envelope(10221);
  if (kind === 'following' && lists.hidesFollowing(world, user)) return envelope(followingHidden);
  const list = lists.connectedUsers(world, user, kind);
  const part = partOf(list, query.count('minCursor'), query.count('count', 30), faults);
  return envelope(0, {
    userList: part.items.map((number) => userInfoPayload(world, userOf(world, number))),
    total: list.length,
    hasMore: part.hasMore,
    isTruncated: false,
    minCursor: part.nextOffset,
    ...(part.hasMore && { maxCursor: part.nextOffset + 1 }),
  });
};
