/** Forms of responses that public captures have and the reference does not, each with what must come of it. */
import { describe, expect, test } from 'vitest';
import * as tiktok from '../src/index.ts';
import * as samples from './samples.ts';

const { api, captured, item, itemPage, pageWith, siteUrl, universal, user, userDetail, userStats } = samples;

function recordOf<T>(outcome: tiktok.Outcome<T>): T {
  if (outcome.kind !== 'found') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.value;
}

const videoOf = (more: object) => recordOf(tiktok.parseVideoPage(itemPage({ ...item, ...more })));
const profileOf = (userInfo: object) => recordOf(tiktok.parseUserDetail(api({ ...userDetail, userInfo })));

describe('numbers and times that say "unknown"', () => {
  test.each([0, '0', -1, '-1', ''])('[scalar-3] a time of %j is null, and never 1970', (time) => {
    const unknown = { createTime: null, createTimeISO: null };
    expect(videoOf({ createTime: time, author: { ...user, createTime: time } })).toMatchObject({
      ...unknown,
      authorMeta: unknown,
    });
    expect(profileOf({ user: { ...user, createTime: time }, stats: userStats })).toMatchObject(unknown);
    const comments = tiktok.parseCommentList(
      api({ ...samples.commentList, comments: [{ ...samples.comment, create_time: time }] }),
    );
    expect(recordOf(comments).items).toMatchObject([unknown]);
    const reviews = { code: 0, data: { has_more: false, product_reviews: [{ ...samples.review, review_time: time }] } };
    const page = tiktok.parseReviewList(api(reviews), { cursor: '1', token: null });
    expect(recordOf(page).items).toMatchObject([{ createTimeISO: null }]);
  });

  test.each([
    ['heart beside heartCount', { heartCount: -1294967296, heart: 3000000000 }, {}, 3000000000],
    ['statsV2 beside stats', { heartCount: -1294967296, heart: -1294967296 }, { heartCount: '3000000000' }, 3000000000],
    ['stats beside statsV2', { heartCount: 3000000000 }, { heartCount: '-1294967296', heart: '-1' }, 3000000000],
    ['heart beside heartCount in statsV2', { heartCount: 5 }, { heartCount: '-1', heart: '3000000000' }, 3000000000],
    ['stats beside an empty text', { heartCount: 5 }, { heartCount: '', heart: '' }, 5],
    ['stats beside a 0', { heartCount: 5, heart: 5 }, { heartCount: '0', heart: '0' }, 5],
    ['a 0 in both', { heartCount: 0, heart: 0 }, { heartCount: '0', heart: '0' }, 0],
    ['none', { heartCount: -1294967296, heart: -1294967296 }, { heartCount: '-1' }, null],
  ])('[count-2] a right value is taken from beside one that is unknown: %s', (_what, stats, statsV2, heart) => {
    const profile = profileOf({
      user,
      stats: { ...userStats, heart: undefined, ...stats },
      statsV2: { followerCount: '7', ...statsV2 },
    });
    expect(profile).toMatchObject({ heart, fans: 7, following: 12 });
  });

  test('[count-2] counts of a video that do not fit are null, and the video is there', () => {
    const stats = { ...(item.stats as object), playCount: -2147483648, diggCount: -1 };
    expect(videoOf({ stats, statsV2: undefined })).toMatchObject({ playCount: null, diggCount: null, shareCount: 4 });
  });

  test('a hashtag that was viewed has videos, whatever the rounded table says', () => {
    const info = samples.challengeDetail.challengeInfo as Record<string, object>;
    const hashtag = (tables: object) =>
      recordOf(tiktok.parseHashtagDetail(api({ statusCode: 0, challengeInfo: { ...info, ...tables } })));
    expect(hashtag({ statsV2: undefined })).toMatchObject({ videoCount: null, viewCount: 8000000000 });
    expect(hashtag({ stats: { videoCount: 0, viewCount: 0 }, statsV2: undefined })).toMatchObject({ videoCount: 0 });
    expect(hashtag({ statsV2: { videoCount: '0', viewCount: '5' } })).toMatchObject({ videoCount: 0, viewCount: 5 });
  });

  test('a post of pictures has no height, width and duration', () => {
    const video = { cover: 'https://img.example.org/c', height: 0, width: 0, duration: 0, playAddr: '' };
    const imagePost = { images: [{ imageURL: { urlList: ['https://img.example.org/1'] } }] };
    expect(videoOf({ video, imagePost })).toMatchObject({
      videoMeta: { height: null, width: null, duration: null },
      mediaUrls: [],
      mediaFormats: [],
    });
  });

  test('a rating of 0 is no rating', () => {
    const reviews = { code: 0, data: { has_more: false, product_reviews: [{ ...samples.review, review_rating: 0 }] } };
    const page = tiktok.parseReviewList(api(reviews), { cursor: '1', token: null });
    expect(recordOf(page).items).toMatchObject([{ rating: null }]);
    const review_model = { product_overall_score: 0, product_review_count: '3' };
    const product = samples.productPage(samples.productComponent({ ...samples.newProduct, review_model }));
    expect(recordOf(tiktok.parseProductPage(product))).toMatchObject({ rating: null, reviewCount: 3 });
  });

  test('the id 0 is no id', () => {
    expect(profileOf({ user: { ...user, roomId: '0' }, stats: userStats })).toMatchObject({ roomId: null });
    const outcome = tiktok.parseUserDetail(
      api({ ...userDetail, userInfo: { user: { ...user, id: '0' }, stats: userStats } }),
    );
    expect(outcome).toMatchObject({ kind: 'changed', path: 'userInfo.user.id' });
  });
});

