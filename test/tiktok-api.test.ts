/** `tiktok-api`: each kind gives what the site says, as the Actor for this kind does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './support/browser.ts';
import { type ActorFixture, type StoredItem, startActorFixture } from './tiktok/actor-runs.ts';
import { expectResults } from './tiktok/comparison.ts';

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  let fixture: ActorFixture;
  let number: number;
  beforeAll(async () => {
    fixture = await startActorFixture('tiktok-api', { seed: 12, unavailableRate: 0 });
    const users = Array.from({ length: 100 }, (_, each) => each);
    number = users.find((each) => fixture.site.truth.videosOf(each).some(({ commentCount }) => commentCount === 25))!;
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  const of = (type: string, input: string, found: readonly object[], more: object = {}): StoredItem[] =>
    found.map((each) => ({ type, input, ...each, ...more }));
  const videos = (input: string, found: readonly object[], fromProfileSection: string | null = null) =>
    of('video', input, found, { fromProfileSection });

  const kinds: readonly [string, () => { input: object; items: StoredItem[] }][] = [
    [
      'SEARCH',
      () => ({
        input: { keyword: 'tea', limit: 30 },
        items: videos('tea', fixture.site.truth.foundVideos('tea').slice(0, 30)),
      }),
    ],
    [
      'TREND',
      () => ({
        input: { limit: 25, isUnlimited: true },
        items: videos('foryou', fixture.site.truth.feed('recommended', 0).slice(0, 25)),
      }),
    ],
    [
      'HASHTAG',
      () => {
        const name = fixture.site.truth.hashtagName(2);
        return {
          input: { urls: [name], limit: 40 },
          items: videos(name, fixture.site.truth.hashtagVideos(name).slice(0, 40)),
        };
      },
    ],
    [
      'USER',
      () => {
        const { name } = fixture.site.truth.user(number);
        const posts = fixture.site.truth.videosOf(number, 'popular').slice(0, 20);
        return { input: { url: name, limit: 20, sortType: 1 }, items: videos(name, posts, 'videos') };
      },
    ],
    [
      'MUSIC',
      () => {
        const id = fixture.site.truth.soundId(2);
        return { input: { urls: [id], limit: 33 }, items: videos(id, fixture.site.truth.soundVideos(id).slice(0, 33)) };
      },
    ],
    [
      'VIDEO',
      () => {
        const { id } = fixture.site.truth.videosOf(number)[0]!;
        return { input: { urls: [id] }, items: videos(id, [fixture.site.truth.video(id)]) };
      },
    ],
    [
      'SHOP',
      () => {
        const { truth } = fixture.site;
        const sold = Array.from({ length: 50 }, (_, each) => each).find((each) => truth.isSoldHere(each))!;
        const [id, found] = [truth.productId(sold), truth.foundProducts('lamp').slice(0, 10)];
        return {
          input: { urls: [id, 'https://shop.tiktok.com/us/k/green-tea'], keyword: 'lamp', limit: 10 },
          items: [
            ...of('product', id, [truth.product(sold)]),
            ...of('product', 'https://shop.tiktok.com/us/k/green-tea', truth.foundProducts('green tea').slice(0, 10)),
            ...of('product', 'lamp', found),
          ],
        };
      },
    ],
    [
      'SHOP',
      () => {
        const { truth } = fixture.site;
        const sold = Array.from({ length: 50 }, (_, each) => each).find((each) => truth.isSoldHere(each))!;
        const [id, { url }] = [truth.productId(sold), truth.shop(4)];
        const category = `https://www.tiktok.com${truth.categoryPath(5)}`;
        return {
          input: { urls: [id, url, category], keyword: 'lamp', limit: 70 },
          items: [
            ...of('product', id, [truth.product(sold)]),
            ...of('product', url!, truth.shopProducts(4).slice(0, 70)),
            // Of a category only the page itself is read.
            ...of('product', category, truth.categoryProducts(5).slice(0, 30)),
            ...of('product', 'lamp', truth.foundProducts('lamp').slice(0, 70)),
          ],
        };
      },
    ],
    [
      'COMMENT',
      () => {
        const { truth } = fixture.site;
        const { id } = truth.videosOf(number).find(({ commentCount }) => commentCount === 25)!;
        return { input: { urls: [id], isUnlimited: true }, items: of('comment', id, truth.commentsOf(id)) };
      },
    ],
  ];

  test.each(kinds)('%s', async (type, wish) => {
    const { input, items } = wish();
    const run = await fixture.run({ type, ...input });
    const { chargedEventCounts } = await fixture.succeeded(run);
    expectResults(await fixture.itemsOf(run), { items, failed: [] });
    expect(chargedEventCounts).toMatchObject({ result: items.length });
  });

  test('an input that names nothing fails the run, with the reason', async () => {
    const run = await fixture.run({ type: 'USER' });
    const { status, statusMessage } = await fixture.client.run(run.id).waitForFinish();
    expect([status, statusMessage]).toEqual(['FAILED', expect.stringContaining('The input names nothing')]);
  });
});
