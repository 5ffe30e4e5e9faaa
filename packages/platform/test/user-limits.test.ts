/** Limits of users: what administrators and users set, and what of it is enforced where runs start. */
import { once } from 'node:events';
import { appendFile, rm, statfs } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ApifyClient } from 'apify-client';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { deployTo, startRunFixture } from './run-fixture.ts';
import { mountSmallDisk } from './small-disk.ts';
import { bearer, makeUser } from './users-fixture.ts';

const idle = { 'main.js': 'setInterval(() => {}, 1000);' };
const tooManyRuns = { statusCode: 402, type: 'concurrent-runs-limit-exceeded' };
const tooMuchMemory = { statusCode: 402, type: 'actor-memory-limit-exceeded' };

interface Limits {
  readonly limits: Readonly<Record<string, number>>;
  readonly current: Readonly<Record<string, number>>;
}
const limitsOf = async (client: ApifyClient) => (await client.user().limits()) as unknown as Limits;

test('[limits-1] [limits-3] an administrator limits the runs and the memory of one user, and the others have the usual limits', async () => {
  await using fixture = await startRunFixture({ maxRuns: 3, maxUserMbytes: 1024 });
  const { url } = fixture.platform;
  const jane = await makeUser(fixture, 'jane');
  const client = new ApifyClient({ baseUrl: url, token: jane.token, maxRetries: 0 });
  const actorId = await deployTo(client, 'idle', idle);
  const start = (memory: number) => client.actor(actorId).start({}, { memory });
  expect((await limitsOf(client)).limits).toMatchObject({ maxConcurrentActorJobs: 3, maxActorMemoryGbytes: 1 });
  const limit = async (limits: object) => {
    const changed = await fixture.call('PUT', '/wherry/v1/users/jane', limits);
    expect(changed.status).toBe(200);
    expect(await changed.json()).toMatchObject({ data: limits });
  };

  const first = await start(512);
  await expect(start(1024)).rejects.toMatchObject(tooMuchMemory);
  await start(512);
  await expect(start(128)).rejects.toMatchObject(tooMuchMemory);
  await limit({ maxMemoryMbytes: 4096, maxRuns: 2 });
  await expect(start(128)).rejects.toMatchObject(tooManyRuns);
  expect((await limitsOf(client)).limits).toMatchObject({ maxConcurrentActorJobs: 2, maxActorMemoryGbytes: 4 });
  await limit({ maxRuns: 10 });
  const third = await start(2048);
  expect((await limitsOf(client)).current).toMatchObject({ activeActorJobCount: 3, actorMemoryGbytes: 3 });

  await client.run(third.id).abort();
  await client.run(third.id).waitForFinish();
  await limit({ maxMemoryMbytes: 2048 });
  await expect(client.run(third.id).resurrect()).rejects.toMatchObject(tooMuchMemory);
  await limit({ maxRuns: 2, maxMemoryMbytes: null });
  await expect(client.run(third.id).resurrect()).rejects.toMatchObject(tooManyRuns);
  // A run that goes on is never ended for a limit.
  expect((await client.run(first.id).get())!.status).toBe('RUNNING');

  const own = await fixture.deploy('own', idle['main.js']);
  await Promise.all([1, 2, 3].map(() => fixture.start(own, {}, { memory: 128 })));
  await expect(fixture.start(own, {}, { memory: 128 })).rejects.toMatchObject(tooManyRuns);
  const asJane = await fixture.call('PUT', '/wherry/v1/users/jane', { maxRuns: 100 }, bearer(jane.token));
  expect(asJane.status).toBe(403);
});

test('[limits-3] of runs that are started at the same moment, as many start as there is memory for', async () => {
  await using fixture = await startRunFixture({ maxUserMbytes: 1024, writer: 'worker thread' });
  const actorId = await fixture.deploy('idle', idle['main.js']);
  const starts = await Promise.allSettled([1, 2, 3, 4, 5].map(() => fixture.start(actorId, {}, { memory: 512 })));
  expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  for (const each of starts) if (each.status === 'rejected') expect(each.reason).toMatchObject(tooMuchMemory);
});

test('a user sets limits with the stock client, within those of the operator', async () => {
  await using fixture = await startRunFixture({ retention: { runs: 60, storages: 90 } });
  const { client } = fixture;
  expect((await limitsOf(client)).limits).toMatchObject({ dataRetentionDays: 60 });
  await client.user().updateLimits({ maxMonthlyUsageUsd: 20, dataRetentionDays: 14 });
  expect((await limitsOf(client)).limits).toMatchObject({ dataRetentionDays: 14, maxMonthlyUsageUsd: 20 });
  await client.user().updateLimits({ maxMonthlyUsageUsd: 30 });
  expect((await limitsOf(client)).limits).toMatchObject({ dataRetentionDays: 14, maxMonthlyUsageUsd: 30 });
  const tooLong = client.user().updateLimits({ dataRetentionDays: 61 });
  await expect(tooLong).rejects.toMatchObject({ statusCode: 400, type: 'invalid-input' });
  for (const wrong of [{ dataRetentionDays: 0 }, { maxMonthlyUsageUsd: -1 }, { dataRetentionDays: 'a' }]) {
    const refused = await fixture.call('PUT', '/v2/users/me/limits', wrong);
    expect(refused.status, JSON.stringify(wrong)).toBe(400);
  }
  expect((await fixture.call('PUT', '/v2/users/me/limits', {})).status).toBe(201);
});

