/** What runs of the Actors of lists keep to: where they go on, how far they read, and what the site refuses. */
import { derivedTrend } from '@wherry/tiktok';
import { describe, expect, test } from 'vitest';
import type { TikTokSite, TikTokSiteOptions } from '../packages/tiktok-site/src/index.ts';
import { chromiumPath } from './support/browser.ts';
import { until } from './support/until.ts';
import { type ActorFixture, startActorFixture } from './tiktok/actor-runs.ts';
import { expectResults } from './tiktok/comparison.ts';

const start = (actor: string, site: TikTokSiteOptions = {}) =>
  startActorFixture(actor, { seed: 7, unavailableRate: 0, ...site });

/** One with so many posts. */
const userWith = ({ truth }: TikTokSite, posts: number) =>
  truth.user(Array.from({ length: 400 }, (_, each) => each).find((each) => truth.videosOf(each).length === posts)!);

const postsOf = ({ truth }: TikTokSite, number: number, sort?: 'latest' | 'popular' | 'oldest') =>
  truth
    .videosOf(number, sort)
    .map((video) => ({ type: 'video', input: truth.user(number).name, ...video, fromProfileSection: 'videos' }));

/** How often each page of a list was asked for, in the order of the first time. */
const pagesAsked = ({ site }: ActorFixture, path = '/api/post/item_list'): number[] =>
  [...site.visits.entries()].filter(([request]) => request.startsWith(path)).map(([, count]) => count);

