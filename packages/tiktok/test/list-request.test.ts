import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type List, type Position, recognise, requestOf, requestUrlOf, type SearchFilter } from '../src/index.ts';

const secUid = 'MS4wLjABAAAAamber-synthetic-0001';

const searchFilters: readonly SearchFilter[] = [
  { sort: 'most_liked', withinDays: null },
  { sort: 'latest', withinDays: 180 },
  ...([1, 7, 30, 90] as const).map((withinDays) => ({ sort: 'relevant' as const, withinDays })),
];

const lists: readonly List[] = [
  ...(['latest', 'popular', 'oldest'] as const).map((sort): List => ({ kind: 'posts', secUid, sort })),
  { kind: 'creator_posts', secUid },
  { kind: 'hashtag_posts', hashtagId: '16' },
  { kind: 'sound_posts', soundId: '70' },
  { kind: 'related_posts', videoId: '72' },
  { kind: 'recommended' },
  { kind: 'explored' },
  ...(['general', 'video', 'user'] as const).map(
    (section): List => ({ kind: 'search', section, keyword: 'tea & 日本' }),
  ),
  ...searchFilters.map((filter): List => ({ kind: 'search', section: 'video', keyword: 'tea', filter })),
  { kind: 'comments', videoId: '72' },
  { kind: 'replies', videoId: '72', commentId: '73' },
  { kind: 'followers', secUid },
  { kind: 'following', secUid },
  { kind: 'shop_search', keyword: 'tea cup' },
  ...(['best_sellers', 'price_asc', 'price_desc'] as const).map(
    (sort): List => ({ kind: 'shop_search', keyword: 'tea', sort }),
  ),
  { kind: 'shop_products', sellerId: '7495000000000000001' },
  { kind: 'reviews', productId: '17' },
  { kind: 'sound_ranks', periodDays: 30, countryCode: 'DE' },
  { kind: 'sound_ranks', periodDays: 120, countryCode: 'DE', forBusiness: true },
];

const withoutCursor = new Set(['related_posts', 'recommended', 'explored']);
const withToken = new Set(['search', 'followers', 'following', 'shop_search', 'shop_products']);

test.each(lists)('$kind: what is asked for is recognised', (list) => {
  const positions: Position[] = [
    { cursor: '31865', token: null },
    { cursor: '1700000000000', token: '77' },
  ];
  for (const position of positions) {
    const request = requestOf(list, position);
    const url = requestUrlOf(request, 'https://www.tiktok.com/');
    const expected = {
      cursor: withoutCursor.has(list.kind) ? '0' : position.cursor,
      token: withToken.has(list.kind) ? position.token : null,
    };
    expect(recognise(url, request.body)).toEqual({ list, position: expected });
    // TikTok's page adds its own.
    expect(recognise(`${url}${url.includes('?') ? '&' : '?'}aid=1988&msToken=x`, request.body)).toMatchObject({ list });
  }
});

test('the first page is at 0, or the first of numbered pages', () => {
  const start = { cursor: '0', token: null };
  expect(requestOf({ kind: 'comments', videoId: '72' }, start).query).toMatchObject({ cursor: '0', count: '20' });
  expect(requestOf({ kind: 'sound_ranks', periodDays: 7, countryCode: 'US' }, start).query).toMatchObject({
    page: '1',
  });
  expect(JSON.parse(requestOf({ kind: 'reviews', productId: '17' }, start).body!)).toMatchObject({ page_start: 1 });
  const url = 'https://www.tiktok.com/api/comment/list/?aweme_id=72';
  expect(recognise(url)).toEqual({ list: { kind: 'comments', videoId: '72' }, position: start });
});

test('products of a seller who is recommended beside a search are not the search’s', () => {
  const url = 'https://shop.tiktok.com/api/shop/brandy_desktop/s/product_list';
  const bodyOf = (component_name: string, params: object) =>
    JSON.stringify({
      component_info: JSON.stringify({ component_name }),
      load_more_params: JSON.stringify({ offset: 30, page_token: 'T', search_word: 'tea', ...params }),
    });
  const at = { cursor: '30', token: 'T' };
  expect(recognise(url, bodyOf('feed_list_search_word', { seller_id: '' }))).toEqual({
    list: { kind: 'shop_search', keyword: 'tea' },
    position: at,
  });
  expect(recognise(url, bodyOf('feed_list_search_word', { seller_id: '7495000000000000001' }))).toBeNull();
  expect(recognise(url, bodyOf('feed_list_shop', { seller_id: '' }))).toBeNull();
  const token = JSON.stringify({ load_more_params: JSON.stringify({ page_token: 'T', search_word: 'tea' }) });
  expect(recognise(url, token)).toMatchObject({ position: { cursor: 'T', token: 'T' } });
  for (const odd of ['', '[]', '{}', '{"load_more_params":"["}', '{"load_more_params":{}}', 'null'])
    expect(recognise(url, odd)).toBeNull();
});

test('a search that is narrowed in an unknown way is not the plain one', () => {
  const search = 'https://www.tiktok.com/api/search/item/full/?keyword=tea';
  expect(recognise(`${search}&sort_type=0&publish_time=0`)).toMatchObject({ list: { keyword: 'tea' } });
  for (const more of ['sort_type=9', 'sort_type=x', 'publish_time=3', 'publish_time=week'])
    expect(recognise(`${search}&${more}`), more).toBeNull();
  const url = 'https://shop.tiktok.com/api/shop/brandy_desktop/s/product_list';
  const bodyOf = (filters: unknown) =>
    JSON.stringify({ load_more_params: JSON.stringify({ search_word: 'tea', filters }) });
  for (const filters of [[], undefined, 'some'])
    expect(recognise(url, bodyOf(filters))?.list).not.toHaveProperty('sort');
  const price = { filter_option_id: 'ecom_price|ASC' };
  for (const filters of [[{ filter_option_id: 'ecom_max_price|30' }], [price, price], [null]])
    expect(recognise(url, bodyOf(filters)), JSON.stringify(filters)).toBeNull();
});

test.each([
  'https://www.tiktok.com/api/preload/item_list/?secUid=x',
  'https://www.tiktok.com/api/user/detail/?uniqueId=x',
  'https://www.tiktok.com/api/user/list/?secUid=x&scene=99',
  'https://www.tiktok.com/api/post/item_list/?cursor=0',
  'https://www.tiktok.com/api/constructor/',
  'https://www.tiktok.com/@amber',
  'no url',
])('%s asks for no list', (url) => {
  expect(recognise(url)).toBeNull();
});

test('no request makes the recognition throw', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), fc.option(fc.oneof(fc.string(), fc.json())), (url, body) => {
      recognise(url, body);
      for (const name of ['pdp_h5/get_product_reviews', 'brandy_desktop/s/product_list'])
        recognise(url.replace(/^(https?:\/\/[^/]+).*/, `$1/api/shop/${name}`), body);
    }),
  );
});
