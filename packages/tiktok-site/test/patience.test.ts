/** With one answer in ten going wrong in every way there is, whoever asks again gets all that is true, once. */
import * as tiktok from '@wherry/tiktok';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';
import { askList, capture, expectSame, type Parse } from './asking.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 21, faultRate: 0.1, slowMs: 5, unavailableRate: 0 });
});
afterAll(() => site[Symbol.asyncDispose]());

const maxAttempts = 8;

/** Asks again for as long as that may help. `changed` too: here a changed type comes and goes. */
async function patiently<T>(ask: () => Promise<tiktok.Outcome<T>>): Promise<T> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const outcome = await ask().catch(() => null);
    if (outcome?.kind === 'found') return outcome.value;
    if (outcome !== null && tiktok.remedyOf(outcome.kind) === 'nothing') throw new Error(outcome.message);
  }
  throw new Error('It does not come.');
}

async function readPatiently<T>(list: tiktok.List, parse: Parse<T>, idOf: (item: T) => string): Promise<T[]> {
  const items: T[] = [];
  let progress = tiktok.beginning();
  for (;;) {
    const page = await patiently(() => askList(site, list, parse, progress.position));
    const step = tiktok.advance(progress, page, idOf);
    items.push(...step.items);
    progress = step.progress;
    if (step.next.kind !== 'ask') return items;
  }
}

const byId = (one: tiktok.Video, other: tiktok.Video) => (one.id < other.id ? -1 : 1);

test('profiles', async () => {
  for (let number = 0; number < 300; number++) {
    const { name } = site.truth.user(number);
    const profile = await patiently(async () =>
      site.truth.isShell(number)
        ? tiktok.parseEmbeddedProfile(await capture(`${site.url}/embed/@${name}`))
        : tiktok.parseProfilePage(await capture(`${site.url}/@${name}`)),
    );
    expectSame(profile, site.truth.profile(number));
  }
});

test.each(['latest', 'popular', 'oldest'] as const)('%s posts', async (sort) => {
  for (let number = 0; number < 20; number++) {
    const list = { kind: 'posts', secUid: site.truth.user(number).secUid, sort } as const;
    const videos = await readPatiently(list, tiktok.parseVideoList, ({ id }) => id);
    expectSame(videos.sort(byId), site.truth.videosOf(number).sort(byId));
  }
});

test('comments, followers, what is searched for, products', async () => {
  const videos = Array.from({ length: 20 }, (_, number) => site.truth.videosOf(number)).flat();
  for (const { id } of videos.filter(({ commentCount }) => commentCount === 240).slice(0, 4)) {
    const comments = await readPatiently({ kind: 'comments', videoId: id }, tiktok.parseCommentList, ({ cid }) => cid);
    expectSame(comments, site.truth.commentsOf(id));
  }
  for (let number = 0; number < 6; number++) {
    const list = { kind: 'followers', secUid: site.truth.user(number).secUid } as const;
    const followers = await readPatiently(list, tiktok.parseUserList, ({ id }) => id);
    expectSame(followers, site.truth.followersOf(number));
  }
  const search = { kind: 'search', keyword: 'tea', section: 'video' } as const;
  expectSame(await readPatiently(search, tiktok.parseVideoSearch, ({ id }) => id), site.truth.foundVideos('tea'));
  const products = await readPatiently(
    { kind: 'shop_search', keyword: 'tea' },
    tiktok.parseProductList,
    (each) => each.productId,
  );
  expectSame(products, site.truth.foundProducts('tea'));
  // All that can go wrong with these has.
  expect(site.faults.size).toBeGreaterThanOrEqual(11);
});
