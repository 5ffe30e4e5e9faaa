import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApifyClient } from 'apify-client';
import pino from 'pino';
import { expect, test } from 'vitest';
import { ensureUser, hashToken, KnownTokens } from '../src/accounts/tokens.ts';
import { createApp } from '../src/api/app.ts';
import { Authenticator } from '../src/api/authentication.ts';
import { registerRequestQueueRoutes } from '../src/api/request-queues/queue-routes.ts';
import { registerCommitRoutes } from '../src/api/runs/commit-routes.ts';
import { defineWrite } from '../src/database/operation.ts';
import { exec } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { LogStore } from '../src/logs/log-store.ts';
import { FileStore } from '../src/objects/file-store.ts';
import { AttemptGate } from '../src/runs/handoff/attempt-gate.ts';
import { InFlightRequests } from '../src/runs/handoff/in-flight-requests.ts';
import { SpendingLimits } from '../src/runs/supervisor/spending-limits.ts';
import { systemClock } from '../src/shared/clock.ts';
import { deleteWithRows, Eraser } from '../src/storages/erasure.ts';
import { addRequests } from '../src/storages/request-queues/change.ts';
import { markHandled } from '../src/storages/request-queues/handled.ts';
import { newRequestOf } from '../src/storages/request-queues/input.ts';
import { releaseAttemptLocks } from '../src/storages/request-queues/lock.ts';
import { insertRequestQueue } from '../src/storages/request-queues/queue.ts';
import { QueueReads } from '../src/storages/request-queues/reads.ts';

const platform = { kind: 'platform' } as const;
const userId = 'user';

