/** What the reference says varies, and what comes of it. */
import { expect, test } from 'vitest';
import * as tiktok from '../src/index.ts';
import * as samples from './samples.ts';

const { api, item, itemPage, universal, user, userDetail, userInfo, userStats, userStatsV2 } = samples;

function recordOf<T>(outcome: tiktok.Outcome<T>): T {
  if (outcome.kind !== 'found') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.value;
}

const profileWith = (info: object) =>
  tiktok.parseUserDetail(api({ ...userDetail, userInfo: { ...userInfo, ...info } }));

test('[scalar-2] counts are those of statsV2 if it has them, and else those of stats', () => {
  expect(recordOf(profileWith({}))).toMatchObject({ fans: 4001943, heart: 91 });
  expect(recordOf(profileWith({ statsV2: undefined }))).toMatchObject({ fans: 4000000, heart: 90 });
  const { followerCount: _, ...rest } = userStatsV2;
  expect(recordOf(profileWith({ statsV2: rest }))).toMatchObject({ fans: 4000000, heart: 91 });
});

test('[count-1] a count of statsV2 that cannot be read is not replaced by a rounded one', () => {
  const outcome = profileWith({ statsV2: { ...userStatsV2, followerCount: '4.0M' } });
  expect(outcome).toMatchObject({ kind: 'changed', path: 'userInfo.statsV2.followerCount' });
});

test('[scalar-2] [scalar-3] a count that overflowed into a negative number is not a count', () => {
  const stats = { ...userStats, heartCount: -1294967296 };
  expect(recordOf(profileWith({ statsV2: undefined, stats }))).toMatchObject({ heart: 90, fans: 4000000 });
  const both = { ...stats, heart: -1294967296 };
  expect(recordOf(profileWith({ statsV2: undefined, stats: both }))).toMatchObject({ heart: null, fans: 4000000 });
});

test('[outcome-3] an absent optional value is null; the path of one that cannot be read is reported', () => {
  const { region: _, ...without } = user;
  const absent = profileWith({ user: without });
  expect(absent).toMatchObject({ kind: 'found', value: { region: null }, unread: [] });
  const odd = profileWith({ user: { ...user, region: { code: 'DE' }, createTime: 'yesterday' } });
  expect(odd).toMatchObject({
    value: { region: null, createTime: null, createTimeISO: null },
    unread: ['userInfo.user.createTime', 'userInfo.user.region'],
  });
});

test('[outcome-3] a part that cannot be read does not hide the rest', () => {
  const odd = {
    ...item,
    challenges: 'cup',
    textExtra: 7,
    effectStickers: {},
    video: { ...(item.video as object), bitrateInfo: 'x' },
  };
  const outcome = tiktok.parseVideoDetail(api({ itemInfo: { itemStruct: odd }, statusCode: 0 }));
  expect(outcome).toMatchObject({
    kind: 'found',
    value: { id: item.id, hashtags: [], mentions: [], effectStickers: [] },
  });
  expect(outcome).toMatchObject({
    unread: ['textExtra', 'video.bitrateInfo', 'challenges', 'effectStickers'].map(
      (each) => `itemInfo.itemStruct.${each}`,
    ),
  });
});

test('[exact-number-1] [scalar-1] ids are exact, quoted or not', () => {
  const body = JSON.stringify({ ...userDetail }).replace('"6800000000000000001"', '6800000000000000001');
  expect(recordOf(tiktok.parseUserDetail(samples.captured(body))).id).toBe('6800000000000000001');
});

test('times are seconds as numbers or as texts, and ISO', () => {
  for (const createTime of [1700000000, '1700000000']) {
    const video = recordOf(tiktok.parseVideoPage(itemPage({ ...item, createTime })));
    expect(video).toMatchObject({ createTime: 1700000000, createTimeISO: '2023-11-14T22:13:20.000Z' });
  }
});

