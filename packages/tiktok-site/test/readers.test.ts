/** The reader of each kind of list reads what the site has of it. */
import { type List, readerOf } from '@wherry/tiktok';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';
import { readList } from './asking.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 7, unavailableRate: 0 });
});
afterAll(() => site[Symbol.asyncDispose]());

/** A list of each kind that has something in it. */
function lists(): List[] {
  const { truth } = site;
  const number = [...Array(20).keys()].find(
    (each) =>
      truth.user(each).counts.posts > 100 && truth.followersOf(each).length > 0 && truth.followingOf(each)?.length,
  )!;
  const { secUid } = truth.user(number);
  const { id: videoId } = truth.videosOf(number).find(({ commentCount }) => commentCount === 61)!;
  const { cid: commentId } = truth.commentsOf(videoId).find(({ replyCommentTotal }) => replyCommentTotal! > 0)!;
  const product = [...Array(100).keys()].find((each) => truth.product(each).reviewCount === 57)!;
  return [
    { kind: 'posts', secUid, sort: 'popular' },
    { kind: 'creator_posts', secUid },
    { kind: 'hashtag_posts', hashtagId: truth.hashtag(truth.hashtagName(2)).id },
    { kind: 'sound_posts', soundId: truth.soundId(2) },
    { kind: 'related_posts', videoId },
    { kind: 'recommended' },
    { kind: 'explored' },
    ...(['general', 'video', 'user'] as const).map((section): List => ({ kind: 'search', section, keyword: 'cup' })),
    { kind: 'comments', videoId },
    { kind: 'replies', videoId, commentId },
    { kind: 'followers', secUid },
    { kind: 'following', secUid },
    { kind: 'shop_search', keyword: 'cup' },
    { kind: 'shop_products', sellerId: truth.shop(3).sellerId! },
    { kind: 'reviews', productId: truth.productId(product) },
    { kind: 'sound_ranks', periodDays: 120, countryCode: 'JP' },
  ];
}

test('every kind of list is read by its reader, to its end or to a limit', async () => {
  for (const list of lists()) {
    const reader = readerOf(list);
    const read = await readList(site, list, reader.parse, reader.idOf, { maxItems: 100 });
    expect(read.items.length, list.kind).toBeGreaterThan(0);
    expect(new Set(read.items.map(reader.idOf)).size, list.kind).toBe(read.items.length);
    expect(['end', 'limit'], list.kind).toContain(read.reason);
  }
});
