import { expect, test } from 'vitest';
import { chargeableEvents, pricingAt } from '../src/actors/pricing.ts';
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
  expect(chargeableEvents(pricingAt({ pricingInfos: infos }, now))).toEqual([]);
  expect(chargeableEvents(null)).toBeUndefined();
});

test('filters of runs are read from the URL', () => {
  expect(statusesOf({ status: 'FAILED, TIMED-OUT' })).toEqual(['FAILED', 'TIMED-OUT']);
  expect(lastRunFilterOf({ origin: 'CLI' })).toEqual({ statuses: null, origin: 'CLI' });
  expect(periodOf({ startedAfter: '2026-01-01T00:00:00.000Z' }).startedAfter).toBe(now);
});
