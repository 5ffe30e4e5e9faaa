/** Wrong inputs are refused before the run starts, or named with a reason; limits are kept; nothing vanishes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from './support/until.ts';
import { type ActorFixture, startActorFixture } from './tiktok/actor-runs.ts';

let fixture: ActorFixture;
beforeAll(async () => {
  fixture = await startActorFixture('tiktok-profile-scraper', { seed: 9, unavailableRate: 0, latencyMs: 10 });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const names = (count: number): string[] => fixture.site.truth.usernames(count);

test.each([
  ['an empty list', { profiles: [] }, /profiles.*(fewer than|at least) 1/],
  ['100,000 names', { profiles: Array.from({ length: 100_000 }, (_, each) => `name${each}`) }, /profiles.*50000/],
  ['a negative limit', { profiles: ['a.name'], maxItems: -1 }, /maxItems.*>= 1/],
  [
    'no date',
    { profiles: ['a.name'], oldestPostDateUnified: 'yesterday' },
    /oldestPostDateUnified.*is not a date\. Give a date/,
  ],
  ['no pages at once', { profiles: ['a.name'], maxConcurrency: 0 }, /maxConcurrency.*>= 1/],
])('%s: refused with the message of the schema', async (_what, input, message) => {
  await expect(fixture.run(input)).rejects.toThrow(message);
});

const wrong: [string, RegExp][] = [
  ['https://example.org/@somebody', /not a TikTok URL/],
  ['https://www.tiktok.com/@somebody/video/7200000000000000001', /is a video URL where a profile URL was expected/],
  ['https://www.tiktok.com/no/such/thing', /of an unknown kind/],
  ['two words', /cannot be read as a profile URL/],
  ['#cups', /is a hashtag where a profile URL was expected\. Give a profile URL, a username/],
  ['', /is empty/],
];

test.each(['dataset', 'record'])('invalid inputs are reported in the %s, and the others are read', async (place) => {
  const videoLink = `${fixture.site.url}${fixture.site.truth.videoLink(fixture.site.truth.videosOf(8)[0]!.id)}`;
  const profiles = [...wrong.map(([input]) => input), videoLink, names(2).join(',\n'), names(1)[0]!.toUpperCase()];
  const run = await fixture.run({ profiles, failedInputs: place });
  await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  const record = (await fixture.recordOf(run, 'FAILED')) as typeof items | undefined;
  const failed = place === 'record' ? record! : items.filter(({ type }) => type === 'failed');
  expect(items.filter(({ type }) => type === 'profile').map(({ input }) => input)).toEqual(names(2));
  expect(items).toHaveLength(place === 'record' ? 2 : 2 + wrong.length + 1);
  for (const [input, message] of [...wrong, [videoLink, /is a video URL/] as const]) {
    const [found, ...others] = failed.filter((each) => each.input === input);
    expect(found, input).toMatchObject({ errorCode: 'wrong_input', error: expect.stringMatching(message) });
    expect(others).toEqual([]);
  }
});

test('failures for the record survive a lost server, each once', async () => {
  const gone = Array.from({ length: 30 }, (_, each) => `nobody.${each}`);
  const run = await fixture.run({ profiles: [...names(60), ...gone], failedInputs: 'record' });
  await until('the run has given 60 results', async () => (await fixture.itemCountOf(run)) >= 60);
  await fixture.migrate(run.id, 'lost');
  await fixture.succeeded(run);
  const failed = (await fixture.recordOf(run, 'FAILED')) as { input: string }[];
  expect(failed.map(({ input }) => input).sort()).toEqual([...gone].sort());
});

/** What the budget covers is given and charged for, and not one more, which the SDK itself would do. */
test.each(['to its end', 'through a lost server'])('a run stops at its budget, %s', async (how) => {
  const run = await fixture.run({ profiles: names(120), maxConcurrency: 10 }, { maxTotalChargeUsd: 0.1 });
  if (how !== 'to its end') {
    await until('the run has given 20 results', async () => (await fixture.itemCountOf(run)) >= 20);
    await fixture.migrate(run.id, 'lost');
  }
  const { chargedEventCounts, statusMessage } = await fixture.succeeded(run);
  expect(chargedEventCounts).toMatchObject({ profile: 50 });
  expect(await fixture.itemsOf(run)).toHaveLength(50);
  expect(statusMessage).toMatch(/^50 results, .*budget covers no more/);
});

test.each([
  [{ oldestPostDateUnified: '2025-13-45' }, /^"2025-13-45" is not a date\. Give a date such as/],
  [{ oldestPostDateUnified: '1 day', newestPostDate: '2 weeks' }, /^No post can be between "1 day" and "2 weeks"/],
])('%j fails the run before any request', async (dates, message) => {
  const run = await fixture.run({ profiles: names(1), resultsPerPage: 10, ...dates });
  const { status, statusMessage } = await fixture.client.run(run.id).waitForFinish();
  expect(status).toBe('FAILED');
  expect(statusMessage).toMatch(message);
  expect(await fixture.itemsOf(run)).toEqual([]);
});

test('proxies that cannot be used fail the run with a message', async () => {
  const run = await fixture.run({
    profiles: names(1),
    proxyConfiguration: { useApifyProxy: true, apifyProxyGroups: ['NOT_THERE'] },
  });
  const { status, statusMessage } = await fixture.client.run(run.id).waitForFinish();
  expect(status).toBe('FAILED');
  expect(statusMessage).toMatch(/^proxyConfiguration cannot be used: .*no proxy group "NOT_THERE"/);
});

test('with a budget that covers no item there is no request to the site, and the run says why', async () => {
  const before = fixture.site.visits.total;
  const run = await fixture.run({ profiles: names(3) }, { maxTotalChargeUsd: 0.001 });
  const { statusMessage } = await fixture.succeeded(run);
  expect(statusMessage).toBe("0 results, 0 inputs failed. The run's budget covers no more.");
  expect(fixture.site.visits.total).toBe(before);
});

test('a run stops at its limit of results', async () => {
  const run = await fixture.run({ profiles: names(60), maxItems: 7, maxConcurrency: 5 });
  await fixture.succeeded(run);
  expect(await fixture.itemsOf(run)).toHaveLength(7);
});
