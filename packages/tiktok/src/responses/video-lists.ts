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
    // Absent when there are none.
    entries: root.at('itemList').requireList(),
    readEntry: (item) => readVideo(item),
    idNames: ['id'],
    hasMore,
    next,
  });

/** Of `post/item_list`, `challenge/item_list` and `music/item_list`. */
export const parseVideoList = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) => videoPage(root, root.at('hasMore'), () => requirePosition(root.at('cursor'))));

/** Of `recommend/item_list`, `explore/item_list` and `related/item_list`, whose cursors lead nowhere. */
export const parseFeed = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) => videoPage(root, root.at('hasMore'), () => null));

const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Of `creator/item_list`, which gives no cursor: the next page is older than the last video of this one, or than a week
 * before the one that was asked for when there is none.
 */
export const parseCreatorList = (captured: Captured, asked: Position): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    videoPage(root, root.at('hasMorePrevious'), () => {
      const last = root.at('itemList').requireList().at(-1)?.at('createTime').timeSecs() ?? null;
      const nextMs = last === null ? Number(asked.cursor) - weekMs : last * 1000;
      return Number.isSafeInteger(nextMs) && nextMs > 0 ? { cursor: `${nextMs}`, token: null } : null;
    }),
  );
