import { expect, test } from 'vitest';
import { chargeEventsOf, checkedPricingInfos, pricingAt, startEventsOf, totalUsd } from '../src/actors/pricing.ts';
import { lastRunFilterOf, periodOf, requestedOptionsOf, statusesOf } from '../src/api/runs/run-query.ts';
import { resurrectOptions, startOptions } from '../src/runs/operations/run-options.ts';

const defaults = { build: 'latest', timeoutSecs: 3600, memoryMbytes: 1024 };
const now = Date.parse('2026-01-01T00:00:00.000Z');

test('requested are read from the URL, and what is not wished for is left out', () => {
  expect(requestedOptionsOf({})).toEqual({});
  expect(requestedOptionsOf({ memory: '128', timeout: '0', build: '', restartOnError: '0' })).toEqual({
    memoryMbytes: 128,
    timeoutSecs: 0,
    restartOnError: false,
  });
  expect(requestedOptionsOf({ timeout: '1.2', maxTotalChargeUsd: '0.25', maxItems: '3', build: 'beta' })).toEqual({
    timeoutSecs: 2,
    maxTotalChargeUsd: 0.25,
    maxItems: 3,
    build: 'beta',
  });
  expect(requestedOptionsOf({ timeout: '1e15' })).toEqual({ timeoutSecs: 1_000_000_000 });
});

test('requested win over defaults, and the disk follows the memory', () => {
  expect(startOptions({}, defaults, null)).toEqual({ ...defaults, restartOnError: false, diskMbytes: 2048 });
  expect(startOptions({ memoryMbytes: 256 }, { ...defaults, restartOnError: true, maxItems: 7 }, null)).toEqual({
    build: 'latest',
    timeoutSecs: 3600,
    memoryMbytes: 256,
    restartOnError: true,
    maxItems: 7,
    diskMbytes: 512,
  });
  const before = startOptions({ timeoutSecs: 5 }, defaults, null);
  expect(resurrectOptions({ memoryMbytes: 512 }, before, null)).toEqual({
    ...before,
    memoryMbytes: 512,
    diskMbytes: 1024,
  });
});

test('a limit of nothing is refused where it would leave a paid Actor nothing to charge', () => {
  const byItem = pricingAt({ pricingInfos: [{ pricingModel: 'PRICE_PER_DATASET_ITEM' }] }, now);
  expect(() => startOptions({ maxItems: 0 }, defaults, byItem)).toThrow('maxItems');
  expect(startOptions({ maxItems: 0 }, defaults, null).maxItems).toBe(0);
  const byEvent = pricingAt({ pricingInfos: [{ pricingModel: 'PAY_PER_EVENT' }] }, now);
  expect(() => startOptions({ maxTotalChargeUsd: 0 }, defaults, byEvent)).toThrow('maxTotalChargeUsd');
});

test('the price list that holds is the last one that has begun', () => {
  const infos = [
    { pricingModel: 'FREE', startedAt: '2025-01-01T00:00:00.000Z' },
    { pricingModel: 'PAY_PER_EVENT', startedAt: '2025-06-01T00:00:00.000Z' },
    { pricingModel: 'FLAT_PRICE_PER_MONTH', startedAt: '2026-06-01T00:00:00.000Z' },
  ];
  expect(pricingAt({ pricingInfos: infos }, now)?.pricingModel).toBe('PAY_PER_EVENT');
  expect(pricingAt({ pricingInfos: infos.slice(2) }, now)).toBeNull();
  expect(pricingAt({}, now)).toBeNull();
  expect(pricingAt({ pricingInfos: infos.toReversed() }, now)?.pricingModel).toBe('PAY_PER_EVENT');
  expect(chargeEventsOf(pricingAt({ pricingInfos: infos }, now))).toEqual({});
  expect(chargeEventsOf(null)).toBeUndefined();
});

const byEvents = (actorChargeEvents: object, more: object = {}) => ({
  pricingModel: 'PAY_PER_EVENT',
  pricingPerEvent: { actorChargeEvents },
  ...more,
});

