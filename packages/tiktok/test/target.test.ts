import { expect, test } from 'vitest';
import { checkLanding, parseTarget, type TargetKind } from '../src/index.ts';

const id = '7200000000000000001';
const secUid = 'MS4wLjABAAAAamber-synthetic-0001';

test.each<[string, TargetKind, object]>([
  ['amber.otter_1', 'profile', { kind: 'profile', name: 'amber.otter_1' }],
  [' @amber.otter_1 ', 'profile', { kind: 'profile', name: 'amber.otter_1' }],
  ['https://www.tiktok.com/@amber?lang=en', 'profile', { kind: 'profile', name: 'amber' }],
  ['6800000000000000001', 'profile', { kind: 'profile_of_id', userId: '6800000000000000001' }],
  ['107955', 'profile', { kind: 'profile_of_id', userId: '107955' }],
  ['@107955', 'profile', { kind: 'profile', name: '107955' }],
  [secUid, 'profile', { kind: 'profile_of_sec_uid', secUid }],
  [id, 'video', { kind: 'video', videoId: id, name: null }],
  [`tiktok.com/@amber/photo/${id}`, 'video', { kind: 'photo', videoId: id, name: 'amber' }],
  ['#Cup', 'hashtag', { kind: 'hashtag', name: 'Cup' }],
  ['#👩🏽‍🚀_1', 'hashtag', { kind: 'hashtag', name: '👩🏽‍🚀_1' }],
  ['日本', 'hashtag', { kind: 'hashtag', name: '日本' }],
  ['7000000000000000001', 'sound', { kind: 'sound', soundId: '7000000000000000001', slug: null }],
  ['tea cup', 'search', { kind: 'search', section: 'general', keyword: 'tea cup' }],
  ['https://www.tiktok.com/search/user?q=tea', 'search', { kind: 'search', section: 'user', keyword: 'tea' }],
  ['1729000000000000001', 'product', { kind: 'product', productId: '1729000000000000001' }],
  ['tea cup', 'shop_search', { kind: 'shop_search', keyword: 'tea cup', region: null }],
  ['7495000000000000001', 'shop', { kind: 'shop', sellerId: '7495000000000000001', slug: null, region: null }],
  ['https://vm.tiktok.com/ZMabcdef1/', 'profile', { kind: 'short_link', code: 'ZMabcdef1' }],
  ['https://vm.tiktok.com/ZMabcdef1/', 'video', { kind: 'short_link', code: 'ZMabcdef1' }],
])('%s as %s', (text, wanted, address) => {
  expect(parseTarget(text, wanted)).toEqual({ kind: 'target', address });
});

test.each<[string, TargetKind, string, string]>([
  ['', 'profile', 'empty', 'The target is empty. Give a profile URL, a username, or the id of an account.'],
  ['  ', 'video', 'empty', 'The target is empty. Give a video URL or the id of a video.'],
  [
    `https://www.tiktok.com/@amber/video/${id}`,
    ...(['profile', 'wrong_kind'] as const),
    `"https://www.tiktok.com/@amber/video/${id}" is a video URL where a profile URL was expected.`,
  ],
  [
    'https://www.tiktok.com/@amber',
    ...(['video', 'wrong_kind'] as const),
    '"https://www.tiktok.com/@amber" is a profile URL where a video URL was expected.',
  ],
  [
    'https://www.tiktok.com/tag/cup',
    ...(['sound', 'wrong_kind'] as const),
    '"https://www.tiktok.com/tag/cup" is a hashtag URL where a sound URL was expected.',
  ],
  [
    'https://example.org/@amber',
    ...(['profile', 'foreign_url'] as const),
    '"https://example.org/@amber" is not a TikTok URL: its host is example.org.',
  ],
  [
    'https://www.tiktok.com/about',
    ...(['hashtag', 'unknown_url'] as const),
    '"https://www.tiktok.com/about" is a TikTok URL of an unknown kind. Give a hashtag or its URL.',
  ],
  [
    'not a name!',
    ...(['profile', 'not_readable'] as const),
    '"not a name!" cannot be read as a profile URL, a username, or the id of an account.',
  ],
  ['amber', 'video', 'not_readable', '"amber" cannot be read as a video URL or the id of a video.'],
  ['#a#b', 'hashtag', 'not_readable', '"#a#b" cannot be read as a hashtag or its URL.'],
  ['ftp://x/y', 'search', 'not_readable', '"ftp://x/y" cannot be read as words to search for, or a search URL.'],
])('[target-1] %s as %s is refused: %s', (text, wanted, reason, message) => {
  expect(parseTarget(text, wanted)).toEqual({ kind: 'refused', reason, message });
});

test('a long text is shortened in messages', () => {
  const reading = parseTarget('x!'.repeat(500), 'profile');
  expect(reading.kind === 'refused' && reading.message.length).toBeLessThan(200);
});

test('[target-2] the landing page of a short link is checked', () => {
  expect(checkLanding(`https://www.tiktok.com/@amber/video/${id}?_t=1&_r=1`, 'video')).toMatchObject({
    kind: 'target',
  });
  expect(checkLanding('https://www.tiktok.com/@amber?_r=1', 'video')).toMatchObject({ reason: 'wrong_kind' });
  expect(checkLanding('https://www.tiktok.com/?_r=1', 'video')).toMatchObject({ reason: 'unknown_url' });
  expect(checkLanding('https://www.tiktok.com/t/ZTabcdef1', 'video')).toMatchObject({ kind: 'refused' });
});

test('the URLs of a stand-in are targets if the caller names it', () => {
  const siteUrl = 'http://127.0.0.1:8020';
  expect(parseTarget(`${siteUrl}/@amber`, 'profile', { siteUrl })).toMatchObject({ address: { name: 'amber' } });
  expect(parseTarget(`${siteUrl}/@amber`, 'profile')).toMatchObject({ reason: 'foreign_url' });
});