describe('products', () => {
  const page = (info: object) => recordOf(tiktok.parseProductPage(samples.productPage(samples.productComponent(info))));
  const base = samples.oldProduct.product_base as object;

  test.each([
    ['(26.1K)', undefined, null, '(26.1K)'],
    ['26.1K', undefined, null, '26.1K'],
    ['1.2M+', undefined, null, '1.2M+'],
    ['(12)', undefined, 12, '(12)'],
    ['(1,234)', undefined, 1234, '(1,234)'],
    ['12', undefined, 12, null],
    ['(26.1K)', 26137, 26137, '(26.1K)'],
    ['(26.1K)', '26137', 26137, '(26.1K)'],
    [undefined, 7, 7, null],
    [undefined, undefined, null, null],
  ])('[review-count-1] review_count_str %j, review_count %j', (text, count, reviewCount, reviewCountText) => {
    const product_detail_review = { product_rating: 4.5, review_count_str: text, review_count: count };
    expect(page({ ...samples.oldProduct, product_detail_review })).toMatchObject({
      reviewCount,
      reviewCountText,
      rating: 4.5,
    });
  });

  test.each([
    [{ real_price: '$10.50', original_price: '$12.00', currency: '$' }, '10.50', '12.00', null, '$'],
    [{ real_price: '$10.50', original_price: '$12.00' }, '10.50', '12.00', null, '$'],
    [{ real_price: '10.50', original_price: '12.00', currency: 'USD' }, '10.50', '12.00', 'USD', null],
    [{ real_price: 'US$1,234.50', currency: 'USD' }, '1234.50', null, 'USD', 'US$'],
    [{ real_price: '$10.50 - $20.00', currency: '$' }, '10.50', null, null, '$'],
    [{ real_price: { price_val: '10.50', price_str: '$10.50' }, currency: '$' }, '10.50', null, null, '$'],
    // Without a word on the country, these may be thousands or thousandths.
    [{ real_price: '120.000₫' }, null, null, null, '₫'],
  ])('[price-1] an older price %j', (price, real, original, currency, currencySymbol) => {
    const product = page({ ...samples.oldProduct, product_base: { ...base, price } });
    expect(product).toMatchObject({ price: real, originalPrice: original, currency, currencySymbol });
  });

  test('[price-1] the symbol of a currency is not its code', () => {
    const min_price = { sale_price_decimal: '10.50', currency_symbol: '$' };
    const promotion_model = { promotion_product_price: { min_price } };
    expect(page({ ...samples.newProduct, promotion_model })).toMatchObject({ currency: null, currencySymbol: '$' });
    expect(page(samples.newProduct)).toMatchObject({ currency: 'USD', currencySymbol: '$' });
  });

  test('the properties that a buyer can choose, under the names of each generation', () => {
    const colour = [{ name: 'Colour', values: ['Red', 'Blue'] }];
    expect(page(samples.newProduct)).toMatchObject({ saleProperties: colour });
    const model = samples.newProduct.product_model as object;
    const other = [{ prop_name: 'Colour', sale_prop_values: [{ prop_value: 'Red' }, { prop_value: 'Blue' }] }];
    const withOther = { ...samples.newProduct, product_model: { ...model, sale_properties: other } };
    expect(page(withOther)).toMatchObject({ saleProperties: colour });
    expect(page(samples.oldProduct)).toMatchObject({ saleProperties: [{ name: 'Size', values: ['S', 'L'] }] });
  });

  test('values of a property that have another name are reported, and not empty', () => {
    const model = samples.newProduct.product_model as object;
    const sale_properties = [{ property_name: 'Colour', choices: [{ property_value_name: 'Red' }] }];
    const info = { ...samples.newProduct, product_model: { ...model, sale_properties } };
    const { unread } = tiktok.parseProductPage(
      samples.productPage(samples.productComponent(info)),
    ) as tiktok.Found<unknown>;
    expect(unread).toEqual([expect.stringMatching(/sale_properties\.0\.property_values$/)]);
  });

  test('the seller of an older page has an id, and a new page may have it in the product', () => {
    expect(page(samples.oldProduct)).toMatchObject({ shop: { sellerId: '7495000000000000002', name: 'Mugs' } });
    const beside = { ...samples.oldProduct, seller: { name: 'Mugs' }, seller_id: '7495000000000000003' };
    expect(page(beside)).toMatchObject({ shop: { sellerId: '7495000000000000003', name: 'Mugs' } });
    const product_model = { ...(samples.newProduct.product_model as object), seller_id: '7495000000000000004' };
    const alone = samples.productPage({
      components_map: [{ component_data: { product_info: { ...samples.newProduct, product_model } } }],
    });
    expect(recordOf(tiktok.parseProductPage(alone))).toMatchObject({ shop: { sellerId: '7495000000000000004' } });
  });

  test.each(['pdp_h5', 'pdp_desktop', 'pdp_mobile'])('reviews are recognised by %s', (device) => {
    const url = `https://shop.tiktok.com/api/shop/${device}/get_product_reviews?aid=1`;
    const body = JSON.stringify({ product_id: '1729000000000000001', page_start: 2, page_size: 20 });
    expect(tiktok.recognise(url, body)).toEqual({
      list: { kind: 'reviews', productId: '1729000000000000001' },
      position: { cursor: '2', token: null },
    });
  });
});

