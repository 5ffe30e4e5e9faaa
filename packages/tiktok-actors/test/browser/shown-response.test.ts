/** [shown-1] what a fresh page is shown is the site's own answer, cut down. */
import { type List, readerOf, requestOf, requestUrlOf } from '@wherry/tiktok';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../../../tiktok-site/src/index.ts';
import { entriesById, entriesPathsOf, shortened, shownResponse } from '../../src/browser/lists/shown-response.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 3, unavailableRate: 0 });
});
afterAll(() => site[Symbol.asyncDispose]());

const lists: readonly [string, () => List][] = [
  ['posts', () => ({ kind: 'posts', secUid: site.truth.user(1).secUid, sort: 'popular' })],
  ['a hashtag', () => ({ kind: 'hashtag_posts', hashtagId: site.truth.hashtag(site.truth.hashtagName(3)).id })],
  ['a sound', () => ({ kind: 'sound_posts', soundId: site.truth.soundId(3) })],
  ['a search', () => ({ kind: 'search', section: 'general', keyword: 'tea' })],
  ['a search for videos', () => ({ kind: 'search', section: 'video', keyword: 'tea' })],
  ['a search for accounts', () => ({ kind: 'search', section: 'user', keyword: 'tea' })],
  ['followers', () => ({ kind: 'followers', secUid: site.truth.user(1).secUid })],
  ['a search of the shop', () => ({ kind: 'shop_search', keyword: 'tea' })],
  ['a store', () => ({ kind: 'shop_products', sellerId: site.truth.shop(3).sellerId! })],
  ['reviews', () => ({ kind: 'reviews', productId: reviewedProduct(0) })],
  ['reviews, of the other form', () => ({ kind: 'reviews', productId: reviewedProduct(1) })],
  ['a ranking', () => ({ kind: 'sound_ranks', periodDays: 7, countryCode: 'US' })],
];

/** One whose number is even, or odd. */
const reviewedProduct = (remainder: number): string =>
  site.truth.productId(
    [...Array(400).keys()].find((each) => each % 2 === remainder && site.truth.product(each).reviewCount === 57)!,
  );

async function answerOf(list: List, cursor = '0') {
  const request = requestOf(list, { cursor, token: null });
  const url = requestUrlOf(request, site.url);
  const { method, body } = request;
  return { url, statusCode: 200, body: await (await fetch(url, { method, body })).text() };
}

test.each(lists)(
  '[shown-1] %s: it continues where the whole response continues, with one entry',
  async (_name, listOf) => {
    const list = listOf();
    const captured = await answerOf(list);
    const parse = (body: string) => readerOf(list).parse({ ...captured, body }, { cursor: '0', token: null });
    const whole = parse(captured.body);
    const kept = shortened(captured.body, list)!;
    const shown = parse(shownResponse(kept, list, { cursor: '0', token: null }));
    if (whole.kind !== 'found' || shown.kind !== 'found') throw new Error(`${whole.kind}, ${shown.kind}`);
    expect(whole.value.items.length).toBeGreaterThan(1);
    expect(shown.value).toEqual({ ...whole.value, items: whole.value.items.slice(-1) });
    expect(kept.length).toBeLessThan(captured.body.length / 4);
  },
);

test('a search gets the id of its first response', async () => {
  const list: List = { kind: 'search', section: 'video', keyword: 'tea' };
  const kept = shortened((await answerOf(list)).body, list)!;
  const shown = JSON.parse(shownResponse(kept, list, { cursor: '12', token: 'FIRST' })) as { log_pb: unknown };
  expect(shown.log_pb).toEqual({ impr_id: 'FIRST' });
});

test('comments that are still needed replace the last one', async () => {
  const { id } = site.truth.videosOf(1).find(({ commentCount }) => commentCount! > 20)!;
  const list: List = { kind: 'comments', videoId: id };
  const { body } = await answerOf(list);
  const [first, second] = site.truth.commentsOf(id);
  const entries = entriesById(body, list, 'cid');
  expect(entries.size).toBe(20);
  const kept = shortened(body, list)!;
  const shown = shownResponse(
    kept,
    list,
    { cursor: '20', token: null },
    [first!.cid, second!.cid].map((cid) => entries.get(cid)!),
  );
  const outcome = readerOf(list).parse({ url: site.url, statusCode: 200, body: shown }, { cursor: '0', token: null });
  expect(outcome).toMatchObject({
    value: { items: [{ cid: first!.cid }, { cid: second!.cid }], next: { cursor: '20' } },
  });
});

test('an entry that is too large for each commit is omitted; a list without positions has no stored response', () => {
  const list: List = { kind: 'hashtag_posts', hashtagId: '1' };
  const body = JSON.stringify({ itemList: [{ id: '1', desc: 'x'.repeat(60_000) }], cursor: '30', hasMore: true });
  expect(JSON.parse(shortened(body, list)!)).toEqual({ itemList: [], cursor: '30', hasMore: true });
  expect(shortened(body, { kind: 'explored' })).toBeNull();
  expect(entriesPathsOf({ kind: 'recommended' })).toBeNull();
});
