import { expect, test } from 'vitest';
import { startRunFixture } from '../../platform/test/run-fixture.ts';

const main = `
import { finishActor, startActor } from '@wherry/tiktok-actors';
const { results } = await startActor();
const item = (number) => ({ type: 'profile', input: String(number) });
await Promise.all(Array.from({ length: 20 }, (_, number) => results.give('profile', [item(number)])));
await finishActor(results);
`;

const price = { eventTitle: 'Profile', eventDescription: 'A profile.', eventPriceUsd: 0.01 };
const pricingInfos = [{ pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents: { profile: price } } }];

test('[result-1] concurrent callers do not spend the same rest of a budget', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('gives-at-once', main, { pricingInfos });
  const run = await fixture.start(actorId, {}, { maxTotalChargeUsd: 0.05 });
  const { status, chargedEventCounts } = await fixture.client.run(run.id).waitForFinish();
  expect(status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  expect(chargedEventCounts).toMatchObject({ profile: 5 });
  expect(await fixture.itemsOf(run)).toHaveLength(5);
});
