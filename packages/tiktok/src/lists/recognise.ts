import { searchFilterOf } from './filters.ts';
import type { List, Position, PostSort, RankPeriodDays } from './list.ts';
import { fieldsIn, productsAskedFor } from './shop-request.ts';

/** The list and the position that a page's request asks for. */
export interface Recognised {
  readonly list: List;
  readonly position: Position;
}

type Query = Readonly<Record<string, string | undefined>>;
type ListReader = (query: Query) => Recognised | null;

const at = (list: List, cursor: string | undefined, token: string | undefined = undefined): Recognised => ({
  list,
  position: { cursor: cursor || '0', token: token || null },
});

const sorts: Readonly<Record<string, PostSort>> = { 0: 'latest', 1: 'popular', 2: 'oldest' };

const readers: Readonly<Record<string, ListReader>> = {
  'post/item_list': ({ secUid, cursor, post_item_list_request_type: type }) => {
    const sort = sorts[type || '0'];
    return secUid && sort ? at({ kind: 'posts', secUid, sort }, cursor) : null;
  },
  'creator/item_list': ({ secUid, cursor }) => (secUid ? at({ kind: 'creator_posts', secUid }, cursor) : null),
  'challenge/item_list': ({ challengeID: id, cursor }) =>
    id ? at({ kind: 'hashtag_posts', hashtagId: id }, cursor) : null,
  'music/item_list': ({ musicID: id, cursor }) => (id ? at({ kind: 'sound_posts', soundId: id }, cursor) : null),
  'related/item_list': ({ itemID: id }) => (id ? at({ kind: 'related_posts', videoId: id }, '0') : null),
  'recommend/item_list': () => at({ kind: 'recommended' }, '0'),
  'explore/item_list': () => at({ kind: 'explored' }, '0'),
  'search/general/full': (query) => searchOf('general', query),
  'search/item/full': (query) => searchOf('video', query),
  'search/user/full': (query) => searchOf('user', query),
  'comment/list': ({ aweme_id: id, cursor }) => (id ? at({ kind: 'comments', videoId: id }, cursor) : null),
  'comment/list/reply': ({ item_id: videoId, comment_id: commentId, cursor }) =>
    videoId && commentId ? at({ kind: 'replies', videoId, commentId }, cursor) : null,
  'user/list': ({ secUid, scene, minCursor, maxCursor }) => {
    const kind = scene === '21' ? 'following' : scene === '67' ? 'followers' : null;
    return secUid && kind ? at({ kind, secUid }, minCursor, maxCursor === '0' ? undefined : maxCursor) : null;
  },
  'shop/brandy/s/product_list': (query) => productsAskedFor(query, false),
  'shop/brandy/store/product_list': (query) => productsAskedFor(query, true),
  'shop/pdp/get_product_reviews': ({ product_id: productId, page_start: page }) =>
    productId ? at({ kind: 'reviews', productId }, page ?? '1') : null,
};

function searchOf(section: 'general' | 'video' | 'user', query: Query): Recognised | null {
  const { keyword, offset, cursor, search_id: searchId } = query;
  const filter = searchFilterOf(query);
  if (!keyword || filter === null) return null;
  return at({ kind: 'search', section, keyword, ...(filter !== undefined && { filter }) }, offset ?? cursor, searchId);
}

function ranksOf({ period, page, country_code: countryCode, commercial_music: business }: Query): Recognised | null {
  const periodDays = ([7, 30, 120] satisfies RankPeriodDays[]).find((days) => `${days}` === period) ?? 7;
  const forBusiness = business === 'true' && ({ forBusiness: true } as const);
  return at({ kind: 'sound_ranks', periodDays, countryCode: countryCode ?? 'US', ...forBusiness }, page ?? '1');
}

/**
 * The list that a request of a page asks for; null if it asks for something else. The many other parameters that TikTok's page
 * adds are ignored.
 * @param body the body of a POST
 */
export function recognise(url: string, body: string | null = null): Recognised | null {
  if (!URL.canParse(url)) return null;
  const { pathname, searchParams } = new URL(url);
  const query: Query = { ...fieldsIn(body), ...Object.fromEntries(searchParams) };
  if (/\/creative_radar_api\/v1\/popular_trend\/sound\/rank_list\/?$/.test(pathname)) return ranksOf(query);
  const [, path] = /\/api\/(.+?)\/?$/.exec(pathname) ?? [];
  // The shop has the same lists for each kind of device: `pdp_desktop`, `pdp_h5`.
  const name = path?.replace(/^(shop\/[a-z]+)_\w+\//, '$1/');
  return name !== undefined && Object.hasOwn(readers, name) ? readers[name]!(query) : null;
}
