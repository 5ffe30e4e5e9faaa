import { expect, test } from 'vitest';
import { costOf } from '../src/runs/operations/run-cost.ts';
import { startRunFixture } from './run-fixture.ts';

const hourMs = 3_600_000;
const pricing = {
  pricingModel: 'PAY_PER_EVENT',
  startedAt: '2026-01-01T00:00:00.000Z',
  pricingPerEvent: { actorChargeEvents: { page: { eventPriceUsd: 0.5 } } },
};

test('a run costs its events, up to its limit, and what it has used at the prices of the operator', () => {
  const options = { memoryMbytes: 2048 };
  const run = { options, runTimeMs: hourMs, pricing: null, chargedEventCounts: undefined };
  expect(costOf(run, { ACTOR_COMPUTE_UNITS: 0 })).toEqual({ computeUnits: 2, computeUnitsUsd: 0, totalUsd: 0 });
  expect(costOf(run, { ACTOR_COMPUTE_UNITS: 0.25 })).toMatchObject({ computeUnitsUsd: 0.5, totalUsd: 0.5 });
  const paid = { ...run, pricing, chargedEventCounts: { page: 4 } };
  expect(costOf(paid, { ACTOR_COMPUTE_UNITS: 0.25 }).totalUsd).toBe(2.5);
  const limited = { ...paid, options: { ...options, maxTotalChargeUsd: 1.2 } };
  expect(costOf(limited, { ACTOR_COMPUTE_UNITS: 0.25 }).totalUsd).toBe(1.7);
});

interface Usage {
  readonly monthlyServiceUsage: { ACTOR_COMPUTE_UNITS: { quantity: number; baseAmountUsd: number } };
  readonly dailyServiceUsages: { date: string; totalUsageCreditsUsd: number }[];
  readonly totalUsageCreditsUsdAfterVolumeDiscount: number;
}

test('costs are shown of a run, in lists, and of the month, and an account has limits and a store', async () => {
  await using fixture = await startRunFixture({ prices: { ACTOR_COMPUTE_UNITS: 1_000_000 }, maxRuns: 7 });
  const actorId = await fixture.deploy('costly', 'console.log("done")', { isPublic: true, title: 'A costly one' });
  const { id } = await fixture.client.actor(actorId).call({}, { log: null, memory: 1024 });
  const run = (await fixture.client.run(id).get()) as unknown as {
    usage: Record<string, number>;
    usageUsd: Record<string, number>;
    usageTotalUsd: number;
    stats: { computeUnits: number };
  };
  expect(run.usage.ACTOR_COMPUTE_UNITS).toBe(run.stats.computeUnits);
  expect(run.usageTotalUsd).toBeCloseTo(run.stats.computeUnits * 1_000_000, 5);
  expect(run.usageUsd.ACTOR_COMPUTE_UNITS).toBe(run.usageTotalUsd);
  expect(run.usageTotalUsd).toBeGreaterThan(0);
  expect((await fixture.client.runs().list()).items).toMatchObject([{ id, usageTotalUsd: run.usageTotalUsd }]);

  const dataOf = async <Data>(path: string): Promise<Data> =>
    ((await (await fixture.call('GET', path)).json()) as { data: Data }).data;
  const usage = await dataOf<Usage>('/v2/users/me/usage/monthly');
  expect(usage.totalUsageCreditsUsdAfterVolumeDiscount).toBe(run.usageTotalUsd);
  expect(usage.dailyServiceUsages).toMatchObject([{ totalUsageCreditsUsd: run.usageTotalUsd }]);
  expect(usage.monthlyServiceUsage.ACTOR_COMPUTE_UNITS.quantity).toBe(run.stats.computeUnits);
  const past = await dataOf<Usage>('/v2/users/me/usage/monthly?date=2020-02-11');
  expect(past).toMatchObject({
    usageCycle: { startAt: '2020-02-01T00:00:00.000Z', endAt: '2020-02-29T23:59:59.999Z' },
    dailyServiceUsages: [],
  });
  expect((await fixture.call('GET', '/v2/users/me/usage/monthly?date=soon')).status).toBe(400);
  expect(await dataOf('/v2/users/me/limits')).toMatchObject({
    limits: { maxConcurrentActorJobs: 7 },
    current: { monthlyUsageUsd: run.usageTotalUsd, actorCount: 1, activeActorJobCount: 0, actorMemoryGbytes: 0 },
  });
  await fixture.deploy('hidden', 'console.log("done")');
  expect(await dataOf('/v2/store?search=COSTLY')).toMatchObject({ total: 1, items: [{ id: actorId, name: 'costly' }] });
  const open = (await (
    await fetch(`${fixture.platform.url}/v2/store?pricingModel=FREE&username=WHERRY`)
  ).json()) as object;
  expect(open).toMatchObject({
    data: { total: 1, items: [{ id: actorId, currentPricingInfo: { pricingModel: 'FREE' }, stats: { totalRuns: 1 } }] },
  });
  for (const none of ['search=hidden', 'category=AI', 'username=somebody', 'pricingModel=PAY_PER_EVENT', 'offset=1']) {
    expect(await dataOf(`/v2/store?${none}`), none).toMatchObject({ items: [] });
  }
});