test('a video whole', () => {
  expect(recordOf(tiktok.parseVideoPage(itemPage(item)))).toMatchObject({
    id: item.id,
    text: 'a #Cup',
    playCount: 3000123,
    collectCount: 5,
    repostCount: 6,
    isSlideshow: false,
    webVideoUrl: 'https://www.tiktok.com/@amber/video/7200000000000000001',
    isPinned: false,
    authorMeta: { id: user.id, name: 'amber', nickName: 'Amber', fans: 4000000, bioLink: 'https://example.org' },
    musicMeta: { musicId: '7000000000000000001', musicName: 'original sound', musicOriginal: true },
    mediaUrls: ['https://media.example.org/high', 'https://media.example.org/low'],
    hashtags: [{ name: 'cup' }, { name: 'tea' }],
    mentions: ['@otter'],
  });
});

test('a video without its author, its sound, its hashtags', () => {
  const { author: _, music: __, challenges: ___, textExtra: ____, ...bare } = item;
  expect(recordOf(tiktok.parseVideoPage(itemPage(bare)))).toMatchObject({
    authorMeta: null,
    musicMeta: null,
    hashtags: [],
    mentions: [],
    webVideoUrl: 'https://www.tiktok.com/@/video/7200000000000000001',
  });
});

test('a post with pictures', () => {
  const imagePost = {
    images: [{ imageURL: { urlList: ['https://img.example.org/1', 'https://img.example.org/1b'] } }],
  };
  expect(recordOf(tiktok.parseVideoPage(itemPage({ ...item, imagePost })))).toMatchObject({
    isSlideshow: true,
    slideshowImageLinks: ['https://img.example.org/1'],
    webVideoUrl: 'https://www.tiktok.com/@amber/photo/7200000000000000001',
  });
});

test('the mobile page, and the older page, in which the author is a name', () => {
  const reflow = universal({ 'webapp.reflow.video.detail': { itemInfo: { itemStruct: item }, statusCode: 0 } });
  expect(recordOf(tiktok.parseVideoPage(reflow)).id).toBe(item.id);
  const old = samples.pageWith({
    SIGI_STATE: {
      ItemModule: { [item.id as string]: { ...item, author: 'amber' } },
      UserModule: { users: { amber: user }, stats: { amber: userStats } },
    },
  });
  expect(recordOf(tiktok.parseVideoPage(old)).authorMeta).toMatchObject({ id: user.id, name: 'amber' });
  expect(recordOf(tiktok.parseProfilePage(old))).toMatchObject({ id: user.id, fans: 4000000 });
  const unknown = samples.pageWith({ SIGI_STATE: { ItemModule: { x: { ...item, author: 'amber' } }, UserModule: {} } });
  expect(recordOf(tiktok.parseVideoPage(unknown)).authorMeta).toBeNull();
});

test('a hashtag whose rounded count is 0', () => {
  expect(recordOf(tiktok.parseHashtagDetail(api(samples.challengeDetail)))).toEqual({
    id: '1600000000000000001',
    name: 'cup',
    description: 'cups',
    isCommerce: false,
    coverUrl: 'https://img.example.org/h',
    url: 'https://www.tiktok.com/tag/cup',
    videoCount: 8000000123,
    viewCount: 9000000456,
  });
});

test('a sound with artists in the present form, and in the older one', () => {
  const artists = [{ id: user.id, name: 'amber', nickName: 'Amber' }];
  expect(recordOf(tiktok.parseSoundDetail(api(samples.musicDetail)))).toMatchObject({ artists, videoCount: 42 });
  const old = { musicInfo: { music: samples.music, author: user, stats: { videoCount: 1 } }, statusCode: 0 };
  expect(recordOf(tiktok.parseSoundDetail(api(old)))).toMatchObject({ artists, musicName: 'original sound' });
});

test('[page-1] an entry that cannot be read is reported, and the others are read', () => {
  const broken = { ...item, id: '7200000000000000002', createTime: 'soon' };
  const page = recordOf(tiktok.parseVideoList(api({ ...samples.itemList, itemList: [item, broken] })));
  expect(page.items.map(({ id }) => id)).toEqual([item.id]);
  expect(page.unreadable).toEqual([{ id: '7200000000000000002', path: 'itemList.1.createTime' }]);
  expect(tiktok.parseVideoList(api({ ...samples.itemList, itemList: [broken] }))).toMatchObject({
    kind: 'changed',
    path: 'itemList.0.createTime',
  });
});

