/** The site's pages in a real Chromium: their script asks for the lists as TikTok's does, and brings what is true. */
import * as tiktok from '@wherry/tiktok';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, goTo } from '../../../test/support/browser.ts';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';
import { click, launch, scroll, type Watched, Watcher } from './scrolling.ts';

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  let browser: Browser;
  let site: TikTokSite;
  let number: number;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launch(), startTikTokSite({ seed: 7, unavailableRate: 0 })]);
    number = [...Array(20).keys()].find((each) => site.truth.videosOf(each).length === 90)!;
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  const videos = (
    kind: string,
    parse: Watched<tiktok.Video>['parse'] = tiktok.parseVideoList,
  ): Watched<tiktok.Video> => ({
    kind,
    parse,
    idOf: ({ id }) => id,
  });

  async function watch<T>(path: string, watched: Watched<T>, act: (page: Page) => Promise<unknown>, on = site) {
    await using context = await browser.newContext();
    const page = await context.newPage();
    const watcher = new Watcher(page, watched);
    await goTo(page, on.url + path);
    await watcher.until(() => act(page));
    return watcher;
  }

  const sorted = (items: readonly tiktok.Video[]) => [...items].sort((one, other) => (one.id < other.id ? -1 : 1));

  test('a user’s posts come while the page is scrolled', async () => {
    const read = await watch(`/@${site.truth.user(number).name}`, videos('posts'), scroll);
    expect(read.reason).toBe('end');
    expect(sorted(read.items)).toEqual(sorted(site.truth.videosOf(number)));
  });

  test.each([
    ['a hashtag', () => `/tag/${encodeURIComponent(site.truth.hashtagName(9))}`, 'hashtag_posts', undefined],
    ['a sound', () => `/music/x-${site.truth.soundId(5)}`, 'sound_posts', undefined],
    ['a search', () => '/search?q=tea', 'search', tiktok.parseGeneralSearch],
    ['a search for videos', () => '/search/video?q=tea', 'search', tiktok.parseVideoSearch],
  ])('%s brings its videos', async (_name, path, kind, parse) => {
    const read = await watch(path(), videos(kind, parse), scroll);
    const truths: Record<string, () => tiktok.Video[]> = {
      hashtag_posts: () => site.truth.hashtagVideos(site.truth.hashtagName(9)),
      sound_posts: () => site.truth.soundVideos(site.truth.soundId(5)),
      search: () => site.truth.foundVideos('tea'),
    };
    expect(read.reason).toBe('end');
    expect(read.items).toEqual(truths[kind]!());
  });

  test('the feed goes on until nothing new comes', async () => {
    const read = await watch('/foryou', videos('recommended', tiktok.parseFeed), scroll);
    const truth = [...Array(40).keys()].flatMap((page) => site.truth.feed('recommended', page));
    expect(read.reason).toBe('repeated');
    expect(read.items).toEqual([...new Map(truth.map((video) => [video.id, video])).values()]);
  });

  test('comments come after a click and with scrolling, the replies to one with further clicks', async () => {
    const { id } = site.truth.videosOf(number).find(({ commentCount }) => commentCount === 61)!;
    const comments: Watched<tiktok.Comment> = {
      kind: 'comments',
      parse: tiktok.parseCommentList,
      idOf: ({ cid }) => cid,
    };
    let clicked = false;
    const read = await watch(`/@/video/${id}`, comments, async (page) => {
      if (!clicked) await click(page, '[data-e2e="comment-icon"]');
      clicked = true;
      await scroll(page);
    });
    expect(read.items).toEqual(site.truth.commentsOf(id));
    clicked = false;
    const replies = await watch(`/@/video/${id}`, { ...comments, kind: 'replies' }, async (page) => {
      if (!clicked) await click(page, '[data-e2e="comment-icon"]');
      clicked = true;
      await click(page, '[data-e2e="view-more-1"]');
    });
    const { cid } = site.truth.commentsOf(id).find(({ replyCommentTotal }) => replyCommentTotal! > 0)!;
    expect(replies.items).toEqual(site.truth.repliesOf(cid));
  });

  test('followers, products and reviews come after clicks, trending sounds with scrolling', async () => {
    const clickThenScroll = (name: string) => {
      let clicked = false;
      return async (page: Page) => {
        if (!clicked) await click(page, name);
        clicked = true;
        await scroll(page);
      };
    };
    const users: Watched<tiktok.Profile> = { kind: 'followers', parse: tiktok.parseUserList, idOf: ({ id }) => id };
    const followers = await watch(
      `/@${site.truth.user(number).name}`,
      users,
      clickThenScroll('[data-e2e="followers"]'),
    );
    expect(followers.items).toEqual(site.truth.followersOf(number));

    const products: Watched<tiktok.Product> = {
      kind: 'shop_search',
      parse: tiktok.parseProductList,
      idOf: ({ productId }) => productId,
    };
    const more = await watch('/shop/s/mug', products, (page) => click(page, '#view-more'));
    // And none of the seller who is recommended beside them.
    expect(more.items).toEqual(site.truth.foundProducts('mug').slice(30));
    const ofStore = await watch(
      `/us/store/any-words/${site.truth.shop(5).sellerId}`,
      { ...products, kind: 'shop_products' },
      (page) => click(page, '#view-more'),
    );
    expect(ofStore.items).toEqual(site.truth.shopProducts(5).slice(30));

    const product = [...Array(200).keys()].find(
      (each) => site.truth.isSoldHere(each) && site.truth.product(each).reviewCount === 57,
    )!;
    const reviews: Watched<tiktok.Review> = {
      kind: 'reviews',
      parse: tiktok.parseReviewList,
      idOf: ({ reviewId }) => reviewId,
    };
    const productId = site.truth.productId(product);
    const read = await watch(`/view/product/${productId}`, reviews, clickThenScroll('#reviews'));
    expect(read.items).toEqual(site.truth.reviewsOf(productId));

    const sounds: Watched<tiktok.TrendingSound> = {
      kind: 'sound_ranks',
      parse: tiktok.parseSoundRanks,
      idOf: ({ musicId }) => musicId,
    };
    const path = new URL(tiktok.pageUrlOf({ kind: 'sound_trend', periodDays: 30, countryCode: 'DE' }, site.url));
    const ranks = await watch(path.pathname + path.search, sounds, scroll);
    expect(ranks.items).toEqual(site.truth.soundRanks('DE', 30));
  });

  test.each([
    ['Filters, Most liked, This month', 'sort_type=1&publish_time=30', { sort: 'most_liked', withinDays: 30 }],
    ['Filters, Date posted', 'sort_type=2', { sort: 'latest', withinDays: 0 }],
  ] as const)('a search is narrowed by clicks on %s', async (texts, parameters, narrowing) => {
    const left = texts.split(', ');
    const asked = { ...videos('search', tiktok.parseVideoSearch), matches: (url: string) => url.includes(parameters) };
    const read = await watch('/search/video?q=tea', asked, async (page) => {
      const text = left.shift();
      if (text === undefined) await scroll(page);
      else await click(page, `button:text-is("${text}")`);
    });
    expect(read.items).toEqual(site.truth.foundVideos('tea', narrowing));
  });

  test('found products are put in order, and sounds for business are chosen, by clicks', async () => {
    const products: Watched<tiktok.Product> = {
      kind: 'shop_search',
      parse: tiktok.parseProductList,
      idOf: ({ productId }) => productId,
    };
    const left = ['Sort by', 'Price: low to high'];
    const sorted = await watch('/fr/s?q=mug', products, async (page) => {
      const text = left.shift();
      if (text === undefined) await scroll(page);
      else await click(page, `button:text-is("${text}")`);
    });
    expect(sorted.items).toEqual(site.truth.foundProducts('mug', { country: 'FR', order: 'price_asc' }));
    const sounds: Watched<tiktok.TrendingSound> = {
      kind: 'sound_ranks',
      parse: tiktok.parseSoundRanks,
      idOf: ({ musicId }) => musicId,
      matches: (url) => url.includes('commercial_music=true'),
    };
    const path = new URL(tiktok.pageUrlOf({ kind: 'sound_trend', periodDays: 7, countryCode: 'FR' }, site.url));
    let clicked = false;
    const ranks = await watch(path.pathname + path.search, sounds, async (page) => {
      if (!clicked) await click(page, 'button:text-is("Approved for business use")');
      clicked = true;
      await scroll(page);
    });
    expect(ranks.items).toEqual(site.truth.soundRanks('FR', 7, true));
  });

  test('the check of the browser passes by itself, and the page follows', async () => {
    await using walled = await startTikTokSite({
      seed: 2,
      faultRate: 0.6,
      faultKinds: ['waf'],
      unavailableRate: 0,
      shellRate: 0,
    });
    for (const user of [0, 1, 2, 3]) {
      await using context = await browser.newContext();
      const page = await context.newPage();
      await goTo(page, `${walled.url}/@${walled.truth.user(user).name}`);
      await page.locator('#stand-in-lists').waitFor({ state: 'attached', timeout: 30_000 });
      const captured = { url: page.url(), statusCode: 200, body: await page.content() };
      expect(tiktok.parseProfilePage(captured)).toMatchObject({ kind: 'found', value: walled.truth.profile(user) });
    }
    expect(walled.faults.get('waf')).toBeGreaterThan(0);
  });

  test('a page whose responses fail requests them again when it is scrolled on, and nothing is lost', async () => {
    await using failing = await startTikTokSite({
      seed: 4,
      faultRate: 0.3,
      unavailableRate: 0,
      slowMs: 50,
      faultKinds: ['empty', 'throttled', 'failing', 'cut_off', 'captcha', 'slow'],
    });
    const user = [...Array(20).keys()].find((each) => failing.truth.videosOf(each).length === 204)!;
    // With this seed the page itself comes at once, and some of its lists' answers do not.
    const read = await watch(`/@${failing.truth.user(user).secUid}`, videos('posts'), scroll, failing);
    expect(failing.faults.size).toBeGreaterThan(1);
    expect(read.reason).toBe('end');
    expect(sorted(read.items)).toEqual(sorted(failing.truth.videosOf(user)));
  });
});
