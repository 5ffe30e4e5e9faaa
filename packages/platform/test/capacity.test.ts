/** Runs have memory, and servers have what they have: who waits, who starts next, and where handoffs go. */
import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import {
  allot,
  checkMemory,
  type PlaceableServer,
  patienceMs,
  place,
  type QueuedRun,
  type Turns,
} from '../src/runs/state/room.ts';
import { Boots } from '../src/runs/supervisor/boots.ts';
import { dataFolderOfTest, type RunFixture, startRunFixture } from './run-fixture.ts';
import { VirtualClock } from './simulation/virtual-clock.ts';

const server = (id: string, freeMbytes: number, changes: Partial<PlaceableServer> = {}): PlaceableServer => ({
  id,
  state: 'ready',
  attempts: 0,
  machine: id,
  memoryMbytes: 4096,
  freeMbytes,
  ...changes,
});
const queued = (id: string, memoryMbytes: number, queuedAt: number, userId = id[0]!): QueuedRun => ({
  id,
  userId,
  memoryMbytes,
  queuedAt,
});
const idsOf = (queue: QueuedRun[], servers: PlaceableServer[], { turns = new Map(), now = 10 } = {}) =>
  allot(queue, servers, turns as Turns, now).map(({ run }) => run.id);

test('[room-2] users take turns, and each user is served in the order of creation', () => {
  const queue = [queued('a2', 1, 2), queued('a1', 1, 1), queued('a3', 1, 3), queued('b1', 1, 8), queued('c1', 1, 9)];
  expect(idsOf(queue, [server('s', 4)])).toEqual(['a1', 'b1', 'c1', 'a2']);
  const turns = new Map([['a', 1]]);
  expect(idsOf(queue, [server('s', 1)], { turns })).toEqual(['b1']);
  expect(turns).toEqual(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
});

test('[room-1] no more is started than there is memory for, and nothing on a server that takes no runs', () => {
  const queue = [queued('a1', 1024, 1), queued('a2', 1024, 2), queued('a3', 1024, 3)];
  const servers = [server('s', 1500), server('t', 4096, { state: 'draining' }), server('u', 1024)];
  expect(idsOf(queue, servers)).toEqual(['a1', 'a2']);
  expect(idsOf(queue, [server('s', -1)])).toEqual([]);
  const slots = [server('x', 2048, { machine: 'm' }), server('y', 2048, { machine: 'm' })];
  expect(allot(queue, slots, new Map(), 10).map(({ serverId }) => serverId)).toEqual(['x', 'y']);
});

test('[room-2], [room-3] a run that does not fit is passed, but not for ever', () => {
  const big = queued('a1', 4096, 0);
  const queue = [big, queued('a2', 512, 1), queued('b1', 512, 2)];
  expect(idsOf(queue, [server('s', 1024)], { now: patienceMs - 1 })).toEqual(['a2', 'b1']);
  expect(idsOf(queue, [server('s', 1024)], { now: patienceMs })).toEqual([]);
  // Another machine, which cannot hold it, goes on with the others.
  const small = server('t', 1024, { memoryMbytes: 1024 });
  expect(idsOf(queue, [server('s', 2048), small], { now: patienceMs })).toEqual(['a2', 'b1']);
  expect(idsOf(queue, [server('s', 4096)], { now: patienceMs })).toEqual(['a1']);
});

test('[room-3] whatever comes and goes, every run starts', () => {
  const turns: Turns = new Map();
  const working: { run: QueuedRun; endsAt: number }[] = [];
  let queue = [queued('a-big', 4096, 0)];
  let startedAt: number | undefined;
  for (let now = 0; now < 4 * patienceMs && startedAt === undefined; now += 1000) {
    queue.push(queued(`b${now}`, 1024, now), queued(`a${now}`, 512, now));
    const left = working.filter(({ endsAt }) => endsAt > now);
    working.splice(0, Number.POSITIVE_INFINITY, ...left);
    const used = working.reduce((sum, { run }) => sum + run.memoryMbytes, 0);
    for (const { run } of allot(queue, [server('s', 4096 - used)], turns, now)) {
      working.push({ run, endsAt: now + 5000 });
      queue = queue.filter((each) => each !== run);
      if (run.id === 'a-big') startedAt = now;
    }
  }
  expect(startedAt).toBeLessThan(2 * patienceMs);
});

test('a place is refused for want of room, and a run that no server can hold for good', () => {
  const full = [server('s', 512), server('t', 100)];
  expect(place(full, { memoryMbytes: 512 })).toBe('s');
  expect(() => place(full, { memoryMbytes: 1024 })).toThrow(expect.objectContaining({ type: 'no-room' }));
  expect(() => place(full, { memoryMbytes: 512, wanted: 't' })).toThrow(expect.objectContaining({ type: 'no-room' }));
  expect(place(full, { memoryMbytes: 1024, wanted: 't', swaps: 't' })).toBe('t');
  expect(() => checkMemory(full, 8192)).toThrow(
    expect.objectContaining({ statusCode: 402, type: 'actor-memory-limit-exceeded' }),
  );
  checkMemory(full, 4096);
});

test('[boots-1], [boots-2] a few boot at once: runs under way first, then the oldest; a boot ends after a while', () => {
  const clock = new VirtualClock();
  const boots = new Boots(clock.of({ isDead: false }));
  const started: string[] = [];
  const request = (key: string, isNew: boolean, createdAt: number, machine = 'm') =>
    boots.request({ key, machine, atOnce: 2, isNew, createdAt, start: () => started.push(key) });
  for (const [index, key] of ['n1', 'n2', 'n3', 'n4'].entries()) request(key, true, index);
  request('other', true, 9, 'another machine');
  request('moved', false, 8);
  expect(started).toEqual(['n1', 'n2', 'other']);
  boots.end('n2');
  expect(started.slice(3)).toEqual(['moved']);
  boots.end('n3');
  boots.end('n1');
  expect(started.slice(4)).toEqual(['n4']);
  request('last', true, 20);
  expect(started).not.toContain('last');
  clock.advanceTo(clock.nowMs + 10_000);
  expect(started).toContain('last');
});

const waiter = 'setInterval(() => {}, 1000);';
const statusOf = async ({ client }: RunFixture, id: string) => (await client.run(id).get())!.status;
const startWith = (fixture: RunFixture, actor: string, memory: number) => fixture.start(actor, {}, { memory });

test('[start-1] a run that has room is never seen READY', async () => {
  await using fixture = await startRunFixture();
  const actor = await fixture.deploy('waiter', waiter);
  for (let round = 0; round < 10; round += 1) {
    const { id, status } = await startWith(fixture, actor, 128);
    expect([status, await statusOf(fixture, id)]).toEqual(['RUNNING', 'RUNNING']);
  }
});

test('[transition-5] a run without room is READY, says why, and starts in order of creation', async () => {
  await using fixture = await startRunFixture({ memoryMbytes: 1024 });
  const actor = await fixture.deploy('waiter', waiter);
  const runs = [];
  for (let count = 0; count < 5; count += 1) runs.push(await startWith(fixture, actor, 512));
  const ids = runs.map(({ id }) => id);
  const statuses = () => Promise.all(ids.map((id) => statusOf(fixture, id)));
  expect(await statuses()).toEqual(['RUNNING', 'RUNNING', 'READY', 'READY', 'READY']);
  expect((await fixture.client.run(ids[2]!).get())!.statusMessage).toBe(
    'Waiting for 512 MB of memory, which other runs have.',
  );
  expect(await fixture.attempts(ids[2]!)).toEqual([]);
  // One that waits is aborted at once, and may be resurrected to wait again.
  await fixture.client.run(ids[3]!).abort();
  await until('the waiting run is aborted', async () => (await statusOf(fixture, ids[3]!)) === 'ABORTED');
  expect((await fixture.client.run(ids[3]!).resurrect()).status).toBe('READY');
  await fixture.client.run(ids[0]!).abort();
  await until('the third run starts', async () => (await statusOf(fixture, ids[2]!)) === 'RUNNING');
  expect(await statuses()).toEqual(['ABORTED', 'RUNNING', 'RUNNING', 'READY', 'READY']);
  await fixture.client.run(ids[1]!).abort();
  await until('the fifth run, older than the resurrection, starts', async () => {
    return (await statusOf(fixture, ids[4]!)) === 'RUNNING';
  });
  expect(await statusOf(fixture, ids[3]!)).toBe('READY');
});

test('a run that no server can hold is refused as on Apify; a run that waits keeps its timeout for later', async () => {
  await using fixture = await startRunFixture({ memoryMbytes: 1024 });
  const actor = await fixture.deploy('waiter', waiter);
  await expect(startWith(fixture, actor, 2048)).rejects.toMatchObject({
    statusCode: 402,
    type: 'actor-memory-limit-exceeded',
  });
  const first = await startWith(fixture, actor, 1024);
  const second = await fixture.start(actor, {}, { memory: 128, timeout: 1 });
  await fixture.client.run(first.id).waitForFinish({ waitSecs: 2 });
  expect(await statusOf(fixture, second.id)).toBe('READY');
  await fixture.client.run(first.id).abort();
  expect((await fixture.client.run(second.id).waitForFinish({ waitSecs: 20 })).status).toBe('TIMED-OUT');
});

test('a warm handoff without room for two attempts is cold, and a drain of a full machine ends', async () => {
  await using fixture = await startRunFixture({ memoryMbytes: 1024, handoffs: { quietGraceSecs: 0.1, graceSecs: 2 } });
  const actor = await fixture.deploy(
    'caller',
    "import { Actor } from 'apify'; await Actor.init(); await new Promise(() => {});",
  );
  const runs = [await startWith(fixture, actor, 512), await startWith(fixture, actor, 512)];
  const waiting = await startWith(fixture, actor, 128);
  const [first] = await fixture.attempts(runs[0]!.id);
  expect((await fixture.migrate(runs[0]!.id, 'warm')).mode).toBe('cold');
  expect(await fixture.logOf(runs[0]!.id)).toContain('the handoff is cold');
  const [moved] = (await fixture.attempts(runs[0]!.id)).slice(-1);
  expect(moved!.serverId).not.toBe(first!.serverId);
  const drained = await fixture.call('POST', `/wherry/v1/servers/${moved!.serverId}/drain`);
  const { data } = (await drained.json()) as { data: { moved: object[]; failed: object[] } };
  expect(data).toMatchObject({
    failed: [],
    moved: expect.arrayContaining([expect.objectContaining({ mode: 'cold' })]),
  });
  expect(await statusOf(fixture, waiting.id)).toBe('READY');
  for (const { id } of runs) expect(await statusOf(fixture, id)).toBe('RUNNING');
});

test('after a restart of the platform the runs under way go on and those that wait keep their order', async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const ids: string[] = [];
  {
    await using fixture = await startRunFixture({ dataFolder, memoryMbytes: 1024 });
    const actor = await fixture.deploy('waiter', waiter);
    for (let count = 0; count < 4; count += 1) ids.push((await startWith(fixture, actor, 512)).id);
  }
  await using fixture = await startRunFixture({ dataFolder, memoryMbytes: 1024 });
  const statuses = () => Promise.all(ids.map((id) => statusOf(fixture, id)));
  expect(await statuses()).toEqual(['RUNNING', 'RUNNING', 'READY', 'READY']);
  await fixture.client.run(ids[1]!).abort();
  await until('the third run starts', async () => (await statusOf(fixture, ids[2]!)) === 'RUNNING');
  expect(await statuses()).toEqual(['RUNNING', 'ABORTED', 'RUNNING', 'READY']);
});