describe('accounts, mentions and hashtags', () => {
  test.each([
    [{ custom_verify: '', enterprise_verify_reason: 'Institution account' }, true],
    [{ custom_verify: 'Verified account', enterprise_verify_reason: '' }, true],
    [{ custom_verify: undefined, enterprise_verify_reason: 'Institution account' }, true],
    [{ custom_verify: '', enterprise_verify_reason: '' }, false],
    [{ custom_verify: '' }, false],
    [{ custom_verify: undefined }, null],
  ])('a found user with %j', (marks, verified) => {
    const [entry] = samples.userSearch.user_list as { user_info: object }[];
    const user_list = [{ user_info: { ...entry!.user_info, ...marks } }];
    expect(recordOf(tiktok.parseUserSearch(api({ ...samples.userSearch, user_list }))).items).toMatchObject([
      { verified },
    ]);
  });

  test('a mention that has only an id', () => {
    const textExtra = [{ userId: '68001', secUid: 'MS4wLjABAAAAotter', userUniqueId: '', hashtagName: '', type: 0 }];
    expect(videoOf({ textExtra })).toMatchObject({
      mentions: [],
      detailedMentions: [
        { id: '68001', name: null, nickName: null, profileUrl: 'https://www.tiktok.com/@MS4wLjABAAAAotter' },
      ],
    });
    expect(videoOf({ textExtra: [{ userId: '68001' }] })).toMatchObject({
      detailedMentions: [{ id: '68001', name: null, profileUrl: null }],
    });
    const named = { userId: '68001', userUniqueId: 'otter', userNickname: 'Otter' };
    expect(videoOf({ textExtra: [{ userId: '68001' }], contents: [{ textExtra: [named] }] })).toMatchObject({
      mentions: ['@otter'],
      detailedMentions: [{ id: '68001', name: 'otter', nickName: 'Otter' }],
    });
  });

  test('hashtags and mentions that are only in the parts of the text', () => {
    const contents = [
      { desc: 'a', textExtra: [{ hashtagName: 'Cup', type: 1 }] },
      { desc: 'b', textExtra: [{ hashtagName: 'tea' }, { userId: '68001', userUniqueId: 'otter' }] },
    ];
    expect(videoOf({ challenges: undefined, textExtra: undefined, contents })).toMatchObject({
      hashtags: [{ name: 'Cup' }, { name: 'tea' }],
      mentions: ['@otter'],
    });
    // A hashtag that is in several places is given once.
    expect(videoOf({ contents }).hashtags).toEqual([{ name: 'cup' }, { name: 'tea' }]);
  });
});

