import { expect, test } from 'vitest';
import { searchesOf } from '../src/browser/list-jobs.ts';
import { type InputAliases, inOwnFields, inRegion, searchOf, targetsOf } from '../src/index.ts';
import { countryOf } from '../src/input/proxies.ts';

const declared: InputAliases = {
  needed: ['profiles'],
  aliases: {
    usernames: { adds: 'profiles' },
    url: { adds: 'profiles' },
    limit: { for: 'resultsPerPage' },
    sortType: { for: 'sorting', values: { 0: null, 1: 'LIKES', DEFAULT: null, MOST_LIKED: 'LIKES', 2: 'LATEST' } },
    proxyCountryCode: { for: 'region', unset: ['None'] },
    order: { for: 'sorting', by: 'kind', values: { A: { 1: 'LIKES' }, '*': { 0: null } } },
    isUnlimited: { lifts: 'resultsPerPage' },
  },
  refused: {
    shouldDownloadAvatars: { reason: 'Avatars are not downloaded.', unless: [false] },
    sections: { reason: 'Only videos are read.', unless: [['videos']] },
  },
};
const read = (input: object) => inOwnFields(input, declared);

test.each([
  ['own fields', { profiles: ['a'], maxItems: 3 }, { profiles: ['a'], maxItems: 3 }],
  ['a list', { usernames: ['a', 'b'] }, { profiles: ['a', 'b'] }],
  ['lists are added up', { usernames: ['b'], url: 'c', profiles: ['a'] }, { profiles: ['a', 'b', 'c'] }],
  ['objects with a URL, numbers', { usernames: [{ url: 'u' }, 12345] }, { profiles: ['u', '12345'] }],
  ['a value', { url: 'a', limit: 5 }, { profiles: ['a'], resultsPerPage: 5 }],
  ['two that say the same', { url: 'a', limit: 5, resultsPerPage: 5 }, { profiles: ['a'], resultsPerPage: 5 }],
  ['an option as a number', { url: 'a', sortType: 1 }, { profiles: ['a'], sorting: 'LIKES' }],
  ['an option as a number in a text', { url: 'a', sortType: '2' }, { profiles: ['a'], sorting: 'LATEST' }],
  ['an option in any case', { url: 'a', sortType: ' most_liked' }, { profiles: ['a'], sorting: 'LIKES' }],
  ['an option that says nothing', { url: 'a', sortType: 0 }, { profiles: ['a'] }],
  ['a value that says nothing', { url: 'a', proxyCountryCode: 'None' }, { profiles: ['a'] }],
  ['any other value', { url: 'a', proxyCountryCode: 'DE' }, { profiles: ['a'], region: 'DE' }],
  ['by another field', { url: 'a', kind: 'A', order: 1 }, { profiles: ['a'], kind: 'A', sorting: 'LIKES' }],
  ['by none', { url: 'a', kind: 'B', order: '0' }, { profiles: ['a'], kind: 'B' }],
  ['no limit', { url: 'a', limit: 5, isUnlimited: true }, { profiles: ['a'], resultsPerPage: 2 ** 53 - 1 }],
  ['a limit', { url: 'a', limit: 5, isUnlimited: false }, { profiles: ['a'], resultsPerPage: 5 }],
  ['empty fields', { url: '', usernames: [], profiles: ['a'], limit: null, sortType: '' }, { profiles: ['a'] }],
  ['an own field that is empty', { url: 'a', section: '', tags: [] }, { profiles: ['a'], section: '', tags: [] }],
  ['a list that is empty beside another name', { url: 'a', profiles: [] }, { profiles: ['a'] }],
  ['nothing to refuse', { url: 'a', shouldDownloadAvatars: false, sections: ['videos'] }, { profiles: ['a'] }],
  ['an unknown field stays', { url: 'a', other: 1 }, { profiles: ['a'], other: 1 }],
])('[input-1], [input-2] %s', (_what, input, own) => {
  expect(read(input)).toEqual(own);
});