interface Item {
  readonly quantity: number;
  readonly baseAmountUsd: number;
}

/** Sends back what it gets, as a server and after an upgrade. */
const echo = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => request.pipe(response));
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nconnection: upgrade\\r\\nupgrade: websocket\\r\\n\\r\\n');
    socket.on('error', () => undefined).pipe(socket);
  });
  server.listen(Number(process.env.ACTOR_WEB_SERVER_PORT));`;

test('[usage-2] what goes to web servers of runs and Actors in Standby mode, and comes back, is counted once', async () => {
  await using fixture = await startRunFixture({ standby: { stopSecs: 0.5 } });
  const { client } = fixture;
  const actorStandby = { isEnabled: true, memoryMbytes: 256 };
  const actorId = await fixture.deploy('echo', echo, { actorStandby });
  const run = await fixture.start(actorId);
  const bytes = async () => {
    const { monthlyServiceUsage } = (await client.user().monthlyUsage())!;
    const { DATA_TRANSFER_EXTERNAL_GBYTES: item } = monthlyServiceUsage as unknown as Readonly<Record<string, Item>>;
    return (item?.quantity ?? 0) * 1024 ** 3;
  };
  // The calls that ask for the usage are small beside it.
  const sentBytes = 4_000_000;
  const both = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(sentBytes), headers });
    expect((await response.text()).length).toBe(sentBytes);
  };
  /** What is sent and what comes back, once. */
  const expectMore = async (before: number) => {
    // A call of the API, over the connection of a request before when there is one.
    await fixture.call('GET', '/v2/users/me');
    const after = await until('it is counted', async () => {
      const now = await bytes();
      return now - before > 2 * sentBytes && now;
    });
    expect(after - before).toBeLessThan(3 * sentBytes);
  };

  let before = await bytes();
  await both(`${run.containerUrl}/`);
  await expectMore(before);

  before = await bytes();
  const { hostname, port, pathname } = new URL(run.containerUrl);
  const headers = { connection: 'upgrade', upgrade: 'websocket' };
  const call = httpRequest({ hostname, port, path: `${pathname}/`, headers, agent: false }).end();
  const [, socket] = (await once(call, 'upgrade')) as [unknown, Socket];
  socket.write('x'.repeat(sentBytes));
  let back = 0;
  for await (const chunk of socket) {
    back += (chunk as Buffer).length;
    if (back === sentBytes) break;
  }
  socket.destroy();
  await expectMore(before);

  before = await bytes();
  const { standbyUrl } = (await client.actor(actorId).get()) as unknown as { standbyUrl: string };
  await both(`${standbyUrl}/`, { authorization: `Bearer ${fixture.platform.token}` });
  await expectMore(before);
  for (const { id } of (await client.runs().list()).items) await client.run(id).abort();
});

test('[usage-2] calls are counted by what they do, commits by their parts, and priced as the operator says', async () => {
  const prices = { ACTOR_COMPUTE_UNITS: 0, DATASET_WRITES: 0.5 };
  await using fixture = await startRunFixture({ prices });
  const { client } = fixture;
  const dataset = client.dataset((await client.datasets().getOrCreate('results')).id);
  const store = client.keyValueStore((await client.keyValueStores().getOrCreate('state')).id);
  const queue = client.requestQueue((await client.requestQueues().getOrCreate('todo')).id);
  for (let count = 0; count < 3; count += 1) await dataset.pushItems({ count });
  await dataset.listItems();
  await store.setRecord({ key: 'a', value: { text: 'x'.repeat(100_000) } });
  await store.getRecord('a');
  await store.listKeys();
  await queue.addRequest({ url: 'https://example.com', uniqueKey: 'a' });
  await queue.listHead();
  await fixture.call('POST', '/v2/datasets/none/items', [{}]);
  const usage = async () =>
    (await client.user().monthlyUsage())!.monthlyServiceUsage as unknown as Readonly<Record<string, Item>>;
  const used = await usage();
  const quantities = Object.fromEntries(Object.entries(used).map(([unit, { quantity }]) => [unit, quantity]));
  expect(quantities).toMatchObject({
    DATASET_WRITES: 3,
    DATASET_READS: 1,
    KEY_VALUE_STORE_WRITES: 1,
    KEY_VALUE_STORE_READS: 1,
    KEY_VALUE_STORE_LISTS: 1,
    REQUEST_QUEUE_WRITES: 1,
    REQUEST_QUEUE_READS: 1,
  });
  expect(used.DATASET_WRITES!.baseAmountUsd).toBe(1.5);
  // The record goes to the platform and comes back, perhaps compressed on the way there.
  expect(used.DATA_TRANSFER_EXTERNAL_GBYTES!.quantity * 1024 ** 3).toBeGreaterThan(100_000);

  const committer = await fixture.deploy(
    'committer',
    `const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_RUN_ID: id } = process.env;
    const body = JSON.stringify({ id: 'c1', items: [{ items: [{}] }, { items: [{}] }], records: [{ key: 'a', value: 1 }] });
    const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
    for (let again = 0; again < 2; again += 1) {
      const response = await fetch(url + '/wherry/v1/runs/' + id + '/commits/1', { method: 'PUT', headers, body });
      console.log(response.status);
    }`,
  );
  const run = await fixture.start(committer);
  await client.run(run.id).waitForFinish();
  expect(await fixture.logOf(run.id)).toMatch(/200[\s\S]*200/);
  const after = await usage();
  expect(after.DATASET_WRITES!.quantity).toBe(5);
  expect(after.KEY_VALUE_STORE_WRITES!.quantity).toBe(2);
  expect(after.DATA_TRANSFER_INTERNAL_GBYTES!.quantity).toBeGreaterThan(0);
});

test('[admission-2] no run starts for a user whose month has cost its maximum', async () => {
  await using fixture = await startRunFixture({ prices: { ACTOR_COMPUTE_UNITS: 1_000_000 } });
  const { client } = fixture;
  const actorId = await fixture.deploy('costly', 'console.log("done");');
  const { id } = await fixture.start(actorId);
  await client.run(id).waitForFinish();
  await client.user().updateLimits({ maxMonthlyUsageUsd: 0.01 });
  const exceeded = { statusCode: 402, type: 'monthly-usage-limit-exceeded' };
  await expect(fixture.start(actorId)).rejects.toMatchObject(exceeded);
  await expect(client.run(id).resurrect()).rejects.toMatchObject(exceeded);
  await client.user().updateLimits({ maxMonthlyUsageUsd: 1_000_000_000 });
  await client.run((await fixture.start(actorId)).id).waitForFinish();
});

test('[admission-1] above the watermark of the disk no run starts, /health says so, and below it one that waits does', async (context) => {
  const disk = await mountSmallDisk(context);
  await using fixture = await startRunFixture({ dataFolder: disk, memoryMbytes: 128, diskWatermarkPercent: 60 });
  const { client } = fixture;
  const actorId = await fixture.deploy('idle', idle['main.js']);
  const options = { memory: 128 };
  const first = await fixture.start(actorId, {}, options);
  const waiting = await fixture.start(actorId, {}, options);
  const statusOf = async (id: string) => (await client.run(id).get())!.status;
  expect(await statusOf(waiting.id)).toBe('READY');
  const health = async () =>
    (await (await fixture.call('GET', '/health')).json()) as { status: string; checks: { disk: { message?: string } } };
  expect((await health()).checks.disk.message).toBeUndefined();

  const ballast = path.join(disk, 'ballast');
  const usedPercent = async () => {
    const { blocks, bfree } = await statfs(disk);
    return (100 * (blocks - bfree)) / blocks;
  };
  expect(await usedPercent()).toBeLessThan(60);
  while ((await usedPercent()) < 70) await appendFile(ballast, Buffer.alloc(512 * 1024));
  const closed = { statusCode: 507, type: 'disk-watermark-exceeded' };
  const refused = async () => {
    const error = await fixture.start(actorId, {}, options).catch((each: unknown) => each);
    return (error as { type?: string }).type === closed.type ? error : undefined;
  };
  expect(await until('starts are refused', refused)).toMatchObject(closed);
  await client.run(first.id).abort();
  await client.run(first.id).waitForFinish();
  await expect(client.run(first.id).resurrect()).rejects.toMatchObject(closed);
  expect(await statusOf(waiting.id)).toBe('READY');
  expect(
    await until('the health is read again', async () => (await health()).checks.disk.message && (await health())),
  ).toMatchObject({
    status: 'ok',
    checks: { disk: { ok: true, message: expect.stringMatching(/^the disk is [67]\d % full/) } },
  });
  await rm(ballast);
  await until('the run that waits has started', async () => (await statusOf(waiting.id)) === 'RUNNING');
  await until('the health says so', async () => (await health()).checks.disk.message === undefined);
  await client.run(waiting.id).abort();
});

test('a data folder of before has no limits of users, and its runs count', async () => {
  await using fixture = await startRunFixture();
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'), { readOnly: true });
  const [row] = database.prepare('SELECT max_runs, max_memory_mbytes, data_retention_days FROM users').all();
  database.close();
  expect(row).toEqual({ max_runs: null, max_memory_mbytes: null, data_retention_days: null });
  expect((await limitsOf(fixture.client)).limits).toMatchObject({ maxConcurrentActorJobs: 1000 });
});
