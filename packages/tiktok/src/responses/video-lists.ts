/** Lists of videos: posts, hashtags, sounds, related ones, and the feeds. */
import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page, Position } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import { readVideo, type Video } from '../records/video.ts';
import { type PageShape, pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

type VideoPage = Pick<PageShape<Video>, 'hasMore' | 'next' | 'isEntry'>;

/** `itemList` is absent if there are none. */
const videoPage = (root: Place, page: VideoPage) =>
  pageOf({ holder: root, name: 'itemList', readEntry: (item) => readVideo(item), idNames: ['id'], ...page });

/** Parses responses of `post/item_list`, `challenge/item_list` and `music/item_list`. */
export const parseVideoList = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    videoPage(root, { hasMore: root.at('hasMore'), next: () => requirePosition(root.at('cursor')) }),
  );

/** Parses responses of `recommend/item_list` and `explore/item_list`, whose cursors have no effect. */
export const parseFeed = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) => videoPage(root, { hasMore: root.at('hasMore'), next: () => null }));

/** A video that the site shows beside a post. */
export interface RelatedVideo extends Video {
  /** The id of that post. */
  readonly relatedTo: string;
}

/**
 * Parses responses of `related/item_list`: a single page, which mostly does not say that nothing follows. The post itself is
 * no entry of its list.
 */
export function parseRelated(captured: Captured, postId: string): Outcome<Page<RelatedVideo>> {
  const outcome = readApi(captured, (root) => {
    const hasMore = root.at('hasMore');
    // Without a word on what follows, the list itself must be there.
    if (!hasMore.isThere) root.at('itemList').requireList();
    const isEntry = (entry: Place) => `${entry.at('id').value}` !== postId;
    return videoPage(root, { isEntry, hasMore: hasMore.isThere ? hasMore : false, next: () => null });
  });
  if (outcome.kind !== 'found') return outcome;
  const items = outcome.value.items.map((video) => ({ ...video, relatedTo: postId }));
  return { ...outcome, value: { ...outcome.value, items } };
}

const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Parses responses of `creator/item_list`, which contain no cursor. The next page begins before the last video of this page
 * or, if the page has none, a week before the position of this page.
 */
export const parseCreatorList = (captured: Captured, asked: Position): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    videoPage(root, {
      hasMore: root.at('hasMorePrevious'),
      next() {
        const last = root.at('itemList').list().at(-1)?.at('createTime').timeSecs() ?? null;
        const nextMs = last === null ? Number(asked.cursor) - weekMs : last * 1000;
        return Number.isSafeInteger(nextMs) && nextMs > 0 ? { cursor: `${nextMs}`, token: null } : null;
      },
    }),
  );
