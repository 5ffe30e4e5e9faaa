import { expect, test } from 'vitest';
import { checkLanding, parseTarget, parseTargets, type TargetKind } from '../src/index.ts';

const id = '7200000000000000001';
const secUid = 'MS4wLjABAAAAamber-synthetic-0001';
const amber = { kind: 'profile', name: 'amber' } as const;
const link = { kind: 'short_link', code: 'ZMabcdef1', host: 'vm.tiktok.com' } as const;

test.each<[string, TargetKind, object]>([
  ['amber.otter_1', 'profile', { kind: 'profile', name: 'amber.otter_1' }],
  [' @amber.otter_1 ', 'profile', { kind: 'profile', name: 'amber.otter_1' }],
  ['https://www.tiktok.com/@amber?lang=en', 'profile', amber],
  ['amber.', 'profile', amber],
  ['@amber...', 'profile', amber],
  ['"amber"', 'profile', amber],
  ['“@amber”,', 'profile', amber],
  ['(@amber)', 'profile', amber],
  ['`amber`', 'profile', amber],
  ['_amber_', 'profile', { kind: 'profile', name: '_amber_' }],
  ['＠amber', 'profile', amber],
  ['@ amber', 'profile', amber],
  ['\u200eamber\u200b', 'profile', amber],
  ['/@amber', 'profile', amber],
  ['@amber/live', 'profile', amber],
  ['- amber', 'profile', amber],
  ['1. amber', 'profile', amber],
  ['<https://www.tiktok.com/@amber>', 'profile', amber],
  ['"https://www.tiktok.com/@amber"', 'profile', amber],
  ["'https://www.tiktok.com/@amber?lang=en'", 'profile', amber],
  ['[amber](https://www.tiktok.com/@amber)', 'profile', amber],
  ['(https://www.tiktok.com/@amber).', 'profile', amber],
  ['**https://www.tiktok.com/@amber**', 'profile', amber],
  ['<a href="https://www.tiktok.com/@amber" target="_blank">Amber</a>', 'profile', amber],
  ['{"url":"https:\\/\\/www.tiktok.com\\/@amber"}', 'profile', amber],
  ['https%3A%2F%2Fwww.tiktok.com%2F%40amber%3Flang%3Den', 'profile', amber],
  ['https://https://www.tiktok.com/@amber', 'profile', amber],
  ['view-source:https://www.tiktok.com/@amber', 'profile', amber],
  ['//www.tiktok.com/@amber', 'profile', amber],
  ['Profile:https://www.tiktok.com/@amber', 'profile', amber],
  ['Amber on TikTok: tiktok.com/@amber, have a look', 'profile', amber],
  ['I follow @amber who makes cups.', 'profile', amber],
  ['https://www.tiktok.com/@amber.', 'profile', amber],
  ['https://www.tiktok.com/@amber…', 'profile', amber],
  ['见 https://www.tiktok.com/@amber。', 'profile', amber],
  [`Hey! Amber's video! #cup > https://vm.tiktok.com/ZMabcdef1/`, 'video', link],
  ['https://vm.tiktok.com/ZMabcdef1/ shared via TikTok Lite: https://www.tiktok.com/tiktoklite', 'video', link],
  [`id ${id}`, 'video', { kind: 'video', videoId: id, name: null }],
  [`${id}.`, 'video', { kind: 'video', videoId: id, name: null }],
  [`https://www.tiktok.com/@amber/video/${id}.`, 'video', { kind: 'video', videoId: id, name: 'amber' }],
  [`@amber/video/${id}`, 'video', { kind: 'video', videoId: id, name: 'amber' }],
  [
    `<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@amber/video/${id}" data-video-id="${id}">
<section><a title="@amber" href="https://www.tiktok.com/@amber?refer=embed">@amber</a> A cup
<a title="cup" href="https://www.tiktok.com/tag/cup?refer=embed">#cup</a></section></blockquote>`,
    ...(['video', { kind: 'video', videoId: id, name: 'amber' }] as const),
  ],
  [
    'https://www.tiktok.com/foryou?lang=en&amp;item_id=7200000000000000001',
    'video',
    { kind: 'video', videoId: id, name: null },
  ],
  ['# fyp', 'hashtag', { kind: 'hashtag', name: 'fyp' }],
  ['＃fyp', 'hashtag', { kind: 'hashtag', name: 'fyp' }],
  ['fyp.', 'hashtag', { kind: 'hashtag', name: 'fyp' }],
  ['#fyp!', 'hashtag', { kind: 'hashtag', name: 'fyp' }],
  ['#🇩🇪', 'hashtag', { kind: 'hashtag', name: '🇩🇪' }],
  [
    'cup🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    'hashtag',
    { kind: 'hashtag', name: 'cup🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}' },
  ],
  ['#1️⃣❤️👨‍👩‍👧‍👦', 'hashtag', { kind: 'hashtag', name: '1️⃣❤️👨‍👩‍👧‍👦' }],
  ['#می\u200cخواهم', 'hashtag', { kind: 'hashtag', name: 'می\u200cخواهم' }],
  ['#cafe\u0301', 'hashtag', { kind: 'hashtag', name: 'caf\u00e9' }],
  ['2024', 'hashtag', { kind: 'hashtag', name: '2024' }],
  ['amber', 'hashtag', { kind: 'hashtag', name: 'amber' }],
  ['107955', 'sound', { kind: 'sound', soundId: '107955', slug: null }],
  [
    'original-sound-7000000000000000001',
    'sound',
    { kind: 'sound', soundId: '7000000000000000001', slug: 'original-sound' },
  ],
  ['7000000000000000001.', 'sound', { kind: 'sound', soundId: '7000000000000000001', slug: null }],
  ['tea, cup (blue)', 'search', { kind: 'search', section: 'general', keyword: 'tea, cup (blue)' }],
  ['"tea cup"', 'search', { kind: 'search', section: 'general', keyword: '"tea cup"' }],
  ['#tea @amber', 'search', { kind: 'search', section: 'general', keyword: '#tea @amber' }],
  [
    'see https://www.tiktok.com/search?q=tea%20(cup)',
    'search',
    { kind: 'search', section: 'general', keyword: 'tea (cup)' },
  ],
  [
    'https://shop.tiktok.com/us/c/cups/601234',
    'shop_search',
    { kind: 'shop_category', categoryId: '601234', slug: 'cups', region: 'us' },
  ],
  [
    'https://shop.tiktok.com/us/pdp/a-cup/1729000000000000001',
    'product',
    { kind: 'product', productId: '1729000000000000001', region: 'us' },
  ],
  ['6800000000000000001', 'profile', { kind: 'profile_of_digits', digits: '6800000000000000001' }],
  ['107955', 'profile', { kind: 'profile_of_digits', digits: '107955' }],
  ['@6800000000000000001', 'profile', { kind: 'profile_of_digits', digits: '6800000000000000001' }],
  ['2024', 'profile', { kind: 'profile', name: '2024' }],
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
  ['1729000000000000001', 'product', { kind: 'product', productId: '1729000000000000001', region: null }],
  ['tea cup', 'shop_search', { kind: 'shop_search', keyword: 'tea cup', region: null }],
  ['7495000000000000001', 'shop', { kind: 'shop', sellerId: '7495000000000000001', slug: null, region: null }],
  ['https://vm.tiktok.com/ZMabcdef1/', 'profile', link],
  ['https://vm.tiktok.com/ZMabcdef1/', 'video', link],
])('%s as %s', (text, wanted, address) => {
  expect(parseTarget(text, wanted)).toEqual({ kind: 'target', address });
});

