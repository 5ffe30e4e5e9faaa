import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { dataFolderOfTest, type RunFixture, startRunFixture } from './run-fixture.ts';

const endless = 'console.log("at work"); setInterval(() => {}, 1000)';
const pricingInfos = [
  {
    pricingModel: 'PAY_PER_EVENT',
    pricingPerEvent: {
      actorChargeEvents: {
        page: { eventTitle: 'Page', eventDescription: 'A page', eventPriceUsd: 0.5 },
        'apify-actor-start': { eventTitle: 'Start', eventDescription: 'A start', eventPriceUsd: 0.1 },
      },
    },
  },
];

const charge = (fixture: RunFixture, runId: string, body: unknown, headers?: Record<string, string>) =>
  fixture.call('POST', `/v2/actor-runs/${runId}/charge`, body, headers);

const countsOf = async (fixture: RunFixture, runId: string) =>
  (await fixture.client.run(runId).get())!.chargedEventCounts;

const typeOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { type: string; message: string } };
  expect(error.message).toMatch(/[.]$/);
  return [answer.status, error.type];
};

test('[charge-1] a charge that is sent twice with its key counts once', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('paid', endless, { pricingInfos }));
  expect(run.pricingInfo).toMatchObject({ pricingModel: 'PAY_PER_EVENT' });
  const client = fixture.client.run(run.id);
  await Promise.all([1, 2, 3].map(() => client.charge({ eventName: 'page', count: 2, idempotencyKey: 'k' })));
  expect(await countsOf(fixture, run.id)).toEqual({ 'apify-actor-start': 1, page: 2 });
  await client.charge({ eventName: 'page' });
  const sent = await charge(fixture, run.id, { eventName: 'page' });
  expect([sent.status, await sent.json()]).toEqual([201, {}]);
  expect(await countsOf(fixture, run.id)).toEqual({ 'apify-actor-start': 1, page: 4 });
});

test('[charge-2] only the events of the price list can be charged for; without one, none', async () => {
  await using fixture = await startRunFixture();
  const paid = await fixture.start(await fixture.deploy('paid', endless, { pricingInfos }));
  expect(await typeOf(await charge(fixture, paid.id, { eventName: 'nothing' }))).toEqual([404, 'record-not-found']);
  expect(await typeOf(await charge(fixture, paid.id, { eventName: 'apify-actor-start' }))).toEqual([
    405,
    'cannot-charge-apify-event',
  ]);
  for (const body of [{}, { eventName: '' }, { eventName: 'page', count: 0 }, { eventName: 'page', count: 1.5 }, []]) {
    expect(await typeOf(await charge(fixture, paid.id, body)), JSON.stringify(body)).toEqual([400, 'invalid-input']);
  }
  const keyless = await charge(fixture, paid.id, { eventName: 'page' }, { 'idempotency-key': '' });
  expect(await typeOf(keyless)).toEqual([400, 'invalid-idempotency-key']);
  const commit = await fixture.call('PUT', `/wherry/v1/runs/${paid.id}/commits/1`, {
    items: [{ items: [{ n: 1 }] }],
    charges: [{ eventName: 'nothing', count: 1 }],
  });
  expect(commit.status).toBe(404);
  expect(await countsOf(fixture, paid.id)).toEqual({ 'apify-actor-start': 1, page: 0 });
  expect(await fixture.itemsOf(paid)).toEqual([]);
  const free = await fixture.start(await fixture.deploy('free', endless));
  expect(await typeOf(await charge(fixture, free.id, { eventName: 'whatever' }))).toEqual([
    400,
    'cannot-charge-non-pay-per-event-actor',
  ]);
  // As the SDK does, a commit leaves out what cannot be charged; what it gives is stored.
  const ofFree = { items: [{ items: [{ n: 1 }] }], charges: [{ eventName: 'whatever', count: 1 }] };
  expect((await fixture.call('PUT', `/wherry/v1/runs/${free.id}/commits/1`, ofFree)).status).toBe(200);
  expect(await fixture.itemsOf(free)).toEqual([{ n: 1 }]);
  expect(await countsOf(fixture, free.id)).toBeUndefined();
});

