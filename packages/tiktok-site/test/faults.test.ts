/** Each fault of the site gives its typed outcome, and a history of faults can be reproduced. */
import * as tiktok from '@wherry/tiktok';
import { expect, test } from 'vitest';
import { type FaultKind, faultKinds, startTikTokSite } from '../src/index.ts';
import { askList, capture, found, readList } from './asking.ts';

const ofResponses = faultKinds.filter(
  (kind) => !['slow', 'repeated_page', 'endless_cursor', 'broken_off'].includes(kind),
);

/** What each fault looks like to whoever reads the answer. */
const outcomes: Partial<Record<FaultKind, string>> = {
  waf: 'blocked',
  captcha: 'captcha',
  empty: 'blocked',
  forbidden: 'blocked',
  throttled: 'rate_limited',
  failing: 'unavailable',
  cut_off: 'incomplete',
  changed_types: 'changed',
};

/** Everything that the site responses with, and who reads it. */
async function ask(url: string, number: number, truth: Awaited<ReturnType<typeof startTikTokSite>>['truth']) {
  const { secUid, formerName } = truth.user(number);
  const [video] = truth.videosOf(number, 'latest', 1);
  const pages = [
    tiktok.parseProfilePage(await capture(`${url}/@${formerName}`)),
    tiktok.parseVideoPage(await capture(`${url}/@/video/${video?.id}`)),
    tiktok.parseProductPage(await capture(`${url}/view/product/${truth.productId(number)}`)),
    tiktok.parseShopSearchPage(await capture(`${url}/shop/s/mug${number}`)),
    tiktok.parseEmbedPage(await capture(`${url}/embed/@${formerName}`)),
  ];
  const asked = tiktok.requestOf({ kind: 'shop_search', keyword: `mug${number}` }, { cursor: '0', token: null });
  const responses = [
    tiktok.parseUserDetail(await capture(`${url}/api/user/detail/?secUid=${secUid}`)),
    tiktok.parseHashtagDetail(await capture(`${url}/api/challenge/detail/?challengeName=${truth.hashtagName(number)}`)),
    tiktok.parseSoundDetail(await capture(`${url}/api/music/detail/?musicId=${truth.soundId(number)}`)),
    tiktok.parseVideoList(await capture(`${url}/api/post/item_list/?secUid=${secUid}&cursor=0`)),
    tiktok.parseUserList(await capture(`${url}/api/user/list/?secUid=${secUid}&scene=67&minCursor=0`)),
    tiktok.parseCommentList(await capture(`${url}/api/comment/list/?aweme_id=${video?.id}&cursor=0`)),
    tiktok.parseProductList(await capture(tiktok.requestUrlOf(asked, url), { method: 'POST', body: asked.body })),
  ];
  return { pages, responses };
}

test.each(ofResponses)('%s gives its outcome for every page and response', async (kind) => {
  await using site = await startTikTokSite({
    seed: 3,
    faultRate: 1,
    faultKinds: [kind],
    unavailableRate: 0,
    shellRate: 0,
  });
  const numbers = Array.from({ length: 60 }, (_, number) => number).filter(
    (number) => site.truth.videosOf(number, 'latest', 1).length > 0 && site.truth.isSoldHere(number),
  );
  for (const number of numbers.slice(0, 20)) {
    const { pages, responses } = await ask(site.url, number, site.truth);
    const concerned = kind === 'waf' ? pages : [...pages, ...responses];
    for (const outcome of concerned.filter((each) => each.kind !== 'removed')) {
      expect(outcome).toMatchObject({ kind: outcomes[kind] });
    }
  }
  expect([...site.faults.keys()]).toEqual([kind]);
});

test('a fault that changes a type names the path', async () => {
  await using site = await startTikTokSite({
    faultRate: 1,
    faultKinds: ['changed_types'],
    unavailableRate: 0,
    shellRate: 0,
  });
  const { formerName, secUid } = site.truth.user(1);
  expect(tiktok.parseProfilePage(await capture(`${site.url}/@${formerName}`))).toMatchObject({
    path: expect.stringMatching(/user(-detail\.userInfo\.user|s\..*)\.id$/),
  });
  const list = await askList(site, { kind: 'posts', secUid, sort: 'latest' }, tiktok.parseVideoList);
  expect(list).toMatchObject({ kind: 'changed', path: 'hasMore' });
});

