import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page } from '../lists/list.ts';
import { changed, type Failure, failed, type Outcome } from '../outcome.ts';
import type { Author } from '../records/author.ts';
import { readFoundUser } from '../records/found-user.ts';
import { readVideo, type Video } from '../records/video.ts';
import { type PageShape, pageOf, requirePosition } from './page-of.ts';
import { type Reading, readApi } from './response.ts';

/** Entries of other types, such as users, are mixed with the videos. */
const [videoType, userType] = [1, 4];

/** Parses responses of `search/general/full`. An entry with an item is a video, even if its type has another number. */
export const parseGeneralSearch = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) => {
    const typeOf = (entry: Place): number => entry.at('type').requireCount();
    const reading = searchPage(root, {
      name: 'data',
      isEntry: (entry) => typeOf(entry) === videoType || entry.at('item').isObject,
      readEntry: (entry) => readVideo(entry.at('item')),
      idNames: [],
    });
    if (reading.kind !== 'read' || reading.value.items.length > 0) return reading;
    // A page of nothing but unknown entries is not a page without videos.
    const unknown = root
      .at('data')
      .list()
      .find((entry) => typeOf(entry) !== userType);
    return unknown === undefined ? reading : changed(unknown.at('item').path);
  });

/** Parses responses of `search/item/full`. */
export const parseVideoSearch = (captured: Captured): Outcome<Page<Video>> =>
  readApi(captured, (root) =>
    searchPage(root, { name: 'item_list', readEntry: (item) => readVideo(item), idNames: ['id'] }),
  );

/** Parses responses of `search/user/full`. */
export const parseUserSearch = (captured: Captured): Outcome<Page<Author>> =>
  readApi(captured, (root) => searchPage(root, { name: 'user_list', readEntry: readFoundUser, idNames: [] }));

type SearchShape<T> = Pick<PageShape<T>, 'name' | 'isEntry' | 'readEntry' | 'idNames'>;

function searchPage<T>(root: Place, shape: SearchShape<T>): Reading<Page<T>> {
  const reading = pageOf({
    holder: root,
    ...shape,
    hasMore: root.firstOf('has_more', 'hasMore'),
    next: () => requirePosition(root.firstOf('cursor', 'offset'), searchIdOf(root)),
  });
  const isEmpty = reading.kind !== 'read' || reading.value.items.length === 0;
  return (isEmpty ? refusalOf(root) : null) ?? reading;
}

/** Why a search found nothing, if the site says that it did not search. Reported by public scrapers of 2026. */
function refusalOf(root: Place): Failure | null {
  const nil = root.at('search_nil_info');
  const reasons = [nil.at('search_nil_type').value, nil.at('search_nil_item').value].join(' ');
  if (/verify/.test(reasons)) return failed('captcha', 'TikTok asks for a captcha before it searches');
  if (/login/.test(reasons)) return failed('login_required', 'TikTok searches only after a login');
  return /shark/.test(reasons) ? failed('blocked', 'TikTok does not search for this client') : null;
}

/** The first response of a search contains the search's id, which later requests must contain too. */
const searchIdOf = (root: Place): string | null => root.at('log_pb', 'impr_id').text() ?? root.at('rid').text();