test('[charge-3] the stock SDK charges up to the limit of the run, and the run may end by itself then', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy(
    'charging',
    `import { Actor } from 'apify';
    await Actor.init();
    const { chargedCount, eventChargeLimitReached } = await Actor.charge({ eventName: 'page', count: 2 });
    await Actor.setValue('OUTPUT', { chargedCount, eventChargeLimitReached, max: process.env.ACTOR_MAX_TOTAL_CHARGE_USD });
    await Actor.exit();`,
    { pricingInfos },
  );
  const run = await fixture.client.actor(actorId).call({}, { maxTotalChargeUsd: 1.1, log: null });
  expect(run, await fixture.logOf(run.id)).toMatchObject({ status: 'SUCCEEDED', options: { maxTotalChargeUsd: 1.1 } });
  const output = await fixture.client.run(run.id).keyValueStore().getRecord('OUTPUT');
  expect(output!.value).toEqual({ chargedCount: 2, eventChargeLimitReached: true, max: '1.1' });
  expect(run.chargedEventCounts).toEqual({ 'apify-actor-start': 1, page: 2 });
  const answer = await fixture.call('POST', `/v2/acts/${actorId}/runs?maxTotalChargeUsd=0`, {});
  expect(await typeOf(answer)).toEqual([400, 'max-total-charge-usd-must-be-greater-than-zero']);
});

test('nothing is charged in a run that is over, nor in another run by an attempt', async () => {
  await using fixture = await startRunFixture();
  const victim = await fixture.start(await fixture.deploy('victim', endless, { pricingInfos }));
  const actorId = await fixture.deploy(
    'charging',
    `const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token } = process.env;
    const answer = await fetch(url + '/v2/actor-runs/${victim.id}/charge', {
      method: 'POST', headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      body: JSON.stringify({ eventName: 'page' }),
    });
    console.log('answer', answer.status);`,
    { pricingInfos },
  );
  const run = await fixture.client.actor(actorId).call({}, { log: null });
  expect(await fixture.logOf(run.id)).toContain('answer 403');
  expect(await typeOf(await charge(fixture, run.id, { eventName: 'page' }))).toEqual([403, 'job-finished']);
  expect(await countsOf(fixture, victim.id)).toEqual({ 'apify-actor-start': 1, page: 0 });
  expect(await countsOf(fixture, run.id)).toEqual({ 'apify-actor-start': 1, page: 0 });
  await until('the run is RUNNING', async () => (await fixture.client.run(victim.id).get())!.status === 'RUNNING');
});

const priced = (prices: Record<string, number>) => [
  {
    pricingModel: 'PAY_PER_EVENT',
    pricingPerEvent: {
      actorChargeEvents: Object.fromEntries(
        Object.entries(prices).map(([name, eventPriceUsd]) => [
          name,
          { eventTitle: name, eventDescription: name, eventPriceUsd },
        ]),
      ),
    },
  },
];

/** Pushes with plain calls, keyed and not, into its default dataset and another one, and commits an item. */
const pusher = `
const { APIFY_API_BASE_URL: api, APIFY_TOKEN: token, ACTOR_DEFAULT_DATASET_ID: id, ACTOR_RUN_ID: run } = process.env;
const call = (method, path, body, headers = {}) => fetch(api.replace(/[/]$/, '') + path, {
  method,
  headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
}).then(async (response) => {
  if (!response.ok) throw new Error(method + path + response.status + await response.text());
  return response.json();
});
await call('POST', '/v2/datasets/' + id + '/items', [{ n: 1 }, { n: 2 }]);
await call('POST', '/v2/actor-runs/' + run + '/dataset/items', { n: 3 });
for (const _ of [1, 2, 3]) await call('POST', '/v2/datasets/' + id + '/items', { n: 4 }, { 'idempotency-key': 'k' });
const { data: other } = await call('POST', '/v2/datasets', {});
await call('POST', '/v2/datasets/' + other.id + '/items', [{ n: 5 }]);
for (const _ of [1, 2]) await call('PUT', '/wherry/v1/runs/' + run + '/commits/1', { items: [{ items: [{ n: 6 }] }, { datasetId: other.id, items: [{ n: 7 }] }] });
console.log('pushed');
`;