test.each<[string, TargetKind, string, string]>([
  ['', 'profile', 'empty', 'The target is empty. Give a profile URL, a username, or the id of an account.'],
  ['  ', 'video', 'empty', 'The target is empty. Give a video URL or the id of a video.'],
  [
    `https://www.tiktok.com/@amber/video/${id}`,
    ...(['profile', 'wrong_kind'] as const),
    `"https://www.tiktok.com/@amber/video/${id}" is a video URL where a profile URL was expected. Give a profile URL, a username, or the id of an account.`,
  ],
  [
    'https://www.tiktok.com/@amber',
    ...(['video', 'wrong_kind'] as const),
    '"https://www.tiktok.com/@amber" is a profile URL where a video URL was expected. Give a video URL or the id of a video.',
  ],
  [
    'https://www.tiktok.com/tag/cup',
    ...(['sound', 'wrong_kind'] as const),
    '"https://www.tiktok.com/tag/cup" is a hashtag URL where a sound URL was expected. Give a sound URL or the id of a sound.',
  ],
  [
    'https://example.org/@amber',
    ...(['profile', 'foreign_url'] as const),
    '"https://example.org/@amber" is not a TikTok URL: its host is example.org. Give a profile URL, a username, or the id of an account.',
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
  ['#a-b', 'hashtag', 'not_readable', '"#a-b" cannot be read as a hashtag or its URL.'],
  ['#a#b', 'hashtag', 'several', '"#a#b" names 2 targets where one was expected.'],
  ['two words', 'hashtag', 'not_readable', '"two words" cannot be read as a hashtag or its URL.'],
  [
    '@amber',
    ...(['hashtag', 'wrong_kind'] as const),
    '"@amber" is a username where a hashtag URL was expected. Give a hashtag or its URL.',
  ],
  [
    '#cup',
    ...(['profile', 'wrong_kind'] as const),
    '"#cup" is a hashtag where a profile URL was expected. Give a profile URL, a username, or the id of an account.',
  ],
  ['...', 'profile', 'not_readable', '"..." cannot be read as a profile URL, a username, or the id of an account.'],
  [
    'Look: https://www.tiktok.com/tag/cup!',
    ...(['video', 'wrong_kind'] as const),
    '"https://www.tiktok.com/tag/cup" is a hashtag URL where a video URL was expected. Give a video URL or the id of a video.',
  ],
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

const names = (...each: string[]) => each.map((name) => ({ kind: 'profile', name }));
const tags = (...each: string[]) => each.map((name) => ({ kind: 'hashtag', name }));

test.each<[string, TargetKind, object[]]>([
  ['#a #b', 'hashtag', tags('a', 'b')],
  ['#a#b', 'hashtag', tags('a', 'b')],
  ['# a # b', 'hashtag', tags('a', 'b')],
  ['a, b,c', 'hashtag', tags('a', 'b', 'c')],
  ['a\n#b\r\n\nhttps://www.tiktok.com/tag/c', 'hashtag', tags('a', 'b', 'c')],
  ['My cups: #a and #b.', 'hashtag', tags('a', 'b')],
  ['amber, @otter; birch\tlark', 'profile', names('amber', 'otter', 'birch', 'lark')],
  ['@amber @otter', 'profile', names('amber', 'otter')],
  ['- amber\n- @otter\n3) birch', 'profile', names('amber', 'otter', 'birch')],
  ['tiktok.com/@amber, https://www.tiktok.com/@otter?a=1,2\nbirch', 'profile', names('amber', 'otter', 'birch')],
  ['https://www.tiktok.com/@amber,https://www.tiktok.com/@otter', 'profile', names('amber', 'otter')],
  ['https://www.tiktok.com/@amber,otter', 'profile', names('amber', 'otter')],
  ['https://www.tiktok.com/@amberhttps://www.tiktok.com/@otter', 'profile', names('amber', 'otter')],
  ['"https://www.tiktok.com/@amber","https://www.tiktok.com/@otter"', 'profile', names('amber', 'otter')],
  ['["amber", "otter"]', 'profile', names('amber', 'otter')],
  ['First https://www.tiktok.com/@amber, then https://www.tiktok.com/@otter!', 'profile', names('amber', 'otter')],
  ['日本、東京，茶', 'hashtag', tags('日本', '東京', '茶')],
  [
    'tea cup\ngreen tea, hot',
    'search',
    [
      { kind: 'search', section: 'general', keyword: 'tea cup' },
      { kind: 'search', section: 'general', keyword: 'green tea, hot' },
    ],
  ],
])('[target-3] %j as %s names several targets', (text, wanted, addresses) => {
  const { targets } = parseTargets(text, wanted);
  expect(targets.map(({ reading }) => reading)).toEqual(addresses.map((address) => ({ kind: 'target', address })));
});

test('[target-3] in a list each text that cannot be read is refused by itself', () => {
  const { targets, unread } = parseTargets('amber, not a name!, #cup\nhttps://example.org/@x, birch', 'profile');
  expect(targets).toMatchObject([
    { text: 'amber', reading: { kind: 'target' } },
    { text: 'not a name', reading: { reason: 'not_readable' } },
    { text: '#cup', reading: { reason: 'wrong_kind' } },
    { text: 'https://example.org/@x', reading: { reason: 'foreign_url' } },
    { text: 'birch', reading: { kind: 'target' } },
  ]);
  expect(unread).toEqual([]);
});

test('[target-4] of a sentence with a URL only the URL is a target, and the other words are told', () => {
  const reading = parseTargets('Hi, see @otter in https://www.tiktok.com/@amber, thanks', 'profile');
  expect(reading).toEqual({
    targets: [{ text: 'https://www.tiktok.com/@amber', reading: { kind: 'target', address: amber } }],
    unread: ['Hi', 'see', '@otter', 'in', 'thanks'],
  });
  const tag = parseTargets('#cup #tea from https://www.tiktok.com/@amber', 'hashtag');
  expect(tag.targets.map(({ text }) => text)).toEqual(['#cup', '#tea']);
});
