/** What an input wants to be done with results is done before they are given, or nothing of the page is given. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ActorFixture, startActorFixture } from './tiktok/actor-runs.ts';

let fixture: ActorFixture;
beforeAll(async () => {
  fixture = await startActorFixture('tiktok-user-info', { seed: 9, unavailableRate: 0 });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const names = (count: number): string[] => fixture.site.truth.usernames(count);

test('[result-3] the function of the input changes each result, and each is charged once', async () => {
  const map = '(object) => { return { who: object.authorMeta.name, fans: object.authorMeta.fans } }';
  const run = await fixture.run({ profiles: [...names(30), 'nobody.here'], customMapFunction: map, maxConcurrency: 8 });
  const { chargedEventCounts } = await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  const wanted = Array.from({ length: 30 }, (_, number) => fixture.site.truth.profile(number));
  const found = items.filter(({ type }) => type !== 'failed');
  expect(found).toHaveLength(30);
  expect(found).toEqual(expect.arrayContaining(wanted.map(({ name, fans }) => ({ who: name, fans }))));
  // A failed input is not a result, so it keeps its form.
  expect(items.filter(({ type }) => type === 'failed')).toMatchObject([{ errorCode: 'not_found' }]);
  expect(chargedEventCounts).toMatchObject({ user: 30 });
});

test.each([
  ['is no function', '42', /customMapFunction has failed: .*it is not a function, but of type number/],
  ['cannot be parsed', '(o) => {', /customMapFunction has failed: .*SyntaxError/],
  ['throws', '(o) => o.no.such', /customMapFunction has failed: for the item .*TypeError/],
  ['never ends', '(o) => { for (;;); }', /customMapFunction has failed: .*it took more than 1 s for one item/],
  ['returns no object', '(o) => o.authorMeta.name', /it returned a value of type string and not an object/],
])(
  '[result-3], [map-2] a function that %s fails the run with the reason, before anything is charged',
  async (_how, customMapFunction, message) => {
    const run = await fixture.run({ profiles: names(3), customMapFunction });
    const { status, statusMessage, chargedEventCounts } = await fixture.client.run(run.id).waitForFinish();
    expect(status).toBe('FAILED');
    expect(statusMessage).toMatch(message);
    expect(await fixture.itemsOf(run)).toEqual([]);
    expect(chargedEventCounts).toMatchObject({ user: 0 });
  },
);

test('[result-3] with a function too, a run stops at its budget', async () => {
  const input = { profiles: names(40), customMapFunction: '(o) => ({ name: o.authorMeta.name })', maxConcurrency: 10 };
  const run = await fixture.run(input, { maxTotalChargeUsd: 0.01 });
  const { chargedEventCounts, statusMessage } = await fixture.succeeded(run);
  const count = (await fixture.itemsOf(run)).length;
  expect(statusMessage).toMatch(new RegExp(`^${count} results, .*budget covers no more`));
  expect(chargedEventCounts).toMatchObject({ user: count });
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(40);
});

test('[snake-1] results have the names of the app, before the function sees them', async () => {
  const map = '(user) => ({ ...user, seen: user.follower_count })';
  const run = await fixture.run({ profiles: names(1), outputFormat: 'snake_case', customMapFunction: map });
  await fixture.succeeded(run);
  const { id, name, fans, heart, secUid } = fixture.site.truth.profile(0);
  expect(await fixture.itemsOf(run)).toMatchObject([
    {
      type: 'profile',
      uid: id,
      unique_id: name,
      sec_uid: secUid,
      follower_count: fans,
      total_favorited: heart,
      seen: fans,
    },
  ]);
});
