/** Each form of a URL that the reference names, and what it leads to. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Address,
  addressOfUrl,
  isProfileOf,
  isVideoOf,
  pageUrlOf,
  pageUrlsOf,
  parseProfilePage,
  parseVideoPage,
} from '../src/index.ts';
import { item, itemPage, universal, user, userDetail } from './samples.ts';

const secUid = 'MS4wLjABAAAAamber-synthetic-0001';
const id = '7200000000000000001';
const video = (name: string | null): Address => ({ kind: 'video', videoId: id, name });
const sound = (slug: string | null): Address => ({ kind: 'sound', soundId: '7000000000000000001', slug });
const product = (region: string | null): Address => ({ kind: 'product', productId: '1729000000000000001', region });
const shortLink = (code: string, host: string): Address => ({ kind: 'short_link', code, host });
const profile: Address = { kind: 'profile', name: 'amber.otter_1' };

const forms: readonly (readonly [string, Address])[] = [
  ['https://www.tiktok.com/@amber.otter_1', profile],
  ['https://www.tiktok.com/@amber.otter_1/', profile],
  ['https://www.tiktok.com/@amber.otter_1?lang=en&_t=abc#top', profile],
  ['http://tiktok.com/@amber.otter_1', profile],
  ['tiktok.com/@amber.otter_1', profile],
  ['www.tiktok.com/@amber.otter_1?lang=de', profile],
  ['https://m.tiktok.com/@amber.otter_1', profile],
  ['  https://WWW.TikTok.com/@amber.otter_1  ', profile],
  ['https://www.tiktok.com/en/@amber.otter_1', profile],
  ['https://www.tiktok.com/@amber.otter_1/reposts', profile],
  ['https://www.tiktok.com/%40amber.otter_1', profile],
  ['https://www.tiktok.com/embed/@amber.otter_1', profile],
  [`https://www.tiktok.com/@${secUid}`, { kind: 'profile_of_sec_uid', secUid }],
  ['https://www.tiktok.com/@6800000000000000001', { kind: 'profile_of_digits', digits: '6800000000000000001' }],
  ['https://www.tiktok.com/@107955', { kind: 'profile', name: '107955' }],
  ['https://www.tiktok.com/share/user/107955', { kind: 'profile_of_id', userId: '107955' }],
  [
    'https://www.tiktok.com/share/user/6800000000000000001?u_code=1',
    { kind: 'profile_of_id', userId: '6800000000000000001' },
  ],
  [
    'https://m.tiktok.com/h5/share/usr/6800000000000000001.html',
    { kind: 'profile_of_id', userId: '6800000000000000001' },
  ],
  [
    `https://m.tiktok.com/h5/share/usr/6800000000000000001.html?u_code=1&sec_uid=${secUid}`,
    { kind: 'profile_of_sec_uid', secUid },
  ],
  ['https://www.tiktok.com/@amber.otter_1/live', profile],
  ['https://www.tiktok.com/@amber.otter_1/live?enter_from_merge=x', profile],
  ['https://www.tiktok.com/@amber.otter_1/followers', profile],
  ['https://www.tiktok.com/@amber.otter_1.', profile],
  ['https://www.tiktok.com./@amber.otter_1', profile],
  ['https://lite.tiktok.com/@amber.otter_1', profile],
  ['https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40amber.otter_1&lang=en', profile],
  ['https://www.tiktok.com/login?redirect_url=%2F%40amber.otter_1', profile],
  ['https://web.archive.org/web/20240101000000/https://www.tiktok.com/@amber.otter_1', profile],
  ['https://web.archive.org/web/2024/http:/www.tiktok.com/@amber.otter_1?lang=en', profile],
  ['https://www.google.com/url?q=https://www.tiktok.com/%40amber.otter_1&sa=D', profile],
  ['https://l.instagram.com/?u=https%3A%2F%2Fwww.tiktok.com%2F%40amber.otter_1%3F_t%3D1&e=AT0', profile],
  ['intent://www.tiktok.com/@amber.otter_1#Intent;scheme=https;end', profile],
  ['snssdk1233://user/profile/amber.otter_1', profile],
  ['snssdk1233://user/profile/6800000000000000001?refer=web', { kind: 'profile_of_id', userId: '6800000000000000001' }],
  [`https://www.tiktok.com/@amber/video/${id}`, video('amber')],
  [`https://www.tiktok.com/@amber/video/${id}?is_from_webapp=1&q=x`, video('amber')],
  [`https://www.tiktok.com/@/video/${id}`, video(null)],
  [`https://www.tiktok.com/@amber/photo/${id}`, { kind: 'photo', videoId: id, name: 'amber' }],
  [`https://www.tiktok.com/share/video/${id}`, video(null)],
  [`https://www.tiktokv.com/share/video/${id}/`, video(null)],
  [`https://www.tiktok.com/embed/${id}`, video(null)],
  [`https://www.tiktok.com/embed/v2/${id}`, video(null)],
  [`https://www.tiktok.com/player/v1/${id}`, video(null)],
  [`https://m.tiktok.com/v/${id}.html?u_code=1`, video(null)],
  [`https://www.m.tiktok.com/v/${id}`, video(null)],
  [`https://vm.tiktok.com/v/${id}`, video(null)],
  [`https://t.tiktok.com/i18n/share/video/${id}/?_d=0&share_item_id=111`, video(null)],
  [`https://m.tiktok.com/h5/share/video/${id}.html`, video(null)],
  [`https://www.tiktok.com/video/${id}`, video(null)],
  [`https://lite.tiktok.com/@amber/video/${id}`, video('amber')],
  [`https://www.tiktok.com/de-DE/@amber/video/${id}`, video('amber')],
  [`https://www.tiktok.com/foryou?is_copy_url=1&item_id=${id}`, video(null)],
  [`https://www.tiktok.com/foryou?is_copy_url=1&is_from_webapp=v1#/@amber/video/${id}`, video('amber')],
  [`https://www.tiktok.com/trending?shareId=${id}`, video(null)],
  [`https://www.tiktok.com/en/trending?shareId=${id}`, video(null)],
  [`https://www.tiktok.com/?share_item_id=${id}`, video(null)],
  [`https://www.tiktok.com/player/${id}?autoplay=1`, video(null)],
  [`https://www.tiktok.com/oembed?url=https://www.tiktok.com/@amber/video/${id}`, video('amber')],
  [`snssdk1233://aweme/detail/${id}?refer=web`, video(null)],
  [`snssdk1233://aweme/detail/?aweme_id=${id}`, video(null)],
  ['https://www.tiktok.com/music/original-sound-7000000000000000001', sound('original-sound')],
  ['https://www.tiktok.com/music/-7000000000000000001', sound(null)],
  ['https://www.tiktok.com/music/7000000000000000001', sound(null)],
  ['https://www.tiktok.com/music/%E6%97%A5-7000000000000000001', sound('日')],
  ['https://www.tiktok.com/music/Cup,-Pt.-2-(live)-7000000000000000001', sound('Cup,-Pt.-2-(live)')],
  ['https://www.tiktok.com/share/music/7000000000000000001', sound(null)],
  ['https://t.tiktok.com/i18n/share/music/7000000000000000001/', sound(null)],
  ['https://m.tiktok.com/h5/share/music/7000000000000000001.html', sound(null)],
  ['https://www.tiktok.com/tag/cup', { kind: 'hashtag', name: 'cup' }],
  ['https://www.tiktok.com/embed/tag/cup?lang=en', { kind: 'hashtag', name: 'cup' }],
  ['https://www.tiktok.com/tag/%F0%9F%87%A9%F0%9F%87%AA', { kind: 'hashtag', name: '🇩🇪' }],
  ['https://www.tiktok.com/tag/%23cup', { kind: 'hashtag', name: 'cup' }],
  ['https://m.tiktok.com/h5/share/tag/1600000000000000001.html?name=cup&u_code=1', { kind: 'hashtag', name: 'cup' }],
  ['https://www.tiktok.com/tag/%E6%97%A5%E6%9C%AC?lang=en', { kind: 'hashtag', name: '日本' }],
  ['https://www.tiktok.com/view/product/1729000000000000001', product(null)],
  ['https://www.tiktok.com/view/product/1729000000000000001?region=US', product('us')],
  ['https://shop.tiktok.com/view/product/1729000000000000001?region=GB&locale=en', product('gb')],
  ['https://www.tiktok.com/shop/pdp/a-cup/1729000000000000001', product(null)],
  ['https://www.tiktok.com/shop/pdp/1729000000000000001', product(null)],
  ['https://www.tiktok.com/shop/us/pdp/1729000000000000001', product('us')],
  ['https://www.tiktok.com/us/pdp/a-cup/1729000000000000001', product('us')],
  ['https://www.tiktok.com/@cups/product/1729000000000000001', product(null)],
  ['https://www.tiktok.com/es/shop/pdp/a-cup/1729000000000000001', product(null)],
  ['https://shop.tiktok.com/us/pdp/a-cup/1729000000000000001?source=ad', product('us')],
  ['https://shop.tiktok.com/VN/pdp/1729000000000000001', product('vn')],
  ['https://www.tiktok.com/shop/s/tea%20cup', { kind: 'shop_search', keyword: 'tea cup', region: null }],
  ['https://www.tiktok.com/shop/us/k/tea-cup', { kind: 'shop_search', keyword: 'tea cup', region: 'us' }],
  ['https://shop.tiktok.com/us/k/tea-cup', { kind: 'shop_search', keyword: 'tea cup', region: 'us' }],
  ['https://www.tiktok.com/shop/k/tea-cup', { kind: 'shop_search', keyword: 'tea cup', region: null }],
  [
    'https://www.tiktok.com/shop/c/cups/601234?source=ecommerce_category',
    { kind: 'shop_category', categoryId: '601234', slug: 'cups', region: null },
  ],
  [
    'https://shop.tiktok.com/us/c/cups/601234',
    { kind: 'shop_category', categoryId: '601234', slug: 'cups', region: 'us' },
  ],
  ['https://shop.tiktok.com/us/s?q=tea%20cup', { kind: 'shop_search', keyword: 'tea cup', region: 'us' }],
  [
    'https://www.tiktok.com/shop/store/cups-co/7495000000000000001',
    { kind: 'shop', sellerId: '7495000000000000001', slug: 'cups-co', region: null },
  ],
  [
    'https://shop.tiktok.com/GB/store/cups-co/7495000000000000001',
    { kind: 'shop', sellerId: '7495000000000000001', slug: 'cups-co', region: 'gb' },
  ],
  ['https://www.tiktok.com/discover/tea-cup', { kind: 'search', section: 'general', keyword: 'tea cup' }],
  ['https://www.tiktok.com/search?q=tea%20cup&t=1', { kind: 'search', section: 'general', keyword: 'tea cup' }],
  ['https://www.tiktok.com/search/video?q=tea', { kind: 'search', section: 'video', keyword: 'tea' }],
  ['https://www.tiktok.com/search/user?q=tea', { kind: 'search', section: 'user', keyword: 'tea' }],
  ['https://www.tiktok.com/foryou', { kind: 'feed', page: 'foryou' }],
  ['https://www.tiktok.com/en/foryou', { kind: 'feed', page: 'foryou' }],
  ['https://www.tiktok.com/explore', { kind: 'feed', page: 'explore' }],
  ['https://vm.tiktok.com/v/ZMabcdef1/', shortLink('ZMabcdef1', 'vm.tiktok.com')],
  ['https://vm.tiktok.com/ZMabcdef1/', shortLink('ZMabcdef1', 'vm.tiktok.com')],
  ['vm.tiktok.com/JLqE7x', shortLink('JLqE7x', 'vm.tiktok.com')],
  ['https://vt.tiktok.com/ZSabcdef1', shortLink('ZSabcdef1', 'vt.tiktok.com')],
  ['https://www.tiktok.com/t/ZTabcdef1/', shortLink('ZTabcdef1', 'www.tiktok.com')],
  ['https://tiktok.com/t/ZTabcdef1', shortLink('ZTabcdef1', 'www.tiktok.com')],
  ['https://www.tiktok.com/ZTabcdef1/', shortLink('ZTabcdef1', 'www.tiktok.com')],
  ['https://lite.tiktok.com/t/ZSabcdef1/', shortLink('ZSabcdef1', 'lite.tiktok.com')],
  [
    'https://ads.tiktok.com/business/creativecenter/inspiration/popular/music/pc/en?period=30&countryCode=de',
    { kind: 'sound_trend', periodDays: 30, countryCode: 'DE' },
  ],
  [
    'https://ads.tiktok.com/business/creativecenter/inspiration/popular/music/pc/en',
    { kind: 'sound_trend', periodDays: 7, countryCode: 'US' },
  ],
];

test.each(forms)('%s', (url, address) => {
  expect(addressOfUrl(url)).toEqual({ kind: 'address', address });
});

test.each(forms)('the canonical URL of %s has the same address, on TikTok and on a stand-in', (_url, address) => {
  expect(addressOfUrl(pageUrlOf(address))).toEqual({ kind: 'address', address });
  const siteUrl = 'http://127.0.0.1:8020';
  expect(addressOfUrl(pageUrlOf(address, `${siteUrl}/`), { siteUrl })).toEqual({ kind: 'address', address });
});

test('an account’s id has two URLs', () => {
  expect(pageUrlsOf({ kind: 'profile_of_id', userId: '6800000000000000001' }, 'http://127.0.0.1:8020/')).toEqual([
    'http://127.0.0.1:8020/@6800000000000000001',
    'http://127.0.0.1:8020/share/user/6800000000000000001',
  ]);
  expect(pageUrlsOf(profile)).toEqual(['https://www.tiktok.com/@amber.otter_1']);
});

test.each([
  ['https://example.org/@amber', 'foreign'],
  ['https://tiktok.com.example.org/@amber', 'foreign'],
  ['https://nottiktok.com/@amber', 'foreign'],
  ['http://127.0.0.1:8020/@amber', 'foreign'],
  ['https://www.tiktok.com', 'unknown'],
  ['https://www.tiktok.com/', 'unknown'],
  ['tiktok.com', 'unknown'],
  ['https://www.tiktok.com/@amber/video/12', 'unknown'],
  ['https://www.tiktok.com/@amber/playlist/cups-7000000000000000001', 'unknown'],
  ['https://www.tiktok.com/share/live/7000000000000000001', 'unknown'],
  ['https://www.tiktok.com/live', 'unknown'],
  ['https://www.tiktok.com/sticker/cups-12345', 'unknown'],
  ['https://www.tiktok.com/tiktoklite', 'unknown'],
  ['https://m.tiktok.com/h5/share/tag/1600000000000000001.html', 'unknown'],
  ['https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fexample.org%2F%40amber', 'unknown'],
  ['snssdk1233://camera', 'no_url'],
  ['https://www.tiktok.com@example.org/@amber', 'foreign'],
  ['https://example.org/?a=https://www.tiktok.com/@amber&b=https://www.tiktok.com/@otter', 'foreign'],
  ['https://www.tiktok.com/@', 'unknown'],
  ['https://www.tiktok.com/@a b', 'no_url'],
  ['https://www.tiktok.com/search?q=', 'unknown'],
  ['https://www.tiktok.com/search/live?q=x', 'unknown'],
  ['https://www.tiktok.com/tag/', 'unknown'],
  ['https://www.tiktok.com/music/no-id', 'unknown'],
  ['https://www.tiktok.com/constructor/x', 'unknown'],
  ['https://www.tiktok.com/legal/privacy-policy', 'unknown'],
  ['https://vm.tiktok.com/', 'unknown'],
  ['https://shop.tiktok.com/us/store/cups-co/', 'unknown'],
  ['https://shop.tiktok.com/us/c/cups', 'unknown'],
  ['https://shop.tiktok.com/us/s?q=', 'unknown'],
  ['https://shop.tiktok.com/us/us/us/', 'unknown'],
  ['https://', 'no_url'],
  ['amber', 'no_url'],
  ['#cup', 'no_url'],
])('[address-1] %s is %s', (url, kind) => {
  expect(addressOfUrl(url)).toMatchObject({ kind });
});

test('no text makes addressOfUrl throw', () => {
  const pieces = fc.constantFrom(
    'https://',
    'www.tiktok.com',
    '/',
    '@',
    '%',
    '%E6',
    'video',
    '?q=',
    '#',
    ' ',
    'tag',
    id,
    '..',
    '\\',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.array(pieces).map((each) => each.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const reading = addressOfUrl(text);
      if (reading.kind === 'address')
        expect(addressOfUrl(pageUrlOf(reading.address))).toMatchObject({ kind: 'address' });
    }),
    { numRuns: 3000 },
  );
});

test('an id is resolved only by a response that contains it', () => {
  const outcome = parseProfilePage(universal({ 'webapp.user-detail': userDetail }));
  if (outcome.kind !== 'found') throw new Error(outcome.kind);
  const answers = (address: Address) => isProfileOf(address, outcome.value);
  expect(answers({ kind: 'profile_of_id', userId: user.id as string })).toBe(true);
  expect(answers({ kind: 'profile_of_id', userId: '6800000000000000002' })).toBe(false);
  expect(answers({ kind: 'profile_of_sec_uid', secUid })).toBe(true);
  expect(answers({ kind: 'profile', name: 'AMBER' })).toBe(true);
  expect(answers({ kind: 'profile', name: 'otter' })).toBe(false);
  expect(answers(video(null))).toBe(false);
  const read = parseVideoPage(itemPage(item));
  if (read.kind !== 'found') throw new Error(read.kind);
  expect(isVideoOf(video('somebody else'), read.value)).toBe(true);
  expect(isVideoOf({ kind: 'photo', videoId: '7200000000000000009', name: null }, read.value)).toBe(false);
});
