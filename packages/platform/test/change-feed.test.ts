/** What readers of the feed are sent, second by second. Who may read what is in `events-api.test.ts`. */
import { expect, test } from 'vitest';
import { ChangeFeed, type FeedEvent, type FeedReader } from '../src/changes/change-feed.ts';
import type { Change, ChangeListener } from '../src/database/changes.ts';
import { VirtualClock } from './simulation/virtual-clock.ts';

/** A feed in virtual time, whose source is the test. */
function openFeed() {
  const clock = new VirtualClock();
  let listener: ChangeListener | undefined;
  const source = {
    watch: async (next: ChangeListener | undefined) => {
      listener = next;
    },
  };
  const feed = new ChangeFeed(source, clock.of({ isDead: false }));
  return {
    feed,
    isWatched: () => listener !== undefined,
    change: (...ids: string[]) => listener?.(ids.map(datasetChange)),
    /** Lets time pass, timer by timer. */
    pass(ms: number) {
      const end = clock.nowMs + ms;
      for (let next = clock.nextAt(); next !== undefined && next <= end; next = clock.nextAt()) clock.advanceTo(next);
      clock.advanceTo(end);
    },
  };
}

const datasetChange = (id: string): Change => ({ kind: 'dataset', id, userId: 'u', runId: null, actorId: null });

function reader() {
  const events: FeedEvent[] = [];
  let hasEnded = false;
  const taker: FeedReader = {
    userId: 'u',
    take: (event) => void events.push(event),
    end: () => {
      hasEnded = true;
    },
  };
  return {
    taker,
    events,
    told: () => events.map((event) => (event.kind === 'change' ? event.change.id : event.kind)),
    hasEnded: () => hasEnded,
  };
}

test('[feed-1] the first change is told at once, further ones of the same thing once a second, the last one always', async () => {
  const { feed, change, pass } = openFeed();
  const { taker, told } = reader();
  await feed.follow(taker);
  change('a');
  expect(told()).toEqual(['a']);
  for (let count = 0; count < 99; count += 1) {
    change('a');
    pass(10);
  }
  expect(told()).toEqual(['a']);
  pass(10);
  expect(told()).toEqual(['a', 'a']);
  change('b', 'c');
  change('c');
  expect(told()).toEqual(['a', 'a', 'b', 'c']);
  pass(60_000);
  expect(told()).toEqual(['a', 'a', 'b', 'c', 'c']);
  change('c');
  expect(told()).toHaveLength(6);
});

test('[feed-2] more things in a second than are told one by one are told as one reset, and it goes on after that', async () => {
  const { feed, change, pass } = openFeed();
  const { taker, told, events } = reader();
  await feed.follow(taker);
  for (let slice = 0; slice < 11; slice += 1) {
    change(...Array.from({ length: 1000 }, (_, index) => `${slice}-${index}`));
  }
  expect(told().filter((each) => each === 'reset')).toHaveLength(1);
  expect(told()).toHaveLength(10_001);
  change(...Array.from({ length: 20_000 }, (_, index) => `${index}`));
  expect(told()).toHaveLength(10_002);
  expect(told().at(-1)).toBe('reset');
  pass(5000);
  change('a');
  expect(told().at(-1)).toBe('a');
  // What came before a reset is not resumed.
  const late = reader();
  await feed.follow(late.taker, events[500]!.id);
  expect(late.told()).toEqual(['reset']);
});

test('[feed-3] a reader resumes after the change that it names, as long as that is known', async () => {
  const { feed, change, pass } = openFeed();
  const first = reader();
  const { position } = await feed.follow(first.taker);
  change('a', 'b', 'c');
  const resume = async (after: string) => {
    const late = reader();
    const following = await feed.follow(late.taker, after);
    following.close();
    return late.told();
  };
  expect(await resume(position)).toEqual(['a', 'b', 'c']);
  expect(await resume(first.events[1]!.id)).toEqual(['c']);
  expect(await resume(first.events[2]!.id)).toEqual([]);
  const [epoch] = position.split('-');
  for (const unknown of [`${epoch}-4`, `${epoch}--1`, 'another-1', 'x', `${epoch}-${'9'.repeat(30)}`]) {
    expect(await resume(unknown), unknown).toEqual(['reset']);
  }
  pass(11 * 60_000);
  expect(await resume(first.events[1]!.id)).toEqual(['reset']);
  expect(await resume(first.events[2]!.id)).toEqual([]);
  for (let count = 0; count < 7000; count += 1) change(`${count}`);
  expect(await resume(first.events[2]!.id)).toEqual(['reset']);
});

test('[feed-4] the database is watched while somebody follows, and two minutes longer for who comes back', async () => {
  const { feed, change, isWatched, pass } = openFeed();
  expect(isWatched()).toBe(false);
  const first = reader();
  const following = await feed.follow(first.taker);
  expect(isWatched()).toBe(true);
  following.close();
  change('a');
  pass(119_000);
  const second = reader();
  const again = await feed.follow(second.taker, following.position);
  expect(second.told()).toEqual(['a']);
  expect(first.told()).toEqual([]);
  pass(600_000);
  expect(isWatched()).toBe(true);
  again.close();
  again.close();
  pass(121_000);
  expect(isWatched()).toBe(false);
  const third = reader();
  await feed.follow(third.taker, following.position);
  expect(third.told()).toEqual(['reset']);
});

test('a user has 50 streams at most, and others are not hindered; the end of the platform ends all', async () => {
  const { feed } = openFeed();
  const readers = Array.from({ length: 50 }, reader);
  const followings = await Promise.all(readers.map(({ taker }) => feed.follow(taker)));
  await expect(feed.follow(reader().taker)).rejects.toMatchObject({ statusCode: 429, type: 'too-many-event-streams' });
  await feed.follow({ ...reader().taker, userId: 'another' });
  followings[0]!.close();
  await feed.follow(reader().taker);
  feed.close();
  expect(readers.map(({ hasEnded }) => hasEnded()).filter(Boolean)).toHaveLength(49);
  await expect(feed.follow(reader().taker)).rejects.toMatchObject({ statusCode: 503 });
});