test('the files of a video, the best one first, with the codec and the size of each', () => {
  const file = (name: string, Height: number, Width: number, Bitrate: number, CodecType: string) => ({
    Bitrate,
    CodecType,
    PlayAddr: { UrlList: [`https://media.example.org/${name}`], Height, Width, DataSize: `${Bitrate}0` },
  });
  const bitrateInfo = [
    file('540', 1024, 576, 3000, 'h264'),
    file('1080-low', 1920, 1080, 1500, 'h265_hvc1'),
    file('720', 1280, 720, 2500, 'h265_hvc1'),
    file('1080', 1920, 1080, 2000, 'h265_hvc1'),
    file('square', 1920, 1920, 100, 'h264'),
    file('unknown', 0, 0, 0, 'h264'),
  ];
  const played = { playAddr: 'https://media.example.org/720', height: 1024, width: 576, bitrate: 1, codecType: 'h264' };
  const { mediaUrls, mediaFormats } = videoOf({ video: { ...played, bitrateInfo } });
  const names = ['square', '1080', '1080-low', '720', '540', 'unknown'];
  expect(mediaUrls).toEqual(names.map((name) => `https://media.example.org/${name}`));
  expect(mediaFormats.map(({ url }) => url)).toEqual(mediaUrls);
  expect(mediaFormats[1]).toEqual({
    url: 'https://media.example.org/1080',
    codec: 'h265_hvc1',
    height: 1920,
    width: 1080,
    bitrateBps: 2000,
    sizeBytes: 20000,
  });
  expect(mediaFormats.at(-1)).toMatchObject({ codec: 'h264', height: null, width: null, bitrateBps: null });
});