/** A run whose attempts 1 and 2 have the tokens `RUN-1` and `RUN-2`; attempt 1 is active. */
const plantRun = defineWrite('test.queues.plantRun', function* ({ runId }: { runId: string }, { now }) {
  yield* insertRequestQueue({ id: `${runId}-queue`, userId, name: null, now, runId });
  yield* exec(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, active_attempt, options_json,
      meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
      VALUES (?, ?, 'a', 'b', '0.0.1', 'RUNNING', ?, 1, '{}', '{}', '{}', 'd', 'k', ?)`,
    runId,
    userId,
    now,
    `${runId}-queue`,
  );
  for (const number of [1, 2]) {
    yield* exec(
      `INSERT INTO attempts (run_id, number, server_id, build_id, phase, reason, token_hash, created_at)
        VALUES (?, ?, 's', 'b', 'active', 'start', ?, ?)`,
      runId,
      number,
      hashToken(`${runId}-${number}`),
      now,
    );
  }
});

/** What a handoff does in one transaction. */
const handOff = defineWrite('test.queues.handOff', function* (input: { runId: string; to: number; release: boolean }) {
  yield* exec('UPDATE runs SET active_attempt = ? WHERE id = ?', input.to, input.runId);
  return input.release ? yield* releaseAttemptLocks(input.runId, input.to - 1) : 0;
});

const compose = defineWrite('test.queues.compose', function* (input: { address: string; urls: string[] }, moment) {
  const access = { userId, address: input.address };
  const requests = input.urls.map((url) => newRequestOf({ url }, 'the request'));
  const { added } = yield* addRequests({ access, requests, forefront: false }, moment.now);
  const holder = { runId: 'run', attempt: 1, clientKey: undefined };
  const marks = added.slice(0, 1).map(({ requestId }) => ({ id: requestId, changes: null }));
  return yield* markHandled({ access, marks, holder }, moment);
});
const drop = defineWrite('test.queues.drop', function* (input: { id: string }) {
  yield* deleteWithRows('request_queues', input.id);
});

async function startQueues() {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const database = SqliteDatabase.open(path.join(folder, 'wherry.sqlite'), systemClock);
  await database.write(ensureUser, { userId, username: 'wherry', tokenHash: hashToken('user-token') }, platform);
  for (const runId of ['run', 'other']) await database.write(plantRun, { runId }, platform);
  const emptied: string[] = [];
  const inFlightRequests = new InFlightRequests((runId) => emptied.push(runId));
  const logger = pino({ level: 'silent' });
  const app = createApp({
    database,
    authenticator: new Authenticator(new KnownTokens(database)),
    gate: new AttemptGate(() => undefined),
    logger,
  });
  const files = new FileStore(path.join(folder, 'blobs'));
  const services = {
    database,
    inFlightRequests,
    files,
    eraser: new Eraser({ database, files, logger, clock: systemClock }),
    queueReads: new QueueReads({ database, clock: systemClock, logger }),
    spendingLimits: new SpendingLimits({
      database,
      clock: systemClock,
      logger,
      runControl: { change: () => Promise.reject(new Error('no run is charged here')) },
    }),
    logs: await LogStore.open(path.join(folder, 'logs')),
    clock: systemClock,
    publicUrl: 'http://localhost',
    consoleUrl: undefined,
  };
  registerRequestQueueRoutes(app, services);
  registerCommitRoutes(app, services);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    database,
    emptied,
    inFlight: (attempt = 1) => inFlightRequests.countOf('run', attempt),
    queueOf: (token: string, clientKey = 'crawlee', id = 'run-queue') =>
      new ApifyClient({ baseUrl: url, token, maxRetries: 0 }).requestQueue(id, { clientKey }),
    commit: async (token: string, sequence: number, requests: unknown) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ requests });
      return (await fetch(`${url}/wherry/v1/runs/run/commits/${sequence}`, { method: 'PUT', headers, body })).status;
    },
    mounted: (address: string) =>
      fetch(`${url}${address}`, { headers: { authorization: 'Bearer user-token' } }).then((answer) => answer.json()),
    async [Symbol.asyncDispose]() {
      await app.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const page = (name: string | number) => ({ url: `https://example.com/${name}`, uniqueKey: `${name}` });
const three = [page(0), page(1), page(2)];
const handled = (id: string, name: string | number) =>
  ({ ...page(name), id, handledAt: new Date().toISOString() }) as never;
const lost = { statusCode: 403, type: 'request-handled-or-locked' };

test('a request is in flight from the moment it is fetched until it is handled, reclaimed, unlocked or deleted', async () => {
  await using queues = await startQueues();
  const queue = queues.queueOf('run-1');
  await queue.batchAddRequests([...three, page(3)]);
  const items = (await queue.listAndLockHead({ lockSecs: 60 })).items.map(({ id }) => id) as string[];
  const [a, b, c, d] = items as [string, string, string, string];
  expect(queues.inFlight()).toBe(0);
  await queues.queueOf('user-token').getRequest(a);
  expect(queues.inFlight()).toBe(0);
  for (const id of items) await queue.prolongRequestLock(id, { lockSecs: 60 });
  for (const id of items) await queue.getRequest(id);
  expect(queues.inFlight()).toBe(4);

  await queue.updateRequest(handled(a, 0));
  await queue.getRequest(a);
  expect(queues.inFlight()).toBe(3);
  await queue.updateRequest({ ...page(1), id: b, retryCount: 1 } as never);
  expect(queues.inFlight()).toBe(2);
  // It is fetched again before the deletion that Crawlee sends after the update arrives.
  await queue.listAndLockHead({ lockSecs: 60 });
  await queue.getRequest(b);
  await queue.deleteRequestLock(b);
  expect(queues.inFlight()).toBe(3);
  await queue.deleteRequestLock(b);
  expect(queues.inFlight()).toBe(2);
  await queue.deleteRequest(c);
  expect([queues.inFlight(), queues.emptied]).toEqual([1, []]);
  expect(await queue.unlockRequests()).toEqual({ unlockedCount: 1 });
  expect([queues.inFlight(), queues.emptied]).toEqual([0, ['run']]);

  // Without locks, as Crawlee's first queue works.
  await queue.getRequest(d);
  expect(queues.inFlight()).toBe(1);
  await queue.updateRequest({ ...page(3), id: d });
  expect(queues.inFlight()).toBe(0);
  await queue.getRequest(d);
  await expect(queue.updateRequest({ ...page('x'), id: d })).rejects.toMatchObject({ statusCode: 400 });
  expect(queues.inFlight()).toBe(1);
  await queue.batchDeleteRequests([{ id: d }]);
  expect(queues.inFlight()).toBe(0);
});

test('a request that a commit handles is in flight until the commit is durable, whoever sends it', async () => {
  await using queues = await startQueues();
  const queue = queues.queueOf('run-1');
  await queue.batchAddRequests(three);
  const [a, b, c] = (await queue.listAndLockHead({ lockSecs: 60 })).items.map(({ id }) => id) as [
    string,
    string,
    string,
  ];
  for (const id of [a, b, c]) await queue.getRequest(id);
  expect(await queues.commit('run-1', 1, [{ handled: [a, 'none'] }])).toBe(404);
  expect(queues.inFlight()).toBe(3);
  expect(await queues.commit('run-1', 1, [{ handled: [a] }])).toBe(200);
  expect(queues.inFlight()).toBe(2);
  expect(await queues.commit('user-token', 2, [{ queueId: 'run-queue', handled: [b] }, { handled: [c] }])).toBe(200);
  expect([queues.inFlight(), queues.emptied]).toEqual([0, ['run']]);
});

test('[lock-2] the locks of an attempt are not those of another run, even with its client key', async () => {
  await using queues = await startQueues();
  const mine = queues.queueOf('run-1');
  const other = queues.queueOf('other-1');
  await mine.batchAddRequests(three);
  const [first] = (await mine.listAndLockHead({ lockSecs: 60, limit: 1 })).items;
  await expect(other.prolongRequestLock(first!.id, { lockSecs: 60 })).rejects.toMatchObject(lost);
  await expect(other.deleteRequestLock(first!.id)).rejects.toMatchObject(lost);
  expect(await other.unlockRequests()).toEqual({ unlockedCount: 0 });
  expect((await other.listAndLockHead({ lockSecs: 60 })).items).toHaveLength(2);
  // Two queues of one process have a key each, and may unlock each other's.
  await queues.queueOf('run-1', 'another').prolongRequestLock(first!.id, { lockSecs: 60 });
  expect(await queues.queueOf('run-1', 'another').unlockRequests()).toEqual({ unlockedCount: 1 });
  expect(await queues.queueOf('user-token').unlockRequests()).toEqual({ unlockedCount: 2 });
});

test('[lock-5] a client of an attempt neither gives back nor frees what another client of it has locked', async () => {
  await using queues = await startQueues();
  const one = queues.queueOf('run-1', 'one');
  const two = queues.queueOf('run-1', 'two');
  await one.batchAddRequests(three.slice(0, 1));
  const [request] = (await one.listAndLockHead({ lockSecs: 60 })).items;
  await two.updateRequest({ ...page(0), id: request!.id, retryCount: 1 } as never);
  expect((await one.listHead()).items).toEqual([]);
  await one.updateRequest({ ...page(0), id: request!.id, retryCount: 2 } as never);
  expect((await two.listAndLockHead({ lockSecs: 60 })).items).toHaveLength(1);
  await one.deleteRequestLock(request!.id);
  expect((await one.listHead()).items).toEqual([]);
});

test('the next attempt gets what its predecessor had locked once a handoff releases it, in its old place', async () => {
  await using queues = await startQueues();
  const first = queues.queueOf('run-1');
  await first.batchAddRequests(three);
  const [head] = (await first.listAndLockHead({ lockSecs: 600, limit: 1 })).items;
  expect(await queues.database.write(handOff, { runId: 'run', to: 2, release: false }, platform)).toBe(0);
  const second = queues.queueOf('run-2');
  expect((await second.listHead()).items.map(({ uniqueKey }) => uniqueKey)).toEqual(['1', '2']);
  await expect(second.prolongRequestLock(head!.id, { lockSecs: 60 })).rejects.toMatchObject(lost);
  expect(await queues.database.write(handOff, { runId: 'run', to: 2, release: true }, platform)).toBe(1);
  expect((await second.listAndLockHead({ lockSecs: 600 })).items.map(({ uniqueKey }) => uniqueKey)).toEqual([
    '0',
    '1',
    '2',
  ]);
  const fenced = { statusCode: 403, type: 'attempt-fenced' };
  await expect(first.updateRequest(handled(head!.id, 0))).rejects.toMatchObject(fenced);
  await expect(first.addRequest(page('late'))).rejects.toMatchObject(fenced);
  await expect(first.getRequest(head!.id)).rejects.toMatchObject(fenced);
  await expect(first.listAndLockHead({ lockSecs: 1 })).rejects.toMatchObject(fenced);
  expect(await second.get()).toMatchObject({ totalRequestCount: 3, handledRequestCount: 0 });
});

test('a queue is on the paths of its run, and other operations can compose its parts', async () => {
  await using queues = await startQueues();
  const urls = ['https://example.com/1', 'https://example.com/2'];
  const { handled: done } = await queues.database.write(compose, { address: 'run-queue', urls }, platform);
  expect(done).toEqual([{ requestId: expect.any(String), uniqueKey: urls[0] }]);
  expect(await queues.mounted('/v2/actor-runs/run/request-queue')).toMatchObject({
    data: { id: 'run-queue', totalRequestCount: 2, handledRequestCount: 1, actRunId: 'run' },
  });
  expect(await queues.mounted('/v2/actor-runs/run/request-queue/head')).toMatchObject({
    data: { items: [{ url: urls[1] }] },
  });
  const { data } = (await queues.mounted(`/v2/actor-runs/run/request-queue/requests/${done[0]!.requestId}`)) as {
    data: { handledAt: string };
  };
  expect(new Date(data.handledAt).toISOString()).toBe(data.handledAt);
  await queues.database.write(drop, { id: 'run-queue' }, platform);
  expect(await queues.mounted('/v2/actor-runs/run/request-queue')).toMatchObject({
    error: { type: 'record-not-found' },
  });
});