test('[page-2] a page without entries says whether more follow', () => {
  expect(tiktok.parseVideoList(api({ statusCode: 0, hasMore: false }))).toMatchObject({
    value: { items: [], next: null },
  });
  expect(tiktok.parseVideoList(api({ statusCode: 0, hasMore: true, itemList: [] }))).toMatchObject({
    kind: 'changed',
    path: 'cursor',
  });
  expect(tiktok.parseVideoList(api({ statusCode: 0, cursor: '1' }))).toMatchObject({
    kind: 'changed',
    path: 'hasMore',
  });
  expect(tiktok.parseFeed(api({ statusCode: 0, hasMore: true, itemList: [] }))).toMatchObject({
    value: { hasMore: true, next: null },
  });
});

test('creator lists continue before their last video, or a week earlier', () => {
  const at = (answer: object) =>
    recordOf(tiktok.parseCreatorList(api({ statusCode: 0, ...answer }), { cursor: '1700000000000', token: null })).next;
  expect(at({ itemList: [item], hasMorePrevious: true })).toEqual({ cursor: '1700000000000', token: null });
  expect(at({ itemList: [], hasMorePrevious: true })).toEqual({ cursor: '1699395200000', token: null });
  const absent = api({ statusCode: 0, hasMorePrevious: true });
  expect(tiktok.parseCreatorList(absent, { cursor: '1700000000000', token: null })).toMatchObject({
    kind: 'changed',
    path: 'itemList',
  });
  expect(at({ itemList: [item], hasMorePrevious: false })).toBeNull();
});

test('a search keeps its videos, and its id for the next request', () => {
  const page = recordOf(tiktok.parseGeneralSearch(api(samples.generalSearch)));
  expect(page).toMatchObject({ items: [{ id: item.id }], next: { cursor: '12', token: 'search-1' } });
  const users = recordOf(tiktok.parseUserSearch(api({ ...samples.userSearch, has_more: 1 })));
  expect(users).toMatchObject({ items: [{ name: 'otter', fans: 5, verified: false }], next: { token: 'search-2' } });
});

test('a comment, and a reply to one', () => {
  const [comment] = recordOf(tiktok.parseCommentList(api(samples.commentList))).items;
  expect(comment).toMatchObject({
    cid: samples.comment.cid,
    repliesToId: null,
    uniqueId: 'otter',
    likedByAuthor: true,
  });
  const reply = { ...samples.comment, reply_id: '7300000000000000009', reply_to_reply_id: '0' };
  const page = recordOf(tiktok.parseCommentList(api({ ...samples.commentList, comments: [reply] })));
  expect(page).toMatchObject({ items: [{ repliesToId: '7300000000000000009' }], next: { cursor: '20' }, total: 30 });
});

test('a list of users continues by both of its cursors', () => {
  const page = recordOf(tiktok.parseUserList(api(samples.userList)));
  expect(page).toMatchObject({
    items: [{ name: 'amber', fans: 4001943 }],
    next: { cursor: '5', token: '6' },
    total: 9,
  });
});

