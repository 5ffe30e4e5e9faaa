import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import type { Json } from '../src/comparison/json.ts';
import { comparedRecords, readOutcome } from '../src/comparison/outcome-reader.ts';

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

test('a platform that ends while an outcome is read fails the read, and nothing besides', async () => {
  const run = { id: 'run', defaultDatasetId: 'd', defaultKeyValueStoreId: 's', defaultRequestQueueId: 'q' };
  // It ends after the first list: what was asked for by then fails at once, what is asked for later fails later.
  const server = http.createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    const url = request.url ?? '';
    if (/\/datasets(\?|$)/.test(url)) return response.end(JSON.stringify({ data: { items: [], total: 0 } }));
    if (/\/actor-runs\/run(\?|$)/.test(url)) return response.end(JSON.stringify({ data: run }));
    if (/\/(key-value-stores|request-queues)(\?|$)/.test(url)) await delay(100);
    request.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const client = new ApifyClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'a',
    maxRetries: 0,
  });
  const facts = { runId: 'run', status: 'SUCCEEDED', durationMs: 1, outside: [] };
  // A rejection that nobody handles would end `wherry prove`; Vitest reports it.
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  await expect(readOutcome(client, facts)).rejects.toThrow();
  await delay(200);
  expect(unhandled).toEqual([]);
});
