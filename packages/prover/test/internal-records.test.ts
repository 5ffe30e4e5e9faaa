import { expect, test } from 'vitest';
import { comparedRecords } from '../src/internal-records.ts';
import type { Json } from '../src/json.ts';

const compared = (records: Record<string, Json>) =>
  Object.fromEntries(comparedRecords(new Map(Object.entries(records))));

test('I1: what the SDK and Crawlee keep is left out, and what an author keeps with their help is not', () => {
  expect(
    compared({
      INPUT: {},
      SDK_CRAWLER_STATISTICS_0: {},
      SDK_SESSION_POOL_STATE: {},
      CRAWLEE_STATE: { seen: 1 },
      OUT: 2,
    }),
  ).toEqual({ CRAWLEE_STATE: { seen: 1 }, OUT: 2 });
});

test('I2: a durable state is its value; its other records and the journal are left out', () => {
  const head = { durable: { format: 1, version: 1, tail: [] }, value: { next: 3 } };
  const parts = {
    ...{ 'S.durable.snapshot-2-0': [], 'S.durable.merged-4': [], 'S.durable.fresh-17': [] },
    ...{ 'S.durable.readable': {}, 'WHERRY-JOURNAL-0': {} },
  };
  expect(compared({ S: head, ...parts })).toEqual({ S: { next: 3 } });
  expect(compared({ S: { durable: { format: 1 } }, ...parts })).toEqual({});
  // Without a head the same names are an author's own.
  expect(compared({ 'S.durable.merged-4': 1, S: { next: 1 } })).toEqual({ 'S.durable.merged-4': 1, S: { next: 1 } });
});
