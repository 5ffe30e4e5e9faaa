/** Many dispatches and bad receivers: nobody waits for others [webhook-6], and one sender works on a dispatch [webhook-4]. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { until } from '../../../test/support/until.ts';
import { newId } from '../src/shared/ids.ts';
import { claimDispatches, leaseMs, renewClaims, reportCall, trimLog } from '../src/webhooks/delivery/claims.ts';
import { verdictOf } from '../src/webhooks/delivery/dispatcher.ts';
import { listDispatches, testWebhook } from '../src/webhooks/dispatches.ts';
import { createWebhook, listWebhooks } from '../src/webhooks/webhooks.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { databaseOfTest, type TestDatabase, worldStartMs } from './webhook-database.ts';
import { startReceiver } from './webhook-receiver.ts';

const platform = { kind: 'platform' } as const;

/** A webhook of an Actor that is made for it. */
async function hookTo({ client }: Pick<Fixture, 'client'>, requestUrl: string): Promise<string> {
  const { id: actorId } = await client.actors().create({ name: `a-${newId(8)}` });
  const webhook = { eventTypes: ['TEST'], condition: { actorId }, requestUrl };
  return (await client.webhooks().create(webhook as never)).id;
}

test('receivers that never respond and have many dispatches delay nobody, and get few calls at once', async () => {
  await using fixture = await startFixture({ webhooks: { allowPrivate: true } });
  await using dead = await startReceiver(() => undefined);
  await using well = await startReceiver();
  const deadHook = await hookTo(fixture, dead.url);
  const count = isLong ? 10_000 : 300;
  for (let sent = 0; sent < count; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, () => fixture.client.webhook(deadHook).test()));
  }
  await until('the dead receiver has as many calls as it may', () => dead.calls.length === 5);
  const wellHook = await hookTo(fixture, well.url);
  const test = await fixture.client.webhook(wellHook).test();
  await until('the other receiver is called', () => well.calls.length === 1);
  expect(well.calls[0]!.dispatchId).toBe(test!.id);
  expect(dead.mostAtOnce()).toBe(5);
  expect((await fixture.client.webhook(deadHook).dispatches().list()).total).toBe(count);
});

test('a receiver that has failed gets one call at a time until it responds well', async () => {
  await using fixture = await startFixture({ webhooks: { allowPrivate: true, firstRetrySecs: 0.01 } });
  let isWell = false;
  let troubledAtOnce = 0;
  const now = new Set<object>();
  await using receiver = await startReceiver((call, response) => {
    now.add(call);
    if (receiver.calls.length > 10 && !isWell) troubledAtOnce = Math.max(troubledAtOnce, now.size);
    setImmediate(() => {
      now.delete(call);
      response.writeHead(isWell ? 200 : 500).end();
    });
  });
  const id = await hookTo(fixture, receiver.url);
  await Promise.all(Array.from({ length: 20 }, () => fixture.client.webhook(id).test()));
  await until('there were some failures', () => receiver.calls.length > 30);
  isWell = true;
  await until('all were accepted', async () => {
    const { items } = await fixture.client.webhook(id).dispatches().list();
    return items.length === 20 && items.every(({ status }) => status === 'SUCCEEDED');
  });
  expect(troubledAtOnce).toBe(1);
});

test('what is under way when the platform closes is made again by the next one, and counts as no try', async () => {
  let isDead = true;
  await using receiver = await startReceiver((_call, response) => {
    if (!isDead) response.end('ok');
  });
  await using folder = await startFixture();
  const { dataFolder } = folder;
  await folder.platform.close();
  const webhooks = { allowPrivate: true };
  const first = await startFixture({ dataFolder, webhooks });
  const id = await hookTo(first, receiver.url);
  const test = await first.client.webhook(id).test();
  await until('the receiver has the call', () => receiver.calls.length === 1);
  await first.platform.close();
  isDead = false;
  const second = await startFixture({ dataFolder, webhooks });
  onTestFinished(() => second.platform.close());
  const over = await until('the next platform makes the call', async () => {
    const dispatch = await second.client.webhookDispatch(test!.id).get();
    return dispatch!.status === 'SUCCEEDED' && dispatch;
  });
  expect(over.calls).toMatchObject([
    { responseStatus: null, errorMessage: expect.stringContaining('ended during this call') },
    { responseStatus: 200, errorMessage: null },
  ]);
  expect(receiver.calls.map(({ dispatchId }) => dispatchId)).toEqual([test!.id, test!.id]);
});

async function withDispatches({ database, userId, actorId }: TestDatabase, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    const input = { eventTypes: ['TEST'], condition: { actorId }, requestUrl: `http://${host}/` } as const;
    const webhookId = newId();
    await database.write(createWebhook, { id: webhookId, userId, input }, platform);
    await database.write(testWebhook, { userId, webhookId, testId: newId() }, platform);
  }
}

