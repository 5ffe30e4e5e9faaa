/** What the console reads of many runs at once, and of one run over its time. */

import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeUser } from './users-fixture.ts';

let fixture: RunFixture;

beforeAll(async () => {
  fixture = await startRunFixture({ handoffs: { bootSecs: 30, quietGraceSecs: 0.5 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function read<Data>(url: string, token = fixture.platform.token): Promise<Data> {
  const response = await fixture.call('GET', url, undefined, bearer(token));
  const body = (await response.json()) as { data: Data };
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(body)}`);
  return body.data;
}

interface Overview {
  readonly running: number;
  readonly waitingForRoom: number;
  readonly failed24h: number;
  readonly handoffs24h: { count: number; medianDowntimeMs: number | null; worstDowntimeMs: number | null };
  readonly failures: { runId: string; status: string; actorName: string | null; errorLine: string | null }[];
  readonly nextScheduled: { name: string; nextRunAt: string }[];
}
const overviewOf = (token?: string) => read<Overview>('/wherry/v1/overview', token);

const waits = `import { Actor } from 'apify';
await Actor.init();
await Actor.pushData([{ n: 1 }, { n: 2 }]);
setInterval(() => undefined, 1000);`;

test('the overview has what runs, what has failed with the line that says why, what was moved, and what comes next', async () => {
  const { client } = fixture;
  const empty = { running: 0, waitingForRoom: 0, failed24h: 0, failures: [], nextScheduled: [] };
  const noHandoffs = { count: 0, medianDowntimeMs: null, worstDowntimeMs: null };
  const other = await makeUser(fixture, 'overview-other');
  expect(await overviewOf(other.token)).toEqual({ ...empty, handoffs24h: noHandoffs });
  const fails = await fixture.deploy('fails', "console.log('begins');\nthrow new RangeError('there is no page 7');");
  const slow = await fixture.deploy('slow', waits);
  const failed = await client.actor(fails).call({}, { log: null });
  const timedOut = await client.actor(slow).call({}, { log: null, timeout: 1 });
  expect([failed.status, timedOut.status]).toEqual(['FAILED', 'TIMED-OUT']);
  const run = await fixture.start(slow);
  await until('the run has pushed', async () => (await fixture.itemsOf(run)).length === 2);
  const { downtimeMs } = await fixture.migrate(run.id, 'cold');
  for (const [name, cronExpression] of [
    ['late', '0 0 1 1 *'],
    ['soon', '*/10 * * * *'],
  ] as const) {
    await client.schedules().create({
      ...{ name, cronExpression, timezone: 'UTC', isEnabled: true, isExclusive: false },
      actions: [],
    });
  }
  // The end of the log is written a moment after the end of the run.
  const overview = await until('the reason is in the log', async () => {
    const read = await overviewOf();
    return read.failures[1]?.errorLine?.startsWith('RangeError') && read;
  });
  expect(overview).toMatchObject({
    running: 1,
    waitingForRoom: 0,
    failed24h: 2,
    handoffs24h: { count: 1, medianDowntimeMs: downtimeMs, worstDowntimeMs: downtimeMs },
    failures: [
      { runId: timedOut.id, status: 'TIMED-OUT', actorName: 'slow', errorLine: expect.stringContaining('timeout') },
      { runId: failed.id, status: 'FAILED', actorName: 'fails', errorLine: 'RangeError: there is no page 7' },
    ],
    nextScheduled: [{ name: 'soon' }, { name: 'late' }],
  });
  expect(await overviewOf()).toEqual(overview);
  expect(await overviewOf(other.token)).toEqual({ ...empty, handoffs24h: noHandoffs });
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  expect(await overviewOf()).toMatchObject({ running: 0, failed24h: 2 });
});

test('what is older than 24 hours is not in the overview, and the median is that of the middle', async () => {
  const user = await makeUser(fixture, 'overview-old');
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'), { timeout: 10_000 });
  const insertRun =
    database.prepare(`INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at,
    finished_at, options_json, meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
    VALUES (?, ?, 'a', 'b', '0.0.1', 'FAILED', 1, ?, '{}', '{}', '{}', 'd', 'k', 'q')`);
  const insertHandoff = database.prepare(`INSERT INTO handoffs (id, run_id, user_id, mode, reason, from_attempt, phase,
    requested_at, finished_at, downtime_ms) VALUES (?, ?, ?, 'warm', 'migration', 1, ?, 1, ?, ?)`);
  const hourMs = 3_600_000;
  for (const [index, [hours, downtimeMs]] of [
    [25, 9000],
    [23, 30],
    [2, 10],
    [1, 20],
    [1, null],
    [1, 100],
  ].entries()) {
    const at = Date.now() - hours! * hourMs;
    insertRun.run(`OldRun0000000000${index}`, user.id, at);
    insertHandoff.run(`old-${index}`, `OldRun0000000000${index}`, user.id, 'done', at, downtimeMs!);
  }
  insertHandoff.run('cancelled', 'OldRun00000000000', user.id, 'cancelled', Date.now(), 5000);
  database.close();
  const overview = await overviewOf(user.token);
  expect(overview.failed24h).toBe(5);
  expect(overview.failures.map(({ runId }) => runId.slice(-1)).slice(-2)).toEqual(['2', '1']);
  expect(overview.handoffs24h).toEqual({ count: 5, medianDowntimeMs: 25, worstDowntimeMs: 100 });
});

test('a handoff has the times of its phases, in their order, and the start of its drain while it is under way', async () => {
  const { client } = fixture;
  // Three seconds of work are in flight, so the drain is seen.
  const busy = await fixture.deploy(
    'busy',
    `import { Actor } from 'apify';
    await Actor.init();
    const queue = await Actor.openRequestQueue();
    await queue.addRequest({ url: 'https://example.com/', uniqueKey: 'one' });
    const request = await queue.fetchNextRequest();
    Actor.on('migrating', () => setTimeout(() => queue.markRequestHandled(request), 3000));
    setInterval(() => undefined, 1000);`,
  );
  const run = await fixture.start(busy);
  const queue = client.requestQueue(run.defaultRequestQueueId);
  await until('the request is in flight', async () => (await queue.get())?.totalRequestCount === 1);
  const moving = fixture.migrate(run.id, 'warm');
  const url = `/wherry/v1/runs/${run.id}/handoffs`;
  type Times = Record<'requestedAt' | 'drainStartedAt' | 'fencedAt' | 'firstCallAt', string | null>;
  const handoffs = () => read<{ items: (Times & { phase: string })[] }>(url);
  const draining = await until('the run drains', async () => {
    const [handoff] = (await handoffs()).items;
    return handoff?.phase === 'requested' && handoff.drainStartedAt !== null && handoff;
  });
  expect(draining).toMatchObject({ fencedAt: null, firstCallAt: null });
  const moved = await moving;
  const [done] = (await handoffs()).items;
  expect(done).toEqual(moved);
  const times = [done!.requestedAt, done!.drainStartedAt, done!.fencedAt, done!.firstCallAt].map((each) =>
    Date.parse(each!),
  );
  expect(times.every(Number.isFinite)).toBe(true);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  // A handoff that is not completed has no later times.
  expect((await handoffs()).items).toEqual([done]);
});

test('a server shows the attempts on it to administrators, and statistics and samples show what a run took', async () => {
  const { client } = fixture;
  const actorId = await fixture.deploy('measured', waits);
  const run = await fixture.start(actorId, {}, { memory: 512 });
  await until('the run has pushed', async () => (await fixture.itemsOf(run)).length === 2);
  const [{ serverId } = { serverId: '' }] = await fixture.attempts(run.id);
  const onServer = await read<{ items: { runId: string }[] }>(`/wherry/v1/servers/${serverId}/runs`);
  expect(onServer.items.find(({ runId }) => runId === run.id)).toEqual({
    ...{ runId: run.id, actorId, actorName: 'measured', username: 'wherry', attempt: 1, phase: 'active' },
    ...{ memoryMbytes: 512, startedAt: run.startedAt.toISOString() },
  });
  const otherServer = serverId === 'local-1' ? 'local-2' : 'local-1';
  const { items: elsewhere } = await read<{ items: { runId: string }[] }>(`/wherry/v1/servers/${otherServer}/runs`);
  expect(elsewhere.map(({ runId }) => runId)).not.toContain(run.id);
  const statisticsOf = async (token?: string) =>
    (
      await read<{ items: { memoryMaxBytes: number | null; durationMs: number | null }[] }>(
        `/wherry/v1/actors/${actorId}/statistics`,
        token,
      )
    ).items;
  type Samples = { everyMs: number; items: { at: string; attempt: number; memoryBytes: number }[] };
  const samples = await until('the run is measured', async () => {
    const read_ = await read<Samples>(`/wherry/v1/runs/${run.id}/samples`);
    return read_.items.length > 1 && read_;
  });
  expect(samples.everyMs).toBe(2000);
  expect(samples.items[0]).toMatchObject({ attempt: 1, inFlightRequests: 0, memoryBytes: expect.any(Number) });
  expect(samples.items[0]!.memoryBytes).toBeGreaterThan(1_000_000);
  const [working] = await statisticsOf();
  expect(working).toMatchObject({ runId: run.id, status: 'RUNNING', durationMs: null, results: 2 });
  expect(working!.memoryMaxBytes).toBeGreaterThan(1_000_000);
  await client.run(run.id).abort();
  const { status, stats } = await client.run(run.id).waitForFinish();
  await until('the supervisor has nothing of the run left', async () =>
    (await fixture.attempts(run.id)).every(({ phase }) => phase === 'ended'),
  );
  const [over] = await statisticsOf();
  expect(over).toMatchObject({
    status,
    durationMs: stats!.durationMillis,
    memoryMaxBytes: stats!.memMaxBytes,
    results: 2,
  });
  expect((await read<Samples>(`/wherry/v1/runs/${run.id}/samples`)).items.length).toBeGreaterThanOrEqual(
    samples.items.length,
  );
  // Of another user's run, nothing is shown.
  const other = await makeUser(fixture, 'samples-other');
  const refused = await fixture.call('GET', `/wherry/v1/runs/${run.id}/samples`, undefined, bearer(other.token));
  expect(refused.status).toBe(404);
});

interface ListedHandoff {
  readonly id: string;
  readonly runId: string;
  readonly from: string;
  readonly to: string;
  readonly mode: string;
  readonly outcome: string;
  readonly finishedAt: string | null;
  readonly actorName: string | null;
  readonly username: string;
}

interface Attempt {
  readonly number: number;
  readonly createdAt: string;
  readonly arrivedAt: string | null;
  readonly activatedAt: string | null;
}

test('an attempt has the time at which it came to the gate: before it is active in a warm handoff, after it otherwise', async () => {
  const actorId = await fixture.deploy('arrives', waits);
  const run = await fixture.start(actorId);
  await until('the run has pushed', async () => (await fixture.itemsOf(run)).length === 2);
  const attemptsOf = async (runId: string) =>
    (await read<{ items: Attempt[] }>(`/wherry/v1/runs/${runId}/attempts`)).items;
  const first = await until('the first arrival is stored', async () => {
    const [attempt] = await attemptsOf(run.id);
    return attempt?.arrivedAt == null ? undefined : attempt;
  });
  await fixture.migrate(run.id, 'warm');
  await fixture.migrate(run.id, 'cold');
  const attempts = await attemptsOf(run.id);
  expect(attempts[0], 'later calls change nothing').toMatchObject({ arrivedAt: first.arrivedAt });
  const arrivedFirst = attempts.map(({ arrivedAt, activatedAt }) => Date.parse(arrivedAt!) < Date.parse(activatedAt!));
  expect(arrivedFirst).toEqual([false, true, false]);
  for (const { createdAt, arrivedAt } of attempts) {
    expect(Date.parse(arrivedAt!)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  }
  await fixture.client.run(run.id).abort();
  await fixture.client.run(run.id).waitForFinish();
  // One that never calls the platform never comes to it.
  const silent = await fixture.deploy('never-calls', "console.log('done');");
  const over = await fixture.client.actor(silent).call({}, { log: null });
  expect(await attemptsOf(over.id)).toMatchObject([{ number: 1, arrivedAt: null }]);
});

test('handoffs are listed: those under way, then the newest, to their users and to administrators', async () => {
  const user = await makeUser(fixture, 'handoffs-other');
  const list = (query = '', token?: string) =>
    read<{ total: number; items: ListedHandoff[] }>(`/wherry/v1/handoffs?${query}`, token);
  const idsOf = async (query = '', token?: string) => (await list(query, token)).items.map(({ id }) => id);
  const before = await list();
  const actorId = await fixture.deploy('listed', waits);
  const run = await fixture.start(actorId);
  await until('the run has pushed', async () => (await fixture.itemsOf(run)).length === 2);
  const cold = await fixture.migrate(run.id, 'cold');
  const lost = await fixture.migrate(run.id, 'lost');
  const { total, items } = await list();
  expect(total).toBe(before.total + 2);
  expect(items.slice(0, 2)).toEqual(
    [lost, cold].map((each) => ({
      ...each,
      finishedAt: expect.stringMatching(/^\d{4}-/),
      actorId,
      actorName: 'listed',
      userId: run.userId,
      username: 'wherry',
    })),
  );
  const mine = async (query: string) => (await idsOf(query)).filter((id) => [cold.id, lost.id].includes(id));
  expect(await mine('mode=lost')).toEqual([lost.id]);
  expect(await mine('outcome=cancelled')).toEqual([]);
  expect(await mine('outcome=done')).toEqual([lost.id, cold.id]);
  expect(await mine(`server=${cold.from}`)).toEqual([lost.id, cold.id]);
  expect(await mine('server=mars')).toEqual([]);
  expect((await list('limit=1&offset=1')).items.map(({ id }) => id)).toEqual([cold.id]);
  const { handoffs24h } = await overviewOf();
  expect((await list('mine=1&outcome=done')).total, 'the figure of the overview').toBe(handoffs24h.count);
  // Of older ones, and of one under way.
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'), { timeout: 10_000 });
  const insert = database.prepare(`INSERT INTO handoffs (id, run_id, user_id, mode, reason, from_attempt, phase,
    requested_at, finished_at) VALUES (?, ?, ?, 'warm', 'migration', 1, ?, ?, ?)`);
  const hourMs = 3_600_000;
  insert.run('old', run.id, run.userId, 'done', 1, Date.now() - 25 * hourMs);
  insert.run('recent', run.id, run.userId, 'cancelled', 1, Date.now() - 23 * hourMs);
  insert.run('open', run.id, run.userId, 'requested', 1, null);
  const ids = await idsOf();
  expect([ids[0], ids.includes('old'), ids.includes('recent')]).toEqual(['open', false, true]);
  expect(await idsOf('outcome=under-way')).toEqual(['open']);
  expect(await idsOf(`since=${new Date(Date.now() - 26 * hourMs).toISOString()}`)).toContain('old');
  for (const id of ['old', 'recent', 'open']) database.prepare('DELETE FROM handoffs WHERE id = ?').run(id);
  database.close();

  expect(await list('', user.token)).toMatchObject({ total: 0, items: [] });
  // A member asks for their own alone, whatever they say.
  expect((await list('mine=0', user.token)).total).toBe(0);
  for (const query of ['mode=hot', 'outcome=fine', 'since=yesterday', 'mine=2']) {
    expect((await fixture.call('GET', `/wherry/v1/handoffs?${query}`)).status, query).toBe(400);
  }
  await fixture.client.run(run.id).abort();
  await fixture.client.run(run.id).waitForFinish();
});

test('a member is shown the name of another’s Actor in their handoffs while it is public alone', async () => {
  const user = await makeUser(fixture, 'handoffs-starter');
  const actorId = await fixture.deploy('shared-mover', waits);
  await fixture.client.actor(actorId).update({ isPublic: true } as never);
  const started = await fixture.call('POST', `/v2/acts/${actorId}/runs`, {}, bearer(user.token));
  const { data: run } = (await started.json()) as { data: { id: string } };
  await until('the run works', async () => {
    const { items } = await read<{ items: { phase: string }[] }>(`/wherry/v1/runs/${run.id}/attempts`, user.token);
    return items[0]?.phase === 'active';
  });
  await fixture.migrate(run.id, 'lost');
  const nameFor = async (token?: string) => {
    const { items } = await read<{ items: ListedHandoff[] }>('/wherry/v1/handoffs', token);
    const { actorName, username } = items.find(({ runId }) => runId === run.id)!;
    return [actorName, username];
  };
  expect(await nameFor(user.token)).toEqual(['shared-mover', 'handoffs-starter']);
  await fixture.client.actor(actorId).update({ isPublic: false } as never);
  expect(await nameFor(user.token)).toEqual([null, 'handoffs-starter']);
  expect(await nameFor()).toEqual(['shared-mover', 'handoffs-starter']);
  await fixture.call('POST', `/v2/actor-runs/${run.id}/abort`, undefined, bearer(user.token));
});