describe('lists', () => {
  const parsers = {
    'a search': [tiktok.parseVideoSearch, 'item_list', { has_more: 1, cursor: 12 }],
    'a general search': [tiktok.parseGeneralSearch, 'data', { has_more: 1, cursor: 12 }],
    comments: [tiktok.parseCommentList, 'comments', { has_more: 1, cursor: 20 }],
    posts: [tiktok.parseVideoList, 'itemList', { hasMore: true, cursor: '20' }],
    followers: [tiktok.parseUserList, 'userList', { hasMore: true, minCursor: 3 }],
  } as const;

  test.each(Object.entries(parsers))(
    '[page-3] %s: an absent list is not an empty one',
    (_what, [parse, path, more]) => {
      const first = { cursor: '0', token: null };
      const changed = { kind: 'changed', path };
      const last = { ...more, has_more: 0, hasMore: false };
      expect(parse(api({ status_code: 0, ...more }), first)).toMatchObject(changed);
      expect(parse(api({ status_code: 0, ...more, [path]: null }), first)).toMatchObject(changed);
      for (const name of ['aweme_list', 'items', 'videoList']) {
        const other = { [name]: [{ aweme_id: '1', desc: 'a' }] };
        expect(parse(api({ status_code: 0, ...more, ...other }), first)).toMatchObject(changed);
        expect(parse(api({ status_code: 0, ...last, ...other }), first)).toMatchObject(changed);
        expect(parse(api({ status_code: 0, ...last, data2: other }), first)).toMatchObject(changed);
      }
      expect(parse(api({ status_code: 0, ...last }), first)).toMatchObject({ kind: 'found', value: { items: [] } });
      // A response shows other searches when it found nothing.
      const suggestions = { guide_search_words: [{ word: 'tea', id: '1' }], ad_info: { list: [{ id: '1', x: 2 }] } };
      expect(parse(api({ status_code: 0, ...last, ...suggestions }), first)).toMatchObject({ kind: 'found' });
    },
  );

  test('[page-3] a first page without a list that the site counts is not empty', () => {
    const first = { cursor: '0', token: null };
    const none = { status_code: 0, comments: null, has_more: 0, cursor: 0 };
    expect(tiktok.parseCommentList(api({ ...none, total: 30 }), first)).toMatchObject({
      kind: 'changed',
      path: 'comments',
    });
    expect(tiktok.parseCommentList(api({ ...none, total: 30 }), { cursor: '40', token: null })).toMatchObject({
      kind: 'found',
    });
    expect(tiktok.parseCommentList(api({ ...none, total: 0 }), first)).toMatchObject({ kind: 'found' });
  });

  test('a general search keeps a video whose type has another number, and does not lose all of its entries', () => {
    const search = (...data: object[]) => tiktok.parseGeneralSearch(api({ ...samples.generalSearch, data }));
    expect(recordOf(search({ type: 7, item })).items).toHaveLength(1);
    expect(search({ type: 7, aweme_info: {} })).toMatchObject({ kind: 'changed', path: 'data.0.item' });
    expect(recordOf(search({ type: 4, user_list: [] })).items).toEqual([]);
  });

  test.each([
    [{ search_nil_type: 'verify_check', search_nil_item: 'verify_check' }, 'captcha'],
    [{ search_nil_type: 'login', search_nil_item: 'invalid_login' }, 'login_required'],
    [{ search_nil_type: 'hit_shark' }, 'blocked'],
    [{ search_nil_type: 'nil_info', search_nil_item: 'no_result' }, 'found'],
  ])('a search that was not made is not one without results: %j', (search_nil_info, kind) => {
    const none = { status_code: 0, data: [], has_more: 0, cursor: 0, search_nil_info };
    expect(tiktok.parseGeneralSearch(api(none))).toMatchObject({ kind });
  });

  test('related videos do not say whether more follow', () => {
    const list = { kind: 'related_posts', videoId: '1' } as const;
    const at = { cursor: '0', token: null };
    const { parse } = tiktok.readerOf(list);
    expect(parse(api({ itemList: [item], statusCode: 0 }), at)).toMatchObject({
      value: { items: [{ id: item.id, relatedTo: '1' }], hasMore: false, next: null },
    });
    const { parse: parseOfItem } = tiktok.readerOf({ kind: 'related_posts', videoId: item.id as string });
    expect(recordOf(parseOfItem(api({ itemList: [{ ...item, id: '1' }, item] }), at)).items).toMatchObject([
      { id: '1' },
    ]);
    expect(parse(api({ statusCode: 0 }), at)).toMatchObject({ kind: 'changed', path: 'itemList' });
    expect(parse(api({ statusCode: 0, hasMore: true, itemList: [item] }), at)).toMatchObject({
      value: { hasMore: true },
    });
  });
});