test('a dispatch is claimed by one sender; when its lease has ended, another one takes it, and the first changes nothing [webhook-4]', async () => {
  await using world = await databaseOfTest();
  const { database, pass } = world;
  await withDispatches(world, ['a', 'a', 'b']);
  const room = { limit: 10, limitOfHost: 5, lessFor: {} };
  const claim = (name: string, more = {}) =>
    database.write(claimDispatches, { ...room, ...more, claim: name }, platform);
  const [both, none] = await Promise.all([claim('one'), claim('two')]);
  expect([both.length, none.length]).toEqual([3, 0]);
  // A claim that is renewed stays.
  pass(leaseMs - 1);
  await database.write(renewClaims, { ids: [both[0]!.id], claim: 'one', forMs: leaseMs }, platform);
  pass(leaseMs - 1);
  const taken = await claim('two');
  expect(taken.map(({ id }) => id).toSorted()).toEqual([both[1]!.id, both[2]!.id].toSorted());
  const accepted = {
    responseStatus: 200,
    responseBody: '',
    errorMessage: null,
    verdict: { kind: 'SUCCEEDED' },
  } as const;
  const report = (index: number, name: string) =>
    database.write(reportCall, { dispatchId: both[index]!.id, call: 1, claim: name, ...accepted }, platform);
  expect([await report(0, 'one'), await report(1, 'one'), await report(1, 'two')]).toEqual([true, false, true]);
  expect(await report(1, 'two')).toBe(false);
});

test('a claim takes no more of a host than there is room for, and finds what is behind it', async () => {
  await using world = await databaseOfTest();
  await withDispatches(world, ['a', 'a', 'a', 'b', 'c']);
  const claim = (lessFor: Record<string, number>) =>
    world.database.write(claimDispatches, { limit: 10, limitOfHost: 2, lessFor, claim: 'one' }, platform);
  const hostsOf = async (lessFor: Record<string, number>) => (await claim(lessFor)).map(({ host }) => host).toSorted();
  expect(await hostsOf({ b: 0 })).toEqual(['a', 'a', 'c']);
  expect(await hostsOf({ a: 0 })).toEqual(['b']);
  expect(await hostsOf({})).toEqual(['a']);
});

test('the log of what is over is deleted after its time, and what waits stays', async () => {
  await using world = await databaseOfTest();
  const { database, userId, pass } = world;
  await withDispatches(world, ['a', 'b']);
  const [first] = await database.write(
    claimDispatches,
    { limit: 1, limitOfHost: 1, lessFor: {}, claim: 'one' },
    platform,
  );
  const accepted = {
    responseStatus: 200,
    responseBody: 'ok',
    errorMessage: null,
    verdict: { kind: 'SUCCEEDED' },
  } as const;
  await database.write(reportCall, { dispatchId: first!.id, call: 1, claim: 'one', ...accepted }, platform);
  const listing = { userId, offset: 0, limit: 10, desc: false };
  const idsOf = async () =>
    (await database.read(listDispatches, listing, platform)).items.map((each) => (each as { id: string }).id);
  const before = await idsOf();
  pass(1000);
  await database.write(trimLog, { before: worldStartMs }, platform);
  expect(await idsOf()).toEqual(before);
  await database.write(trimLog, { before: worldStartMs + 1000 }, platform);
  expect(await idsOf()).toEqual(before.filter((id) => id !== first!.id));
  const webhooks = await database.read(listWebhooks, listing, platform);
  expect(webhooks.total).toBe(2);
});

test('addresses and templates of webhooks are in no file in the clear', async () => {
  await using world = await databaseOfTest();
  const { database, folder, userId, actorId } = world;
  const input = {
    eventTypes: ['TEST'],
    condition: { actorId },
    requestUrl: 'https://example.com/?token=secret-of-the-address',
    headersTemplate: '{"authorization": "Bearer secret-of-the-header"}',
    payloadTemplate: '{"password": "secret-of-the-payload"}',
  } as const;
  await database.write(createWebhook, { id: newId(), userId, input }, platform);
  const files = (await readdir(folder)).filter((name) => name.startsWith('database.sqlite'));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const content = await readFile(path.join(folder, file));
    expect(content.includes('secret-of-the'), file).toBe(false);
  }
});

test('retries wait twice as long each time, from a minute to 17 hours, as on Apify', () => {
  const settings = { doNotRetry: false } as never;
  const failed = { errorMessage: 'no' };
  const verdicts = Array.from({ length: 12 }, (_, tries) => verdictOf({ tries, settings }, failed, 60_000));
  const minutes = verdicts.map((verdict) => (verdict.kind === 'again' ? verdict.inMs / 60_000 : verdict.kind));
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 'FAILED']);
  expect(verdictOf({ tries: 0, settings: { doNotRetry: true } as never }, failed, 1)).toEqual({ kind: 'FAILED' });
  expect(verdictOf({ tries: 5, settings }, { errorMessage: null }, 1)).toEqual({ kind: 'SUCCEEDED' });
});