test.each([
  [{ url: 'a', limit: 5, resultsPerPage: 6 }, /^resultsPerPage and limit contradict each other: 6 and 5\. Give one/],
  [{ url: 'a', sortType: 1, sorting: 'LATEST' }, /^sorting and sortType contradict each other: "LATEST" and "LIKES"/],
  [{ url: 'a', sortType: 7 }, /^sortType: 7 is unknown\. Give one of 0, 1, 2, DEFAULT, MOST_LIKED\.$/],
  [{ url: 'a', kind: 'B', order: 1 }, /^order: 1 is unknown\. Give one of 0\.$/],
  [{ url: 'a', shouldDownloadAvatars: true }, /^shouldDownloadAvatars: true cannot be honoured\. Avatars are not/],
  [{ url: 'a', sections: ['videos', 'reposts'] }, /^sections: \["videos","reposts"\] cannot be honoured\. Only/],
  [{ usernames: [2 ** 63] }, /^usernames has an entry that cannot be read, 9223.*write it in quotes/],
  [{ usernames: [['a']] }, /^usernames has an entry that cannot be read, \["a"\]\. Give texts/],
  [{}, /^The input names nothing to read\. Give profiles \(also named usernames, url\)\.$/],
  [{ usernames: [], maxItems: 3 }, /^The input names nothing to read/],
])('[input-1], [input-2] %j is refused', (input, message) => {
  expect(() => read(input)).toThrow(message);
});

test('a search for videos is ordered and filtered, one for accounts is not', () => {
  const search = { searchSection: '/video', videoSearchSorting: 'LATEST', videoSearchDateFilter: 'PAST_WEEK' };
  expect(searchOf(search, 'general')).toEqual({ section: 'video', filter: { sort: 'latest', withinDays: 7 } });
  const neutral = { videoSearchSorting: 'MOST_RELEVANT', videoSearchDateFilter: 'ALL_TIME' };
  expect(searchOf(neutral, 'general')).toEqual({ section: 'general', filter: undefined });
  expect(searchOf({ ...neutral, searchSection: '/user' }, 'general')).toEqual({ section: 'user', filter: undefined });
  expect(() => searchOf({ ...search, searchSection: '/user' }, 'general')).toThrow(/contradict each other/);
});

test('a country is that of Apify’s proxies; other proxies have their own', () => {
  expect(countryOf({ useApifyProxy: true }, 'DE')).toEqual({ apifyProxyCountry: 'DE' });
  expect(countryOf({ useApifyProxy: true, apifyProxyCountry: 'de' }, 'DE')).toEqual({ apifyProxyCountry: 'DE' });
  expect(countryOf({ useApifyProxy: true, apifyProxyCountry: 'FR' }, undefined)).toEqual({});
  expect(countryOf({ useApifyProxy: false, proxyUrls: ['http://a.example'] }, 'DE')).toEqual({});
  expect(() => countryOf({ useApifyProxy: true, apifyProxyCountry: 'FR' }, 'DE')).toThrow(/contradict each other/);
});

test('the URL of a search for accounts is refused if videos are to be ordered', () => {
  const inputs = ['tea', 'https://www.tiktok.com/search/user?q=tea'];
  const filter = { sort: 'latest', withinDays: null } as const;
  const [words, accounts] = searchesOf(targetsOf(inputs, 'search'), { section: 'video', filter });
  expect(words).toMatchObject({ source: { kind: 'search', section: 'video', filter } });
  expect(accounts).toMatchObject({ input: inputs[1], refusal: expect.stringContaining('a search for accounts') });
  expect(searchesOf(targetsOf(inputs, 'search'), { section: 'video' }).every((job) => 'key' in job)).toBe(true);
});

test('words are searched in the shop of the country, URLs in their own', () => {
  const inputs = ['tea', 'https://shop.tiktok.com/us/s?q=tea'];
  const regions = inRegion(targetsOf(inputs, 'shop_search'), 'DE').map(
    (target) => 'address' in target && target.address,
  );
  expect(regions).toMatchObject([{ region: 'de' }, { region: 'us' }]);
});
