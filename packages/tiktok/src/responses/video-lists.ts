/** Lists of videos: posts, hashtags, sounds, related ones, and the feeds. */
import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page, Position } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import { readVideo, type Video } from '../records/video.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

const videoPage = (root: Place, hasMore: Place, next: () => Position | null) =>
  pageOf({
    // Absent if there are none.
    entries: root.at('itemList').requireList(),
    readEntry: (item) => readVideo(item),
    idNames: ['id'],
    hasMore,
    next,
  });

/** Parses responses of `post/item_list`, `challenge/item_list` and `music/item_list`. */
export const parseVideoList = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) => videoPage(root, root.at('hasMore'), () => requirePosition(root.at('cursor'))));

/** Parses responses of `recommend/item_list`, `explore/item_list` and `related/item_list`, whose cursors have no effect. */
export const parseFeed = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) => videoPage(root, root.at('hasMore'), () => null));

const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Parses responses of `creator/item_list`, which contain no cursor. The next page begins before the last video of this page
 * or, if the page has none, a week before the position of this page.
 */
export const parseCreatorList = (captured: Captured, asked: Position): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    videoPage(root, root.at('hasMorePrevious'), () => {
      const last = root.at('itemList').requireList().at(-1)?.at('createTime').timeSecs() ?? null;
      const nextMs = last === null ? Number(asked.cursor) - weekMs : last * 1000;
      return Number.isSafeInteger(nextMs) && nextMs > 0 ? { cursor: `${nextMs}`, token: null } : null;
    }),
  );