describe('records at other depths', () => {
  const itemInfo = { itemStruct: item };
  test.each([
    ['webapp.video-detail', { itemInfo }],
    ['webapp.reflow.video.detail', { itemInfo }],
    ['webapp.reflow.video.detail', { statusCode: 0, videoData: { itemInfo } }],
    ['webapp.video-detail', { body: { data: { itemInfo, statusCode: 0 } } }],
    ['webapp.some-new.detail', { statusCode: 0, itemInfo }],
    ['webapp.video-detail', itemInfo],
  ])('a video in %s', (name, detail) => {
    expect(recordOf(tiktok.parseVideoPage(universal({ [name]: detail }))).id).toBe(item.id);
  });

  test('a profile, and a code, at other depths', () => {
    const { userInfo } = userDetail;
    for (const detail of [{ data: { userInfo } }, { body: { data: { statusCode: 0, userInfo } } }]) {
      expect(recordOf(tiktok.parseProfilePage(universal({ 'webapp.user-detail': detail })))).toMatchObject({
        id: user.id,
      });
    }
    const gone = universal({ 'webapp.user-detail': { body: { statusCode: 10221 } } });
    expect(tiktok.parseProfilePage(gone)).toMatchObject({ kind: 'not_found', code: 10221 });
    const missing = universal({ 'webapp.user-detail': { statusCode: 10221 }, 'webapp.other': { userInfo } });
    expect(tiktok.parseProfilePage(missing)).toMatchObject({ kind: 'not_found' });
    expect(recordOf(tiktok.parseUserDetail(api({ statusCode: 0, data: { userInfo } }))).id).toBe(user.id);
  });

  test('the hashtag and the sound in their pages', () => {
    const { challengeInfo } = samples.challengeDetail;
    const tag = universal({ 'webapp.challenge-detail': { challengeInfo, statusCode: 0 } });
    expect(recordOf(tiktok.parseHashtagPage(tag))).toMatchObject({ name: 'cup', videoCount: 8000000123 });
    const { musicInfo } = samples.musicDetail;
    const sound = universal({ 'webapp.music-detail': { musicInfo, statusCode: 0 } });
    expect(recordOf(tiktok.parseSoundPage(sound))).toMatchObject({ musicName: 'original sound', videoCount: 42 });
    const gone = universal({ 'webapp.challenge-detail': { statusCode: 10205 } });
    expect(tiktok.parseHashtagPage(gone)).toMatchObject({ kind: 'not_found', code: 10205 });
    expect(tiktok.parseHashtagPage(universal({}))).toMatchObject({ kind: 'withheld' });
    expect(recordOf(tiktok.parseHashtagDetail(api({ statusCode: 0, data: { challengeInfo } })))).toMatchObject({
      name: 'cup',
    });
  });

  test('other accounts in the lists of a page are not the account of the page', () => {
    const page = universal({ 'webapp.updated-items': [{ userInfo: userDetail.userInfo }] });
    expect(tiktok.parseProfilePage(page)).toMatchObject({ kind: 'withheld' });
  });
});

