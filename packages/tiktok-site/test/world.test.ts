/** The made-up world: how large it is, that its numbers and ids lead both ways, and that its lists agree. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startTikTokSite } from '../src/index.ts';
import { fractionOf, hashOf } from '../src/world/chance.ts';
import { idOf, numberOf } from '../src/world/ids.ts';
import * as lists from '../src/world/lists.ts';
import { postCountOf, userNumberOfName, userNumberOfSecUid, userOf } from '../src/world/user.ts';
import { showsPosts, videoNumberOf, videoNumberOfId, videoOf } from '../src/world/video.ts';
import { defaultWorld } from '../src/world/world.ts';

const world = { ...defaultWorld, seed: 3 };
const users = Array.from({ length: world.userCount }, (_, number) => number);
const user = fc.nat(world.userCount - 1);

test('10,000 users have made 1,000,000 videos, whatever the seed', () => {
  for (const seed of [0, 1, 3, 2 ** 31 - 1]) {
    expect(users.reduce((sum, number) => sum + postCountOf({ ...world, seed }, number), 0)).toBe(1_000_000);
  }
});

test('names, ids and secUids are each user’s own, and lead back', () => {
  const all = users.map((number) => userOf(world, number));
  for (const field of ['name', 'formerName', 'id', 'secUid'] as const) {
    expect(new Set(all.map((each) => each[field])).size).toBe(world.userCount);
  }
  for (const { number, name, secUid } of all) {
    expect(userNumberOfName(world, name.toUpperCase())).toBe(number);
    expect(userNumberOfSecUid(world, secUid)).toBe(number);
  }
});

test('ids lead back to their numbers, and to none in another world', () => {
  const kinds = fc.constantFrom('user', 'video', 'comment', 'sound', 'hashtag', 'product', 'review', 'seller');
  fc.assert(
    fc.property(kinds, fc.nat(2 ** 31 - 1), fc.nat(1000), (kind, number, seed) => {
      const id = idOf(seed, kind as 'user', number);
      expect(id).toMatch(/^\d{19}$/);
      expect(numberOf(seed, kind as 'user', id)).toBe(number);
      expect(numberOf(seed, kind as 'user', `${BigInt(id) + 1n}`)).toBeUndefined();
    }),
  );
});

test('a user’s posts fall in time from the newest on, and each order holds the same', () => {
  fc.assert(
    fc.property(user, (number) => {
      const latest = lists.postsOf(world, number, 'latest');
      const times = latest.map((each) => videoOf(world, each).createTimeSecs);
      expect(times.every((time, index) => index === 0 || time < times[index - 1]!)).toBe(true);
      expect(lists.postsOf(world, number, 'oldest')).toEqual([...latest].reverse());
      const popular = lists.postsOf(world, number, 'popular');
      expect([...popular].sort((one, other) => one - other)).toEqual(latest);
      expect(popular.map((each) => -videoOf(world, each).counts.plays)).toEqual(
        popular.map((each) => -videoOf(world, each).counts.plays).sort((one, other) => one - other),
      );
    }),
  );
});

test('a hashtag’s and a sound’s posts are those that name them', () => {
  const posts = fc.record({ user, ordinal: fc.nat(449) });
  const listed = posts.filter((each) => each.ordinal < postCountOf(world, each.user) && showsPosts(world, each.user));
  fc.assert(
    fc.property(listed, ({ user, ordinal }) => {
      const number = videoNumberOf(user, ordinal);
      const { hashtags, sound, state, id } = videoOf(world, number);
      expect(videoNumberOfId(world, id)).toBe(number);
      for (const hashtag of hashtags)
        expect(lists.hashtagPosts(world, hashtag).includes(number)).toBe(state === 'public');
      expect(lists.soundPosts(world, sound).includes(number)).toBe(state === 'public');
    }),
    { numRuns: 30 },
  );
});

test('no list has anything twice', () => {
  const unique = (list: readonly number[]) => new Set(list).size === list.length;
  fc.assert(
    fc.property(fc.string(), user, (keyword, number) => {
      expect(unique(lists.foundUsers(world, keyword))).toBe(true);
      expect(unique(lists.foundVideos(world, keyword))).toBe(true);
      expect(unique(lists.foundProducts(world, keyword))).toBe(true);
      expect(unique(lists.connectedUsers(world, number, 'followers'))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('chance is even, and each label counts', () => {
  const buckets = new Array<number>(10).fill(0);
  for (let number = 0; number < 20_000; number++) buckets[Math.floor(fractionOf(1, 'even', number) * 10)]!++;
  for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(200);
  expect(hashOf(1, 'a', 2)).not.toBe(hashOf(2, 'a', 2));
  expect(hashOf(1, 'a', 2)).not.toBe(hashOf(1, 'b', 2));
  expect(hashOf(1, 5)).not.toBe(hashOf(1, 5 + 2 ** 32));
});

test('what was asked for is all that the site remembers', async () => {
  await using site = await startTikTokSite({ seed: 3 });
  const names = site.truth.usernames(1000);
  for (const name of names) await (await fetch(`${site.url}/@${name}`)).arrayBuffer();
  for (const name of names.slice(0, 10)) await (await fetch(`${site.url}/@${name}`)).arrayBuffer();
  expect(site.visits.total).toBe(1010);
  expect(site.visits.countOf(`/@${names[0]}`)).toBe(2);
  expect(site.visits.countOf(`/@${names[999]}`)).toBe(1);
  expect([...site.visits.entries()]).toHaveLength(1000);
  site.visits.clear();
  expect(site.visits.total).toBe(0);
});