test('[price-1] products of both generations', () => {
  const { newProduct, oldProduct, productComponent, productPage, shopInfo } = samples;
  expect(recordOf(tiktok.parseProductPage(productPage(productComponent(newProduct))))).toMatchObject({
    productId: '1729000000000000001',
    title: 'Cup',
    price: '10.50',
    originalPrice: '12.00',
    rating: 4.7,
    shippingFee: '7.99',
    saleProperties: [{ name: 'Colour', values: ['Red', 'Blue'] }],
    shop: { sellerId: '7495000000000000001', name: 'Cups', reviewCount: 4, followerCount: 61, rating: 4.6 },
  });
  const inside = productPage({
    components_map: [{ component_data: { product_info: { ...newProduct, shop_info: shopInfo } } }],
  });
  expect(recordOf(tiktok.parseProductPage(inside))).toMatchObject({ shop: { sellerId: '7495000000000000001' } });
  const unreviewed = { ...newProduct, review_model: { product_overall_score: 0, product_review_count: 0 } };
  expect(recordOf(tiktok.parseProductPage(productPage(productComponent(unreviewed))))).toMatchObject({
    rating: null,
    reviewCount: 0,
  });
  const offered = {
    ...newProduct,
    logistic_model: {},
    promotion_logistic_list: [{ shipping_fee: { real_price: 2.5 } }],
  };
  expect(recordOf(tiktok.parseProductPage(productPage(productComponent(offered))))).toMatchObject({
    shippingFee: '2.5',
  });
  const asObject = { components_map: { a: { component_data: { product_info: oldProduct } } } };
  expect(recordOf(tiktok.parseProductPage(productPage(asObject)))).toMatchObject({ title: 'Mug' });
  expect(tiktok.parseProductPage(productPage({ components_map: { a: [] } }))).toMatchObject({ kind: 'changed' });
  const global = { global_data: { product_info: { error_code: 0, product_info: oldProduct } } };
  expect(recordOf(tiktok.parseProductPage(productPage(global)))).toMatchObject({
    title: 'Mug',
    description: 'A mug.',
    shippingFee: '3.99',
    reviewCount: 12,
    shop: { name: 'Mugs' },
  });
});

test('a store, and what follows its first products', () => {
  const { shop, products } = recordOf(tiktok.parseStorePage(samples.productPage(samples.storePage)));
  expect(shop).toEqual({
    sellerId: '7495000000000000001',
    name: 'Cups',
    logoUrl: 'https://img.example.org/s',
    region: 'US',
    url: 'https://example.org/shop',
    description: 'Cups and mugs',
    rating: 4.6,
    soldCount: 9,
    reviewCount: 4,
    productCount: 2,
    followerCount: 61,
    videoCount: 7,
  });
  expect(products).toMatchObject({ items: [{ title: 'Cup' }], hasMore: true, next: { cursor: '30', token: null } });
  const list = recordOf(tiktok.parseProductList(api(samples.productList)));
  expect(list).toMatchObject({ items: [{ title: 'Cup' }], hasMore: true, next: { cursor: '30', token: 'T' } });
});

test('reviews, whose pages are numbered', () => {
  const third = { cursor: '3', token: null };
  for (const list of [samples.reviewList, samples.reviewListInData]) {
    expect(recordOf(tiktok.parseReviewList(api(list), third))).toMatchObject({
      items: [{ skuId: '1729000000000000002', country: 'US', isVerifiedPurchase: true, isIncentivized: false }],
      next: { cursor: '4', token: null },
      total: 21,
    });
  }
  const refused = api({ base_resp: { StatusCode: 10000, StatusMessage: '' } });
  expect(tiktok.parseReviewList(refused, third)).toMatchObject({ kind: 'captcha' });
});

test('trending sounds, ranked and counted', () => {
  expect(recordOf(tiktok.parseSoundRanks(api(samples.soundRanks)))).toMatchObject({
    items: [{ source: 'rank_list', rank: 1, rankDiff: -2 }],
    next: { cursor: '2' },
    total: 100,
  });
  const video = recordOf(tiktok.parseVideoPage(itemPage(item)));
  const other = { ...video, id: '1', musicMeta: { ...video.musicMeta!, musicId: '5' }, playCount: 9e6 };
  const silent = { ...video, id: '3', musicMeta: null };
  const trend = tiktok.derivedTrend([other, video, { ...video, id: '2' }, video, silent]);
  expect(trend).toMatchObject([
    { source: 'derived', rank: 1, musicId: '7000000000000000001', videoCount: 2, relatedVideoIds: [video.id, '2'] },
    { source: 'derived', rank: 2, musicId: '5', videoCount: 1 },
  ]);
});

test('the embedded profile has the ids of the newest videos', () => {
  const data = { '/embed/@amber': { videoList: [{ id: '7200000000000000001' }] } };
  const page = samples.pageWith({ __FRONTITY_CONNECT_STATE__: { source: { data } } });
  expect(recordOf(tiktok.parseEmbedPage(page))).toEqual(['7200000000000000001']);
});