test('[charge-4] starts and items of the default dataset are charged once each, however they are sent', async () => {
  await using fixture = await startRunFixture();
  const pricingInfos = priced({ 'apify-actor-start': 0.01, 'apify-default-dataset-item': 0.1 });
  const actorId = await fixture.deploy('pushing', pusher, { pricingInfos });
  const run = await fixture.client.actor(actorId).call({}, { memory: 2048, log: null });
  expect(run, await fixture.logOf(run.id)).toMatchObject({ status: 'SUCCEEDED' });
  expect((await fixture.itemsOf(run)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 6]);
  expect(await countsOf(fixture, run.id)).toEqual({ 'apify-actor-start': 2, 'apify-default-dataset-item': 5 });
  // What is pushed by hand is no result of the run, and after its end nothing changes.
  await fixture.client.dataset(run.defaultDatasetId).pushItems([{ n: 8 }]);
  expect(await countsOf(fixture, run.id)).toEqual({ 'apify-actor-start': 2, 'apify-default-dataset-item': 5 });
  await fixture.client.run(run.id).resurrect({ memory: 1024 });
  await fixture.client.run(run.id).waitForFinish();
  expect(await countsOf(fixture, run.id)).toMatchObject({ 'apify-actor-start': 3 });
  const free = await fixture.client.actor(await fixture.deploy('free', pusher)).call({}, { log: null });
  expect(await countsOf(fixture, free.id)).toBeUndefined();
});

test('[charge-4] handoffs and reboots charge no start, and the budget of a run goes on in its next attempt', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy(
    'moving',
    `import { Actor } from 'apify';
    await Actor.init();
    const manager = Actor.getChargingManager();
    await Actor.setValue('LEFT-' + Date.now(), manager.calculateMaxEventChargeCountWithinLimit('page'));
    await Actor.charge({ eventName: 'page' });
    console.log('charged', manager.getChargedEventCount('page'));
    setInterval(() => {}, 1000);`,
    { pricingInfos: priced({ 'apify-actor-start': 1, page: 1 }) },
  );
  const run = await fixture.start(actorId, {}, { maxTotalChargeUsd: 11 });
  const chargedTimes = (count: number) => async () => (await fixture.logOf(run.id)).includes(`charged ${count}`);
  await until('the first attempt has charged', chargedTimes(1));
  await fixture.migrate(run.id, 'lost');
  await until('the second attempt has charged', chargedTimes(2));
  await fixture.client.run(run.id).reboot();
  await until('the third attempt has charged', chargedTimes(3));
  expect(await countsOf(fixture, run.id)).toEqual({ 'apify-actor-start': 1, page: 3 });
  const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  const { items } = await store.listKeys({ prefix: 'LEFT-' });
  const left = await Promise.all(items.map(async ({ key }) => (await store.getRecord(key))!.value));
  expect(left).toEqual([10, 9, 8]);
});

test('[charge-3] a run that exceeds its limit is aborted with a reason, and costs no more than the limit', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy(
    'greedy',
    `import { Actor } from 'apify';
    await Actor.init();
    Actor.on('aborting', () => process.exit(0));
    for (let n = 0; n < 4; n += 1) await Actor.pushData({ n });
    console.log('pushed all');
    setInterval(() => {}, 1000);`,
    { pricingInfos: priced({ 'apify-default-dataset-item': 0.3 }) },
  );
  const started = await fixture.start(actorId, {}, { maxTotalChargeUsd: 1 });
  const run = await fixture.client.run(started.id).waitForFinish();
  expect(run, await fixture.logOf(run.id)).toMatchObject({
    status: 'ABORTED',
    statusMessage: 'The run was aborted: its maximum total charge of $1 was reached.',
    usageTotalUsd: 1,
    // The SDK goes beyond the limit by one, so that the platform notices.
    chargedEventCounts: { 'apify-default-dataset-item': 4 },
  });
});

test('[charge-3] a run that has reached its limit exactly and goes on is aborted, also by the next process', async () => {
  const dataFolder = await dataFolderOfTest();
  try {
    let runId: string;
    {
      await using fixture = await startRunFixture({ dataFolder });
      const actorId = await fixture.deploy('endless', endless, { pricingInfos: priced({ page: 0.5 }) });
      const run = await fixture.start(actorId, {}, { maxTotalChargeUsd: 1 });
      runId = run.id;
      await fixture.client.run(runId).charge({ eventName: 'page', count: 2 });
      expect((await fixture.client.run(runId).get())!.status).toBe('RUNNING');
    }
    await using fixture = await startRunFixture({ dataFolder });
    await until('the run is being aborted', async () => {
      return ['ABORTING', 'ABORTED'].includes((await fixture.client.run(runId).get())!.status);
    });
    await fixture.client.run(runId).abort();
    expect(await fixture.client.run(runId).waitForFinish()).toMatchObject({
      status: 'ABORTED',
      chargedEventCounts: { page: 2 },
    });
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
});
