import { expect, test } from 'vitest';
import type { Json } from '../src/comparison/json.ts';
import { comparedRecords } from '../src/comparison/outcome-reader.ts';

const compared = async (records: Record<string, Json>) =>
  Object.fromEntries(await comparedRecords(new Map(Object.entries(records))));

test('[internal-1] records of the SDK and of Crawlee are left out, and the author’s own state is not', async () => {
  expect(
    await compared({
      INPUT: {},
      SDK_CRAWLER_STATISTICS_0: {},
      SDK_SESSION_POOL_STATE: {},
      CRAWLEE_STATE: { seen: 1 },
      OUT: 2,
    }),
  ).toEqual({ CRAWLEE_STATE: { seen: 1 }, OUT: 2 });
});

test('[internal-2] of a durable state the value is compared, whatever its size; its other records and the journal are left out', async () => {
  const stored = { format: 1, version: 1, snapshot: { generation: 0, chunks: 0 }, merged: [0, 0], fresh: [0, 1] };
  // The head of a state that was large before has no readable copy.
  const head = { durable: { ...stored, tail: [['set', ['next'], 4]] } };
  const parts = { 'S.durable.fresh-0': [['set', [], { next: 3 }]], 'S.durable.readable': {}, 'WHERRY-JOURNAL-0': {} };
  expect(await compared({ S: head, ...parts })).toEqual({ S: { next: 4 } });
  expect(await compared({ S: { durable: { ...stored, fresh: [7, 8], tail: [] } }, ...parts })).toEqual({
    S: { unreadable: expect.stringContaining('S.durable.fresh-7') },
  });
  // Without a head, records with such names are the author's own.
  const own = { 'S.durable.merged-4': 1, S: { next: 1 } };
  expect(await compared(own)).toEqual(own);
});