test('the servers say what memory they have and what of it is free', async () => {
  await using fixture = await startRunFixture({ memoryMbytes: 1024 });
  const actor = await fixture.deploy('waiter', waiter);
  await startWith(fixture, actor, 256);
  const servers = (await (await fixture.call('GET', '/wherry/v1/servers')).json()) as { data: { items: object[] } };
  const memory = { memoryMbytes: 1024, freeMemoryMbytes: 768 };
  expect(servers.data.items).toMatchObject([memory, memory]);
});

test('[limits-1] a user has at most so many runs that are not over', async () => {
  await using fixture = await startRunFixture({ maxRuns: 2 });
  const actor = await fixture.deploy('waiter', waiter);
  const first = await startWith(fixture, actor, 128);
  await startWith(fixture, actor, 128);
  const tooMany = { statusCode: 402, type: 'concurrent-runs-limit-exceeded' };
  await expect(startWith(fixture, actor, 128)).rejects.toMatchObject(tooMany);
  await fixture.client.run(first.id).abort();
  await fixture.client.run(first.id).waitForFinish();
  await startWith(fixture, actor, 128);
  await expect(fixture.client.run(first.id).resurrect()).rejects.toMatchObject(tooMany);
});

test('[limits-2] a run that starts itself again and again stops at a depth, with a reason', async () => {
  await using fixture = await startRunFixture({ maxRuns: 50 });
  const actor = await fixture.deploy(
    'nested',
    `const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_ID: id } = process.env;
    const response = await fetch(\`\${url}/v2/acts/\${id}/runs?memory=128\`, { method: 'POST', headers: { authorization: \`Bearer \${token}\` } });
    if (!response.ok) console.log(JSON.stringify(await response.json()));
    setInterval(() => {}, 1000);`,
  );
  await startWith(fixture, actor, 128);
  const refused = await until(
    'one of the runs may start no other',
    async () => {
      const { items } = await fixture.client.runs().list();
      if (items.length < 10) return undefined;
      const logs = await Promise.all(items.map(({ id }) => fixture.logOf(id)));
      return logs.find((log) => log.includes('run-depth-limit-exceeded'));
    },
    { secs: 40 },
  );
  expect(refused).toContain('may start no other');
  expect((await fixture.client.runs().list()).items).toHaveLength(10);
});

test('runs that are started at the same moment are spread over the servers of a machine', async () => {
  // While a worker thread commits, the next start is placed.
  await using fixture = await startRunFixture({ writer: 'worker thread' });
  const actorId = await fixture.deploy('idle', 'setInterval(() => {}, 1000);');
  const runs = await Promise.all(Array.from({ length: 16 }, () => fixture.start(actorId)));
  const attempts = await Promise.all(runs.map(({ id }) => fixture.attempts(id)));
  const counts = Map.groupBy(attempts, ([attempt]) => attempt?.serverId);
  expect([...counts.values()].map(({ length }) => length)).toEqual([8, 8]);
  await Promise.all(runs.map(({ id }) => fixture.client.run(id).abort()));
});