test('a limit below what the start costs, or below the least of the price list, is refused', () => {
  const start = pricingAt({ pricingInfos: [byEvents({ 'apify-actor-start': { eventPriceUsd: 0.1 } })] }, now);
  const least = pricingAt({ pricingInfos: [byEvents({}, { minimalMaxTotalChargeUsd: 2 })] }, now);
  const type = 'max-total-charge-usd-below-minimum';
  const refused = (options: object, pricing: typeof start) => {
    try {
      startOptions(options, defaults, pricing);
      return undefined;
    } catch (error) {
      return (error as { type: string }).type;
    }
  };
  expect(refused({ maxTotalChargeUsd: 0.3, memoryMbytes: 4096 }, start)).toBe(type);
  expect(refused({ maxTotalChargeUsd: 0.4, memoryMbytes: 4096 }, start)).toBeUndefined();
  expect(refused({ maxTotalChargeUsd: 1.99 }, least)).toBe(type);
  expect(refused({}, least)).toBeUndefined();
  expect([128, 1024, 1025, 2048, 4096].map(startEventsOf)).toEqual([1, 1, 2, 2, 4]);
});

test('prices in tiers are resolved, and sums are rounded as the SDK rounds them', () => {
  const tiers = { FREE: { tieredEventPriceUsd: 0.3 }, BRONZE: { tieredEventPriceUsd: 0.1 } };
  const pricing = pricingAt({ pricingInfos: [byEvents({ page: { eventTieredPricingUsd: tiers } })] }, now);
  expect(chargeEventsOf(pricing)).toMatchObject({ page: { eventPriceUsd: 0.1 } });
  expect(totalUsd(chargeEventsOf(pricing)!, { page: 3, unknown: 5 })).toBe(0.3);
});

test('price lists are completed for strict clients, and only appended', () => {
  const typeOf = (given: unknown, known: unknown) => {
    try {
      checkedPricingInfos(given, known, now);
      return undefined;
    } catch (error) {
      return (error as { type: string }).type;
    }
  };
  const info = byEvents({ page: { eventPriceUsd: 1 } });
  const stored = checkedPricingInfos([info], [], now) as object[];
  const at = new Date(now).toISOString();
  expect(stored).toEqual([
    {
      ...byEvents({ page: { eventTitle: 'page', eventDescription: '', eventPriceUsd: 1 } }),
      createdAt: at,
      startedAt: at,
      apifyMarginPercentage: 0,
    },
  ]);
  // What is stored may be sent again, with what was added or without it.
  expect(checkedPricingInfos(stored, stored, now + 1)).toEqual(stored);
  expect(checkedPricingInfos([info], stored, now + 1)).toEqual(stored);
  expect(checkedPricingInfos([info, { pricingModel: 'FREE' }], stored, now + 1)).toHaveLength(2);
  expect(typeOf([], stored)).toBe('cannot-remove-pricing-info');
  expect(typeOf([byEvents({ page: { eventPriceUsd: 2 } })], stored)).toBe('incorrect-pricing-modifier-prefix');
  expect(typeOf([info, info, info], stored)).toBe('cannot-add-multiple-pricing-infos');
  expect(typeOf([info, { ...info, startedAt: at }], stored)).toBe('cannot-add-pricing-info-that-alters-past');
  const future = [info, { ...info, startedAt: '2026-03-01T00:00:00.000Z' }];
  const twice = [...future, { ...info, startedAt: '2026-04-01T00:00:00.000Z' }];
  expect(typeOf(twice, checkedPricingInfos(future, stored, now))).toBe('cannot-add-second-future-pricing-info');
  for (const price of [-1, '1', null]) {
    expect(typeOf([byEvents({ page: { eventPriceUsd: price } })], [])).toBe('invalid-input');
  }
  expect(typeOf([byEvents({ page: {} })], [])).toBe('invalid-input');
  expect(typeOf([byEvents([] as object)], [])).toBe('invalid-input');
});

test('filters of runs are read from the URL', () => {
  expect(statusesOf({ status: 'FAILED, TIMED-OUT' })).toEqual(['FAILED', 'TIMED-OUT']);
  expect(lastRunFilterOf({ origin: 'CLI' })).toEqual({ statuses: null, origin: 'CLI' });
  expect(periodOf({ startedAfter: '2026-01-01T00:00:00.000Z' }).startedAfter).toBe(now);
});