describe('obstacles', () => {
  const html = (body: string, title = '') => `<html><head><title>${title}</title></head><body>${body}</body></html>`;
  test.each([
    ['a page with its context but without its data', universal({}), 'withheld'],
    ['a page with an empty detail', universal({ 'webapp.user-detail': {} }), 'withheld'],
    ['a page with a detail of null', universal({ 'webapp.user-detail': null }), 'withheld'],
    ['a page with an unknown detail', universal({ 'webapp.account-detail': { account: {} } }), 'changed'],
    ['a page without context', pageWith({ __UNIVERSAL_DATA_FOR_REHYDRATION__: { __DEFAULT_SCOPE__: {} } }), 'changed'],
    ['the WAF page without #wci', captured(html('<script>window.SlardarWAF={}</script>')), 'blocked'],
    ['the WAF page by its title', captured(html('<p id="x"></p>', 'Please wait...')), 'blocked'],
    ['Access Denied with 200', captured(html('<h1>Access Denied</h1>', 'Access Denied')), 'blocked'],
    [
      'Access Denied with 200, in capitals',
      captured('<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>'),
      'blocked',
    ],
    ['Access Denied with 200, as a text', captured('Access Denied'), 'blocked'],
    ['a page for maintenance', captured(html('', 'Site Maintenance')), 'unavailable'],
    ['a landing on /404', captured(html('x'), `${siteUrl}/404?fromUrl=/@amber`), 'not_found'],
    ['a landing on /notfound', captured(universal({}).body, `${siteUrl}/notfound`), 'not_found'],
    ['a landing on /hk/notfound', captured(html('x'), `${siteUrl}/hk/notfound`), 'geo_blocked'],
    ['a landing on /hk/notfound with 404', captured(html('x'), `${siteUrl}/hk/notfound`, 404), 'geo_blocked'],
  ])('%s', (_name, response, kind) => {
    expect(tiktok.parseProfilePage(response)).toMatchObject({ kind });
  });

  test.each([{}, { product_model: {} }])('a product page whose data are emptied, %j', (info) => {
    const page = samples.productPage(samples.productComponent(info));
    expect(tiktok.parseProductPage(page)).toMatchObject({ kind: 'withheld' });
  });

  test('what may pass on another try is tried again', () => {
    expect(tiktok.remedyOf('withheld')).toBe('new_session');
    expect(tiktok.remedyOf('blocked')).toBe('new_session');
  });

  test('a page for missing pages is one whatever its list', () => {
    const at = (url: string) => tiktok.pageObstacleOf(captured(html('x'), url))?.kind ?? null;
    expect(at(`${siteUrl}/notfound`)).toBe('not_found');
    expect(at(`${siteUrl}/hk/notfound`)).toBe('geo_blocked');
    expect(at(`${siteUrl}/@404`)).toBeNull();
  });

  test('an unknown hashtag or sound has an object without fields', () => {
    expect(tiktok.parseHashtagDetail(api({ statusCode: 0, challengeInfo: {} }))).toMatchObject({ kind: 'not_found' });
    expect(tiktok.parseSoundDetail(api({ statusCode: 0, musicInfo: {} }))).toMatchObject({ kind: 'not_found' });
    expect(tiktok.parseHashtagDetail(api({ statusCode: 0, challengeInfo: [] }))).toMatchObject({ kind: 'changed' });
  });

  test('2483 asks for a login', () => {
    const refused = api({ status_code: 2483, status_msg: 'please login' });
    expect(tiktok.parseUserList(refused)).toMatchObject({ kind: 'login_required', code: 2483 });
  });
});

describe('the page of an account for other sites', () => {
  const embed = (page: object) =>
    tiktok.parseEmbeddedProfile(
      pageWith({ __FRONTITY_CONNECT_STATE__: { source: { data: { '/embed/@amber': page } } } }),
    );

  test('has the account, with rounded counts and without the rest', () => {
    expect(recordOf(embed({ userInfo: samples.embeddedUser, videoList: [] }))).toMatchObject({
      source: 'embed',
      id: user.id,
      name: 'amber',
      fans: 4000000,
      following: 12,
      heart: 90,
      video: 7,
      secUid: null,
      createTime: null,
      avatar: 'https://img.example.org/S',
    });
  });

  test('of an account that does not exist, and without an account', () => {
    expect(embed({ userInfo: { code: 404 } })).toMatchObject({ kind: 'not_found' });
    expect(embed({ videoList: [] })).toMatchObject({ kind: 'changed', path: 'source.data./embed/@amber.userInfo' });
    const { followerCount: _, ...without } = samples.embeddedUser;
    expect(embed({ userInfo: without })).toMatchObject({ kind: 'changed' });
  });
});
