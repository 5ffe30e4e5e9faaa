/** The inputs of the Actors that people switch from run unchanged, and what cannot be done as they say fails with the reason. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TikTokSite } from '../packages/tiktok-site/src/index.ts';
import { chromiumPath } from './support/browser.ts';
import { until } from './support/until.ts';
import { type ActorFixture, startActorFixture } from './tiktok/actor-runs.ts';
import { expectResults } from './tiktok/comparison.ts';
import { seedRuns } from './tiktok/seed-inputs.ts';

const runs = seedRuns.filter(({ isBrowser }) => !isBrowser || chromiumPath !== undefined);

test('the runs are of all thirteen Actors', () => {
  expect(new Set(seedRuns.map(({ actor }) => actor)).size).toBe(13);
});

test.each(runs)('$actor reads the input of another Actor', async ({ actor, site, input, items }) => {
  await using fixture = await startActorFixture(actor, site);
  const run = await fixture.run(input(fixture.site));
  await fixture.succeeded(run);
  expectResults(await fixture.itemsOf(run), { items: items(fixture.site), failed: [] });
  expect(await fixture.logOf(run.id)).not.toContain('have no effect');
});

describe('what cannot be done fails the run before any request', () => {
  let fixture: ActorFixture;
  beforeAll(async () => {
    fixture = await startActorFixture('tiktok-profile-scraper', { seed: 9, unavailableRate: 0 });
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test.each([
    [{ profiles: ['a.name'], limit: 5, resultsPerPage: 6 }, /^resultsPerPage and limit contradict each other: 6 and 5/],
    [{ usernames: ['a.name'], commentsPerPost: 10 }, /^commentsPerPost: 10 cannot be honoured\. Comments are read by/],
    [{ usernames: ['a.name'], profileScrapeSections: ['reposts'] }, /^profileScrapeSections: .* cannot be honoured/],
    [{ usernames: ['a.name'], proxyCountryCode: 'US' }, /^proxyCountryCode: "US" cannot be honoured\. The country is/],
    [{}, /^The input names nothing to read\. Give profiles \(also named usernames, userIds, urls/],
    [{ usernames: [], urls: [] }, /^The input names nothing to read/],
  ])('%j', async (input, message) => {
    const before = fixture.site.visits.total;
    const run = await fixture.run(input);
    const { status, statusMessage } = await fixture.client.run(run.id).waitForFinish();
    expect([status, statusMessage]).toEqual(['FAILED', expect.stringMatching(message)]);
    expect(fixture.site.visits.total).toBe(before);
    expect(await fixture.itemsOf(run)).toEqual([]);
  });
});

test('comments that would be read of some posts only fail the run before any request', async () => {
  await using fixture = await startActorFixture('tiktok-scraper', { seed: 9 });
  for (const wanted of [{ hashtags: ['cups'] }, { postURLs: ['7106594312292453675'], profiles: ['a.name'] }]) {
    const run = await fixture.run({ ...wanted, commentsPerPost: 3 });
    const { status, statusMessage } = await fixture.client.run(run.id).waitForFinish();
    const message = /^commentsPerPost: 3 cannot be honoured\. Comments are read of posts by URL: give postURLs only/;
    expect([status, statusMessage]).toEqual(['FAILED', expect.stringMatching(message)]);
  }
  expect(fixture.site.visits.total).toBe(0);
});

/** A new page has to be ordered and filtered again before the list continues. */
const narrowed = [
  [
    'tiktok-search',
    { keyword: 'tea', videoSearchSorting: 'LATEST', videoSearchDateFilter: 'LAST_6_MONTHS' },
    ({ truth }: TikTokSite) => truth.foundVideos('tea', { sort: 'latest', withinDays: 180 }),
  ],
  [
    'tiktok-shop',
    { keyword: 'tea', sortType: 'BEST_SELLERS', limit: 95, region: 'de' },
    ({ truth }: TikTokSite) => truth.foundProducts('tea', { country: 'DE', order: 'best_sellers' }).slice(0, 95),
  ],
] as const;

test.skipIf(chromiumPath === undefined).each(narrowed)(
  '%s: an ordered list continues after a lost server, each result once',
  async (actor, input, found) => {
    await using fixture = await startActorFixture(actor, { seed: 12, unavailableRate: 0, latencyMs: 300 });
    const ids = found(fixture.site).map((item) => ('id' in item ? item.id : item.productId));
    const run = await fixture.run(input);
    await until('the run has given 24 results', async () => (await fixture.itemCountOf(run)) >= 24, { secs: 300 });
    await fixture.migrate(run.id, 'lost');
    await fixture.succeeded(run);
    const items = await fixture.itemsOf(run);
    expect(items.map(({ id, productId }) => id ?? productId)).toEqual(ids);
    expect(await fixture.attempts(run.id)).toHaveLength(2);
  },
);

test.skipIf(chromiumPath === undefined)(
  'a page for another country is reported, and nothing of it is given',
  async () => {
    await using fixture = await startActorFixture('tiktok-search', { seed: 12, visitorCountry: 'DE' });
    const run = await fixture.run({ keyword: 'tea', limit: 5, region: 'VN' });
    await fixture.succeeded(run);
    expectResults(await fixture.itemsOf(run), { items: [], failed: [{ input: 'tea', errorCode: 'geo_blocked' }] });
    const [failed] = await fixture.itemsOf(run);
    expect(failed).toMatchObject({ error: expect.stringContaining('use proxies of that country') });
  },
);
