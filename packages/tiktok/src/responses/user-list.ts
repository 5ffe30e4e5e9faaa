import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page, Position } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import { type Profile, readUserInfo } from '../records/profile.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

/** Parses responses of `user/list`: followers, or accounts that a user follows. */
export const parseUserList = (captured: Captured, asked?: Position): Outcome<Page<Profile>> =>
  readApi(captured, (root) =>
    pageOf({
      holder: root,
      name: 'userList',
      readEntry: readUserInfo,
      idNames: [],
      hasMore: root.at('hasMore'),
      next: () => nextOf(root),
      total: root.at('total').count(),
      isFirst: asked?.cursor === '0',
    }),
  );

/** The next request needs both cursors of the response; `maxCursor` may be absent. */
function nextOf(root: Place): Position {
  const maxCursor = root.at('maxCursor');
  return requirePosition(root.at('minCursor'), maxCursor.isThere ? requirePosition(maxCursor).cursor : null);
}
