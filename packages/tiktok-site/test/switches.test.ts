/** What the site does only if an option says so. */
import {
  type List,
  type Product,
  parseSoundRanks,
  readerOf,
  regionOfPage,
  requestOf,
  requestUrlOf,
  type Video,
} from '@wherry/tiktok';
import { expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';

async function ask(site: TikTokSite, list: List, cursor: string, visitor: string) {
  const { method, body, ...request } = requestOf(list, { cursor, token: null });
  const url = requestUrlOf({ method, body, ...request }, site.url);
  const response = await fetch(url, { method, body, headers: { cookie: `tt_chain_token=${visitor}` } });
  return { url, statusCode: response.status, body: await response.text() };
}

/** A user whose followers fill more than a page. */
const followed = ({ truth }: TikTokSite): number =>
  Array.from({ length: 50 }, (_, number) => number).find((number) => truth.followersOf(number).length > 60)!;

test.each([
  ['posts', (site: TikTokSite): List => ({ kind: 'posts', secUid: site.truth.user(2).secUid, sort: 'popular' })],
  ['a search', (): List => ({ kind: 'search', section: 'video', keyword: 'tea' })],
  ['followers', (site: TikTokSite): List => ({ kind: 'followers', secUid: site.truth.user(followed(site)).secUid })],
])('bound positions in %s are valid only for the visitor who received them', async (_name, listOf) => {
  await using site = await startTikTokSite({ seed: 7, unavailableRate: 0, cursorsAreBound: true });
  const list = listOf(site);
  const read = async (cursor: string, visitor: string) =>
    readerOf(list).parse(await ask(site, list, cursor, visitor), { cursor, token: null });
  const first = await read('0', 'one');
  if (first.kind !== 'found') throw new Error(first.message);
  const { cursor } = first.value.next!;
  expect(await read(cursor, 'another')).toMatchObject({ kind: 'blocked' });
  expect(await read(cursor, 'one')).toMatchObject({ kind: 'found' });
  await read('0', 'another');
  expect(await read(cursor, 'another')).toMatchObject({ kind: 'found' });
});

test('the ranking of sounds can be switched off', async () => {
  const list: List = { kind: 'sound_ranks', periodDays: 7, countryCode: 'US' };
  await using site = await startTikTokSite({ soundRanksAreOff: true });
  expect(parseSoundRanks(await ask(site, list, '1', 'one'))).toMatchObject({ kind: 'changed', path: 'data' });
});

/** The first page of a list. */
async function firstOf<T>(site: TikTokSite, list: List): Promise<readonly T[]> {
  const outcome = readerOf(list).parse(await ask(site, list, '0', 'one'), { cursor: '0', token: null });
  if (outcome.kind !== 'found') throw new Error(outcome.message);
  return outcome.value.items as never;
}

test.each([
  [
    { sort: 'most_liked', withinDays: null },
    { sort: 'most_liked', withinDays: 0 },
  ],
  [
    { sort: 'latest', withinDays: null },
    { sort: 'latest', withinDays: 0 },
  ],
  [
    { sort: 'relevant', withinDays: 30 },
    { sort: 'relevant', withinDays: 30 },
  ],
  [
    { sort: 'most_liked', withinDays: 180 },
    { sort: 'most_liked', withinDays: 180 },
  ],
] as const)('a search for videos is narrowed: %j', async (filter, narrowing) => {
  await using site = await startTikTokSite({ seed: 7, unavailableRate: 0 });
  const all = site.truth.foundVideos('tea', narrowing);
  expect(all).not.toEqual(site.truth.foundVideos('tea'));
  expect(all.length).toBeGreaterThan(3);
  for (const section of ['general', 'video'] as const) {
    const found = await firstOf<Video>(site, { kind: 'search', section, keyword: 'tea', filter });
    expect(found).toEqual(all.slice(0, found.length));
  }
  const likes = all.map(({ diggCount }) => diggCount!);
  const times = all.map(({ createTime }) => createTime!);
  if (filter.sort === 'most_liked') expect(likes).toEqual(likes.toSorted((one, other) => other - one));
  if (filter.sort === 'latest') expect(times).toEqual(times.toSorted((one, other) => other - one));
  const oldest = Date.UTC(2026, 0, 1) / 1000 - 86_400 * (filter.withinDays ?? 10_000);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(oldest);
});

test.each(['best_sellers', 'price_asc', 'price_desc'] as const)('products are found in the order %s', async (sort) => {
  await using site = await startTikTokSite({ seed: 7 });
  const truth = site.truth.foundProducts('mug', { order: sort });
  expect(truth).not.toEqual(site.truth.foundProducts('mug'));
  const found = await firstOf<Product>(site, { kind: 'shop_search', keyword: 'mug', sort });
  expect(found).toEqual(truth.slice(0, 30));
  const keys = truth.map(({ price, soldCount }) => (sort === 'best_sellers' ? -soldCount! : Number(price)));
  const up = keys.toSorted((one, other) => one - other);
  expect(keys).toEqual(sort === 'price_desc' ? up.toReversed() : up);
});

test('a ranking can be of those sounds that may be used in advertising', async () => {
  await using site = await startTikTokSite({ seed: 7 });
  const list: List = { kind: 'sound_ranks', periodDays: 7, countryCode: 'US', forBusiness: true };
  const truth = site.truth.soundRanks('US', 7, true);
  expect(truth.length).toBeGreaterThan(20);
  expect(truth.every(({ isForBusiness }) => isForBusiness === true)).toBe(true);
  expect(await firstOf(site, list)).toEqual(truth.slice(0, 20));
});

test('what is found depends on the country of the visitor, which pages say', async () => {
  await using here = await startTikTokSite({ seed: 7 });
  await using there = await startTikTokSite({ seed: 7, visitorCountry: 'VN' });
  expect(there.truth.foundVideos('tea')).not.toEqual(here.truth.foundVideos('tea'));
  expect(there.truth.feed('recommended', 0)).not.toEqual(here.truth.feed('recommended', 0));
  for (const [site, region] of [
    [here, 'US'],
    [there, 'VN'],
  ] as const) {
    for (const path of ['/search/video?q=tea', '/search/user?q=tea', '/foryou']) {
      const response = await fetch(site.url + path);
      expect(regionOfPage({ url: response.url, statusCode: 200, body: await response.text() })).toBe(region);
    }
    const found = await firstOf(site, { kind: 'search', section: 'video', keyword: 'tea' });
    expect(found).toEqual(site.truth.foundVideos('tea').slice(0, found.length));
  }
  expect(regionOfPage({ url: 'u', statusCode: 200, body: '<html></html>' })).toBeNull();
});
