import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page, Position } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import { type Profile, readUserInfo } from '../records/profile.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

/** Of `user/list`: followers, or those whom a user follows. */
export const parseUserList = (captured: Captured): Outcome<Page<Profile>> =>
  readApi(captured, (root) =>
    pageOf({
      entries: root.at('userList').requireList(),
      readEntry: readUserInfo,
      idNames: [],
      hasMore: root.at('hasMore'),
      next: () => nextOf(root),
      total: root.at('total').count(),
    }),
  );

/** Both cursors of the answer go into the next request; `maxCursor` is not always there. */
function nextOf(root: Place): Position {
  const maxCursor = root.at('maxCursor');
  return requirePosition(root.at('minCursor'), maxCursor.isThere ? requirePosition(maxCursor).cursor : null);
}
