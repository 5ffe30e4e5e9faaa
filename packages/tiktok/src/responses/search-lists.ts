import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page, Position } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import type { Author } from '../records/author.ts';
import { readFoundUser } from '../records/found-user.ts';
import { readVideo, type Video } from '../records/video.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

/** Entries of other types, such as users and suggestions, are mixed with the videos. */
const videoType = 1;

/** Parses responses of `search/general/full`. */
export const parseGeneralSearch = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    pageOf({
      entries: root
        .at('data')
        .requireList()
        .filter((entry) => entry.at('type').requireCount() === videoType),
      readEntry: (entry) => readVideo(entry.at('item')),
      idNames: [],
      ...continuationOf(root),
    }),
  );

/** Parses responses of `search/item/full`. */
export const parseVideoSearch = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    pageOf({
      entries: root.at('item_list').requireList(),
      readEntry: (item) => readVideo(item),
      idNames: ['id'],
      ...continuationOf(root),
    }),
  );

/** Parses responses of `search/user/full`. */
export const parseUserSearch = (captured: Captured): Outcome<Page<Author>> =>
  readApi(captured, (root) =>
    pageOf({
      entries: root.at('user_list').requireList(),
      readEntry: readFoundUser,
      idNames: [],
      ...continuationOf(root),
    }),
  );

const continuationOf = (root: Place): { hasMore: Place; next: () => Position } => ({
  hasMore: root.firstOf('has_more', 'hasMore'),
  next: () => requirePosition(root.firstOf('cursor', 'offset'), searchIdOf(root)),
});

/** The first response of a search contains the search's id, which later requests must contain too. */
const searchIdOf = (root: Place): string | null => root.at('log_pb', 'impr_id').text() ?? root.at('rid').text();