test('a broken connection is an error of the client, and a slow response is a response', async () => {
  await using broken = await startTikTokSite({ faultRate: 1, faultKinds: ['broken_off'] });
  await expect(capture(`${broken.url}/@${broken.truth.user(0).formerName}`)).rejects.toThrow();
  await using slow = await startTikTokSite({
    faultRate: 1,
    faultKinds: ['slow'],
    slowMs: 300,
    unavailableRate: 0,
    shellRate: 0,
  });
  const startMs = performance.now();
  expect(found(tiktok.parseProfilePage(await capture(`${slow.url}/@${slow.truth.user(0).name}`)))).toEqual(
    slow.truth.profile(0),
  );
  expect(performance.now() - startMs).toBeGreaterThan(290);
});

test('pages that repeat sometimes cost requests, but no item', async () => {
  await using site = await startTikTokSite({
    seed: 5,
    faultRate: 0.15,
    faultKinds: ['repeated_page'],
    unavailableRate: 0,
  });
  const idOf = ({ id }: tiktok.Video) => id;
  for (const number of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const { secUid } = site.truth.user(number);
    const read = await readList(site, { kind: 'posts', secUid, sort: 'oldest' }, tiktok.parseVideoList, idOf);
    expect(read.reason).toBe('end');
    expect(read.items).toEqual(site.truth.videosOf(number, 'oldest'));
  }
  expect(site.faults.get('repeated_page')).toBeGreaterThan(3);
});

test('a page that always repeats ends its list', async () => {
  await using site = await startTikTokSite({ faultRate: 1, faultKinds: ['repeated_page'], unavailableRate: 0 });
  const number = [...Array(10).keys()].find((each) => site.truth.videosOf(each).length > 200)!;
  const list = { kind: 'posts', secUid: site.truth.user(number).secUid, sort: 'oldest' } as const;
  const read = await readList(site, list, tiktok.parseVideoList, ({ id }) => id);
  expect(read).toMatchObject({ reason: 'repeated', pageCount: 4 });
  expect(read.items).toHaveLength(35);
});

test('[site-fault-2] lists whose cursor never ends are ended, with all their items', async () => {
  await using site = await startTikTokSite({ faultRate: 1, faultKinds: ['endless_cursor'], unavailableRate: 0 });
  const number = [...Array(10).keys()].find((each) => site.truth.videosOf(each).length > 200)!;
  const { secUid } = site.truth.user(number);
  for (const sort of ['latest', 'popular', 'oldest'] as const) {
    const read = await readList(site, { kind: 'posts', secUid, sort }, tiktok.parseVideoList, ({ id }) => id);
    expect(read.reason).toBe('repeated');
    expect(new Set(read.items.map(({ id }) => id))).toEqual(new Set(site.truth.videosOf(number).map(({ id }) => id)));
  }
  const followers = await readList(site, { kind: 'followers', secUid }, tiktok.parseUserList, ({ id }) => id);
  expect(followers.items).toEqual(site.truth.followersOf(number));
});

test('lists of followers may ask for a login', async () => {
  await using site = await startTikTokSite({ followersNeedLogin: true });
  for (const kind of ['followers', 'following'] as const) {
    const list = { kind, secUid: site.truth.user(0).secUid };
    expect(await askList(site, list, tiktok.parseUserList)).toMatchObject({ kind: 'login_required', code: 10101 });
    const other = { kind, secUid: site.truth.user(1).secUid };
    expect(await askList(site, other, tiktok.parseUserList)).toMatchObject({ kind: 'login_required', code: 2483 });
  }
});

test('every page says that TikTok is closed in a country', async () => {
  await using site = await startTikTokSite({ isClosedHere: true });
  for (const path of ['/@amber', '/tag/tea', '/@/video/7200000000000000001', '/view/product/1729000000000000001']) {
    const page = await capture(site.url + path);
    expect(page.url).toBe(`${site.url}/hk/notfound`);
    expect(tiktok.pageObstacleOf(page)).toMatchObject({ kind: 'geo_blocked' });
  }
});

test('[site-fault-1] the same seed gives the same history, another seed another, and a failed request may succeed when repeated', async () => {
  const historyOf = async (seed: number) => {
    await using site = await startTikTokSite({ seed, faultRate: 0.5, slowMs: 0, faultKinds: faultKinds.slice(0, 6) });
    const history: string[] = [];
    for (let attempt = 0; attempt < 40; attempt++) {
      history.push(tiktok.parseProfilePage(await capture(`${site.url}/@${site.truth.user(attempt % 4).name}`)).kind);
    }
    expect(site.visits.total).toBe(40);
    expect(site.visits.countOf(`/@${site.truth.user(0).name}`)).toBe(10);
    return history;
  };
  const history = await historyOf(11);
  expect(await historyOf(11)).toEqual(history);
  expect(await historyOf(12)).not.toEqual(history);
  expect(history).toContain('found');
  expect(history).toContain('blocked');
});