/** Each page once, but those that were in hand when the run was moved. */
function expectAskedOnce([first, second, ...others]: readonly number[], mostInHand: number): void {
  expect([first, second]).toEqual([1, 1]);
  expect(others.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(others.length + mostInHand);
}

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  test.each([
    ['warm', 0],
    ['lost', 1],
  ])(
    '[list-crawl-1], [list-crawl-3], [list-route-1], [visit-2] moved %s within a list, it continues after the last page',
    async (mode, mostInHand) => {
      let isMoving = false;
      await using fixture = await start('tiktok-user', { latencyMs: () => (isMoving ? 2_000 : 100) });
      const user = userWith(fixture.site, 204);
      const run = await fixture.run({ profiles: [user.name] });
      await until('the run has given 70 results', async () => (await fixture.itemCountOf(run)) >= 70, { secs: 300 });
      isMoving = true;
      await fixture.migrate(run.id, mode);
      isMoving = false;
      const { chargedEventCounts } = await fixture.succeeded(run);
      expectResults(await fixture.itemsOf(run), { items: postsOf(fixture.site, user.number), failed: [] });
      expect(chargedEventCounts).toMatchObject({ post: 204 });
      expectAskedOnce(pagesAsked(fixture), mostInHand);
    },
  );

  test('an account whose page comes without its data has its profile and its posts', async () => {
    await using fixture = await start('tiktok-profile-scraper', { shellRate: 0.3 });
    const { truth } = fixture.site;
    const number = Array.from({ length: 400 }, (_, each) => each).find(
      (each) => truth.isShell(each) && truth.videosOf(each).length === 40,
    )!;
    const { name } = truth.user(number);
    const run = await fixture.run({ profiles: [name], resultsPerPage: 100 });
    await fixture.succeeded(run);
    const { source, ...authorMeta } = truth.profile(number, 'detail');
    const profile = { type: 'profile', input: name, source, authorMeta };
    expect(source).toBe('detail');
    expectResults(await fixture.itemsOf(run), { items: [profile, ...postsOf(fixture.site, number)], failed: [] });
  });

  /** Pages of reviews are numbered by the page's script; products go on by what the last answer says. */
  test.each(['reviews', 'store'])(
    'a server lost within the shop’s %s costs at most the page in flight',
    async (list) => {
      await using fixture = await start('tiktok-shop', { latencyMs: 300 });
      const { truth } = fixture.site;
      const shop = truth.shop(6);
      const number = Array.from({ length: 400 }, (_, each) => each).find(
        (each) => truth.isSoldHere(each) && truth.product(each).reviewCount === 210,
      )!;
      const id = truth.productId(number);
      const [input, path, items] =
        list === 'reviews'
          ? ([
              { products: [id], maxReviewsPerProduct: 1000 },
              // `pdp_h5` or `pdp_desktop`
              '/api/shop/pdp_',
              [
                { type: 'product', input: id, ...truth.product(number) },
                ...truth.reviewsOf(id).map((review) => ({ type: 'review', input: id, ...review })),
              ],
            ] as const)
          : ([
              { shops: [shop.url!], maxProductsPerShop: 1000 },
              '/api/shop/brandy_desktop/store/product_list',
              [
                { type: 'shop', input: shop.url, ...shop },
                ...truth.shopProducts(6).map((product) => ({ type: 'product', input: shop.url, ...product })),
              ],
            ] as const);
      const run = await fixture.run(input);
      await until('the run has given 85 results', async () => (await fixture.itemCountOf(run)) >= 85, { secs: 300 });
      await fixture.migrate(run.id, 'lost');
      await fixture.succeeded(run);
      expectResults(await fixture.itemsOf(run), { items, failed: [] });
      expectAskedOnce(pagesAsked(fixture, path), 1);
    },
  );

  test('the videos beside posts are given once, with their post, through a lost server', async () => {
    await using fixture = await start('tiktok-scraper', { latencyMs: 300 });
    const { truth } = fixture.site;
    const posts = truth.videosOf(userWith(fixture.site, 90).number, 'latest', 4);
    const items = posts.flatMap(({ id, webVideoUrl: input }) =>
      [truth.video(id), ...truth.relatedVideos(id).slice(0, 12)].map((video) => {
        return { type: 'video', input, ...video, fromProfileSection: null };
      }),
    );
    const input = { scrapeRelatedVideos: true, resultsPerPage: 12, maxConcurrency: 1 };
    const run = await fixture.run({ ...input, postURLs: posts.map(({ webVideoUrl }) => webVideoUrl) });
    await until('the run has given 14 results', async () => (await fixture.itemCountOf(run)) >= 14, { secs: 300 });
    await fixture.migrate(run.id, 'lost');
    const { chargedEventCounts } = await fixture.succeeded(run);
    expectResults(await fixture.itemsOf(run), { items, failed: [] });
    expect(chargedEventCounts).toMatchObject({ result: items.length });
    expect(await fixture.attempts(run.id)).toHaveLength(2);
  });

  test('[list-store-3], [visit-5] if positions are valid only for the visitor who received them, the list is read again, and known items are skipped', async () => {
    await using fixture = await start('tiktok-user', { latencyMs: 300, cursorsAreBound: true });
    const user = userWith(fixture.site, 204);
    const run = await fixture.run({ profiles: [user.name] });
    await until('the run has given 71 results', async () => (await fixture.itemCountOf(run)) >= 71, { secs: 300 });
    await fixture.migrate(run.id, 'lost');
    const { chargedEventCounts } = await fixture.succeeded(run);
    expectResults(await fixture.itemsOf(run), { items: postsOf(fixture.site, user.number), failed: [] });
    expect(chargedEventCounts).toMatchObject({ post: 204 });
    expect(pagesAsked(fixture).slice(0, 2)).toEqual([2, 2]);
  });

  test('a budget, a limit and an order are respected', async () => {
    await using fixture = await start('tiktok-user');
    const { name, number } = userWith(fixture.site, 90);
    const posts = (sort: 'popular' | 'oldest') => postsOf(fixture.site, number, sort);
    const limited = await fixture.run({ profiles: [name], profileSorting: 'popular', resultsPerPage: 40 });
    await fixture.succeeded(limited);
    expect(await fixture.itemsOf(limited)).toEqual(JSON.parse(JSON.stringify(posts('popular').slice(0, 40))));
    const budget = { maxTotalChargeUsd: 0.1 };
    const paid = await fixture.run({ profiles: [name], profileSorting: 'oldest' }, budget);
    const { chargedEventCounts } = await fixture.succeeded(paid);
    expect(await fixture.itemsOf(paid)).toEqual(JSON.parse(JSON.stringify(posts('oldest').slice(0, 50))));
    expect(chargedEventCounts).toMatchObject({ post: 50 });
  });

  test('posts between dates are read no further than the dates', async () => {
    await using fixture = await start('tiktok-user');
    const { name, number } = userWith(fixture.site, 204);
    const posts = postsOf(fixture.site, number);
    const [newest, oldest] = [posts[40]!, posts[80]!];
    const run = await fixture.run({
      profiles: [name],
      excludePinnedPosts: true,
      newestPostDate: newest.createTimeISO,
      oldestPostDateUnified: oldest.createTimeISO,
    });
    await fixture.succeeded(run);
    const between = posts.filter(({ createTime, isPinned }) => {
      return createTime! <= newest.createTime! && createTime! >= oldest.createTime! && !isPinned;
    });
    expectResults(await fixture.itemsOf(run), { items: between, failed: [] });
    expect(pagesAsked(fixture).length).toBeLessThanOrEqual(4);
  });

  test('lists can be narrowed as in other TikTok Actors, and an unknown field is reported', async () => {
    await using fixture = await start('tiktok-scraper');
    const { name, number } = userWith(fixture.site, 204);
    const posts = postsOf(fixture.site, number).filter(({ diggCount, createTime, isPinned }) => {
      return diggCount! >= 5 && diggCount! <= 100_000 && createTime! >= Date.UTC(2024, 0, 1) / 1000 && !isPinned;
    });
    expect(posts.length).toBeGreaterThan(10);
    const found = fixture.site.truth.foundUsers('lamp').slice(0, 12);
    const accounts = found.map((authorMeta) => ({ type: 'profile', input: 'lamp', source: 'search', authorMeta }));
    const run = await fixture.run({
      profiles: [name],
      searchQueries: ['lamp'],
      searchSection: '/user',
      maxProfilesPerQuery: 12,
      leastDiggs: 5,
      mostDiggs: 100_000,
      oldestPostDateUnified: '2024-01-01',
      excludePinnedPosts: true,
      lampColour: 'green',
    });
    await fixture.succeeded(run);
    expectResults(await fixture.itemsOf(run), { items: [...posts, ...accounts], failed: [] });
    expect(await fixture.logOf(run.id)).toContain('unknown and have no effect: lampColour.');
  });

  test('[list-crawl-2] lists that need a login fail', async () => {
    await using fixture = await start('tiktok-followers', { followersNeedLogin: true });
    const { name } = userWith(fixture.site, 90);
    const run = await fixture.run({ profiles: [name] });
    await fixture.succeeded(run);
    expectResults(await fixture.itemsOf(run), { items: [], failed: [{ input: name, errorCode: 'login_required' }] });
  });

  test('[patience-2] behind a popup that cannot be closed the first items are read, and then the list fails', async () => {
    await using fixture = await start('tiktok-user', { loginPopup: 'firm' });
    const { name, number } = userWith(fixture.site, 204);
    const run = await fixture.run({ profiles: [name] });
    await fixture.succeeded(run);
    const found = await fixture.itemsOf(run);
    const ids = new Set(found.map(({ id }) => id));
    const items = postsOf(fixture.site, number).filter(({ id }) => ids.has(id));
    expect(items.length).toBeGreaterThanOrEqual(35);
    expect(pagesAsked(fixture)).toHaveLength(1);
    expectResults(found, { items, failed: [{ input: name, errorCode: 'login_required' }] });
  });

  test('[visit-4] a list that never ends is ended', async () => {
    await using fixture = await start('tiktok-hashtag', { faultRate: 1, faultKinds: ['endless_cursor'] });
    const name = fixture.site.truth.hashtagName(9);
    const run = await fixture.run({ hashtags: [name] });
    await fixture.succeeded(run);
    const videos = fixture.site.truth.hashtagVideos(name);
    const items = videos.map((video) => ({ type: 'video', input: name, ...video, fromProfileSection: null }));
    const hashtag = { type: 'hashtag', input: name, ...fixture.site.truth.hashtag(name) };
    expectResults(await fixture.itemsOf(run), { items: [hashtag, ...items], failed: [] });
  });

  test('[ranking-3] sounds are not counted in the feed of another country than the input names', async () => {
    await using fixture = await start('tiktok-music-trend', { soundRanksAreOff: true, visitorCountry: 'DE' });
    const wanted = { maxFeedVideos: 30, resultsPerPage: 5 };
    const runs = await Promise.all([
      fixture.run({ ...wanted, region: 'jp' }),
      fixture.run({ ...wanted, region: 'DE' }),
      fixture.run(wanted),
    ]);
    const inputs = [];
    for (const run of runs) {
      await fixture.succeeded(run);
      inputs.push((await fixture.itemsOf(run)).map(({ input, errorCode, source }) => [input, errorCode ?? source]));
    }
    expect(inputs).toEqual([
      [['JP, 7 days', 'geo_blocked']],
      Array(5).fill(['DE, 7 days', 'derived']),
      Array(5).fill(['foryou', 'derived']),
    ]);
  });

  test('[ranking-1], [ranking-2] without a ranking of sounds, those of the feed are counted, once, through a lost server', async () => {
    await using fixture = await start('tiktok-music-trend', { soundRanksAreOff: true, latencyMs: 300 });
    const { truth, visits } = fixture.site;
    const run = await fixture.run({ maxFeedVideos: 200, resultsPerPage: 150 });
    await until('recommendations were asked for three times', () =>
      [...visits.entries()].some(([request, count]) => request.includes('/recommend/') && count >= 3),
    );
    await fixture.migrate(run.id, 'lost');
    const { chargedEventCounts } = await fixture.succeeded(run);
    const videos = Array.from({ length: 40 }, (_, page) => truth.feed('recommended', page)).flat();
    const possible = derivedTrend([...new Map(videos.map((video) => [video.id, video])).values()]);
    const items = await fixture.itemsOf(run);
    expect(items).toHaveLength(150);
    expect(new Set(items.map(({ musicId }) => musicId)).size).toBe(150);
    expect(items.map(({ rank }) => rank)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
    const known = new Set(possible.map(({ musicId }) => musicId));
    expect(items.every(({ musicId, source }) => known.has(musicId as string) && source === 'derived')).toBe(true);
    expect(chargedEventCounts).toMatchObject({ sound: 150 });
  });
});
