/** Webhooks under `kill -9` at named points and at any time: no event is lost [webhook-1], [webhook-3]. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { until } from '../../../test/support/until.ts';
import { startKillable } from './killable-platform.ts';
import { dataFolderOfTest, deployTo } from './run-fixture.ts';
import { Random } from './simulation/random.ts';
import { startReceiver } from './webhook-receiver.ts';

const program = fileURLToPath(new URL('./webhook-platform-process.ts', import.meta.url));
const transactions = ['start', 'end', 'claim', 'record'];
const points = [...transactions.flatMap((each) => [`${each}:before`, `${each}:after`]), 'call', 'anywhere'];
const rounds = (isLong ? 500 : points.length) * Number(process.env.WHERRY_HISTORIES_FACTOR ?? 1);
const seed = Number(process.env.WHERRY_SEED ?? Math.floor(Math.random() * 2 ** 31));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test(`${rounds} kills around runs and webhooks lose no event, and start no run twice (seed ${seed})`, async () => {
  const random = new Random(seed);
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  let kill: (() => Promise<void>) | undefined;
  // Killed while the receiver has the call and has not responded.
  await using receiver = await startReceiver(async (_call, response) => {
    await kill?.();
    response.end('ok');
  });
  const port = String(await freePort());
  const first = await startKillable(dataFolder, program, port);
  const client = new ApifyClient({ baseUrl: first.url, token: 'test-token', maxRetries: 0 });
  const told = await deployTo(client, 'told', { 'main.js': '' });
  const next = await deployTo(client, 'next', { 'main.js': '' });
  const eventTypes = ['CREATED', 'SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'].map((each) => `ACTOR.RUN.${each}`);
  const condition = { actorId: told };
  await client.webhooks().create({ eventTypes, condition, requestUrl: receiver.url } as never);
  const startOfNext = `${first.url}/v2/acts/${next}/runs`;
  await client.webhooks().create({ eventTypes: ['ACTOR.RUN.SUCCEEDED'], condition, requestUrl: startOfNext } as never);
  await first.kill();
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const point = points[round % points.length]!;
    const isNamed = point.includes(':');
    const ofProcess = isNamed ? [point, String(1 + random.below(2))] : [];
    const platform = await startKillable(dataFolder, program, port, ...ofProcess).catch((error: unknown) => {
      if (!isNamed) throw error;
      return undefined;
    });
    // What earlier rounds have left has brought it to its point before it listened.
    if (platform === undefined) continue;
    const before = receiver.calls.length;
    if (point === 'call') kill = () => platform.kill();
    const start = await fetch(`${platform.url}/v2/acts/${told}/runs`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-token', 'idempotency-key': `round ${round}` },
    }).catch(() => undefined);
    const started = start?.ok ? await bodyOf(start).catch(() => undefined) : undefined;
    if (started !== undefined) acknowledged.push(started.data.id);
    if (point === 'anywhere') await delay(random.below(1000));
    else if (start?.ok && point === 'call') await until('it is called', () => receiver.calls.length > before);
    else if (isNamed) await until(`it dies at ${point}`, () => !isAlive(platform.pid));
    kill = undefined;
    if (isAlive(platform.pid)) await platform.kill();
  }
  const last = await startKillable(dataFolder, program, port);
  await until(
    'all runs have ended and all dispatches were accepted',
    async () => {
      const { items: runs } = await client.runs().list({ limit: 1000 });
      const { items: dispatches } = await allOf((offset) => client.webhookDispatches().list({ offset, limit: 1000 }));
      const isTold = runs.length > 0 && runs.every(({ finishedAt }) => Boolean(finishedAt));
      return isTold && dispatches.length > 0 && dispatches.every(({ status }) => status === 'SUCCEEDED');
    },
    { secs: 300 },
  );
  const { items: runs } = await client.actor(told).runs().list({ limit: 1000 });
  const { items: dispatches } = await allOf((offset) => client.webhookDispatches().list({ offset, limit: 1000 }));
  const events = (id: string, type: string) =>
    dispatches.filter(({ eventType, eventData }) => eventType === type && runOf(eventData) === id);
  for (const { id, status } of runs) {
    expect(status).toBe('SUCCEEDED');
    // One dispatch of each webhook that wants it.
    expect(events(id, 'ACTOR.RUN.CREATED')).toHaveLength(1);
    expect(events(id, 'ACTOR.RUN.SUCCEEDED')).toHaveLength(2);
    for (const type of ['ACTOR.RUN.CREATED', 'ACTOR.RUN.SUCCEEDED']) {
      const ofRun = receiver.calls.filter(({ body }) => body.eventType === type && body.eventData.actorRunId === id);
      // At least once, always with the same id.
      expect(new Set(ofRun.map(({ dispatchId }) => dispatchId)).size).toBe(1);
    }
  }
  // None without its event.
  const known = new Set(runs.map(({ id }) => id));
  expect(dispatches.filter(({ eventData }) => !known.has(runOf(eventData)))).toEqual([]);
  expect(receiver.calls.filter(({ body }) => !known.has(body.eventData.actorRunId))).toEqual([]);
  // [webhook-8]
  expect((await client.actor(next).runs().list({ limit: 1000 })).total).toBe(runs.length);
  expect(runs.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
  expect(acknowledged.length).toBeGreaterThan(rounds / 4);
  await last.kill();
});

const bodyOf = async (answer: Response) => (await answer.json()) as { data: { id: string } };

const runOf = (data: unknown) => (data as { actorRunId: string }).actorRunId;

async function allOf<Item>(page: (offset: number) => Promise<{ items: Item[] }>): Promise<{ items: Item[] }> {
  const items: Item[] = [];
  for (;;) {
    const next = (await page(items.length)).items;
    if (next.length === 0) return { items };
    items.push(...next);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
