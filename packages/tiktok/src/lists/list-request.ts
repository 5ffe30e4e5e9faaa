/**
 * The requests for lists of TikTok's own page. A program never sends them to TikTok, which requires a signature. It recognises
 * them in a browser (`recognise`), and knows from them what the page will request next.
 */
import { searchParameters } from './filters.ts';
import type { List, Position, PostSort } from './list.ts';
import { productsBodyOf } from './shop-request.ts';

export interface ListRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** JSON; null for a GET. */
  readonly body: string | null;
}

const sortNumbers: Record<PostSort, string> = { latest: '0', popular: '1', oldest: '2' };

const userListScenes = { following: '21', followers: '67' } as const;

export function requestOf(list: List, { cursor, token }: Position): ListRequest {
  switch (list.kind) {
    case 'posts':
      return get('post/item_list', {
        secUid: list.secUid,
        count: '35',
        cursor,
        coverFormat: '2',
        needPinnedItemIds: 'true',
        post_item_list_request_type: sortNumbers[list.sort],
      });
    case 'creator_posts':
      return get('creator/item_list', { secUid: list.secUid, count: '15', cursor, type: '1' });
    case 'hashtag_posts':
      return get('challenge/item_list', { challengeID: list.hashtagId, count: '30', cursor });
    case 'sound_posts':
      return get('music/item_list', { musicID: list.soundId, count: '30', cursor });
    case 'related_posts':
      return get('related/item_list', { itemID: list.videoId, count: '16' });
    case 'recommended':
      return get('recommend/item_list', { count: '30', from_page: 'fyp', pullType: '1' });
    case 'explored':
      return get('explore/item_list', { count: '30' });
    case 'search':
      return searchRequest(list, { cursor, token });
    case 'comments':
      return get('comment/list', { aweme_id: list.videoId, cursor, count: '20' });
    case 'replies':
      return get('comment/list/reply', { item_id: list.videoId, comment_id: list.commentId, cursor, count: '3' });
    case 'followers':
    case 'following':
      return get('user/list', {
        secUid: list.secUid,
        scene: userListScenes[list.kind],
        count: '30',
        minCursor: cursor,
        maxCursor: token ?? '0',
      });
    case 'shop_search':
      return post('shop/brandy_desktop/s/product_list', productsBodyOf(list, { cursor, token }));
    case 'shop_products':
      return post('shop/brandy_desktop/store/product_list', productsBodyOf(list, { cursor, token }));
    case 'reviews':
      return post('shop/pdp_h5/get_product_reviews', reviewsBodyOf(list.productId, cursor));
    case 'sound_ranks':
      return {
        method: 'GET',
        path: '/creative_radar_api/v1/popular_trend/sound/rank_list',
        body: null,
        query: {
          period: `${list.periodDays}`,
          page: cursor === '0' ? '1' : cursor,
          limit: '20',
          country_code: list.countryCode,
          rank_type: 'popular',
          ...(list.forBusiness === true && { commercial_music: 'true' }),
        },
      };
  }
}

const searchPaths = { general: 'search/general/full', video: 'search/item/full', user: 'search/user/full' } as const;

function searchRequest(
  { section, keyword, filter }: List & { kind: 'search' },
  { cursor, token }: Position,
): ListRequest {
  const position: Record<string, string> = section === 'user' ? { cursor } : { offset: cursor };
  const filters = filter === undefined ? {} : searchParameters(filter);
  return get(searchPaths[section], { keyword, ...position, ...filters, ...(token !== null && { search_id: token }) });
}

const get = (name: string, query: Record<string, string>): ListRequest => ({
  method: 'GET',
  path: `/api/${name}/`,
  query,
  body: null,
});

const post = (name: string, body: string): ListRequest => ({
  method: 'POST',
  path: `/api/${name}`,
  query: {},
  body,
});

/** Pages of reviews are numbered from 1. */
const reviewsBodyOf = (productId: string, cursor: string): string =>
  JSON.stringify({
    product_id: productId,
    page_start: cursor === '0' ? 1 : Number(cursor),
    page_size: 20,
    sort_rule: 2,
    review_filter: { filter_type: 1, filter_value: 6 },
  });

export function requestUrlOf({ path, query }: ListRequest, siteUrl: string): string {
  const search = new URLSearchParams(query).toString();
  return `${siteUrl.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`;
}
