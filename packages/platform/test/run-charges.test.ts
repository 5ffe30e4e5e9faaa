import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

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
  expect(await countsOf(fixture, run.id)).toEqual({ page: 2 });
  await client.charge({ eventName: 'page' });
  const sent = await charge(fixture, run.id, { eventName: 'page' });
  expect([sent.status, await sent.json()]).toEqual([201, {}]);
  expect(await countsOf(fixture, run.id)).toEqual({ page: 4 });
});

test('[charge-2] only the events of the price list can be charged for; without one, any', async () => {
  await using fixture = await startRunFixture();
  const paid = await fixture.start(await fixture.deploy('paid', endless, { pricingInfos }));
  expect(await typeOf(await charge(fixture, paid.id, { eventName: 'nothing' }))).toEqual([400, 'invalid-input']);
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
  expect(commit.status).toBe(400);
  expect(await countsOf(fixture, paid.id)).toEqual({});
  expect(await fixture.itemsOf(paid)).toEqual([]);
  const free = await fixture.start(await fixture.deploy('free', endless));
  expect(await typeOf(await charge(fixture, free.id, { eventName: 'whatever' }))).toEqual([
    400,
    'cannot-charge-non-pay-per-event-actor',
  ]);
});

test('[charge-3] the stock SDK charges up to the limit of the run', async () => {
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
  const run = await fixture.client.actor(actorId).call({}, { maxTotalChargeUsd: 1, log: null });
  expect(run, await fixture.logOf(run.id)).toMatchObject({ status: 'SUCCEEDED', options: { maxTotalChargeUsd: 1 } });
  const output = await fixture.client.run(run.id).keyValueStore().getRecord('OUTPUT');
  expect(output!.value).toEqual({ chargedCount: 2, eventChargeLimitReached: true, max: '1' });
  expect(run.chargedEventCounts).toEqual({ page: 2 });
  const answer = await fixture.call('POST', `/v2/acts/${actorId}/runs?maxTotalChargeUsd=0`, {});
  expect(await typeOf(answer)).toEqual([400, 'max-total-charge-usd-must-be-greater-than-zero']);
});

test('nothing is charged in a run that is over, nor in another run by an attempt', async () => {
  await using fixture = await startRunFixture();
  const victim = await fixture.start(await fixture.deploy('victim', endless));
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
  expect(await countsOf(fixture, victim.id)).toEqual({});
  expect(await countsOf(fixture, run.id)).toEqual({});
  await until('the run is RUNNING', async () => (await fixture.client.run(victim.id).get())!.status === 'RUNNING');
});
