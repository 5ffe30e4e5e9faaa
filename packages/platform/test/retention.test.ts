/** What retention deletes and what it leaves: the operations over a clock that the test moves, and a platform with its API. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ensureUser } from '../src/accounts/tokens.ts';
import { listUsage } from '../src/accounts/usage.ts';
import { deleteExpiredBuild, findExpiredBuilds } from '../src/builds/expired-builds.ts';
import { defineRead, defineWrite } from '../src/database/operation.ts';
import { exec, one } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import {
  deleteExpiredRuns,
  deleteExpiredStorages,
  findExpiredRuns,
  findExpiredStorages,
  firstPlace,
  statesOfLogs,
} from '../src/runs/operations/expired-runs.ts';
import { insertDataset } from '../src/storages/datasets/dataset.ts';
import { eraseNext } from '../src/storages/erasure.ts';
import { startFixture } from './fixture.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

const caller = { kind: 'platform' } as const;
const dayMs = 86_400_000;
const userId = 'user';
const days = 7;

interface PlantedRun {
  readonly id: string;
  readonly at: number;
  /** Null for one that is not over. */
  readonly finishedAt: number | null;
  readonly startedBy?: string;
  readonly buildId?: string;
}

const plant = defineWrite('test.plantForRetention', function* (run: PlantedRun) {
  yield* insertDataset({ id: `data-${run.id}`, userId, name: null, now: run.at, runId: run.id });
  yield* exec(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, finished_at, options_json,
      meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id, started_by_run_id)
      VALUES (?, ?, 'a', ?, '0.0.1', ?, ?, ?, '{"memoryMbytes":1024}', '{}', '{}', ?, 'k', 'q', ?)`,
    run.id,
    userId,
    run.buildId ?? 'b',
    run.finishedAt === null ? 'RUNNING' : 'SUCCEEDED',
    run.at,
    run.finishedAt,
    `data-${run.id}`,
    run.startedBy ?? null,
  );
});

const plantBuild = defineWrite('test.plantBuild', function* ({ id, at }: { id: string; at: number }) {
  yield* exec(
    `INSERT INTO builds (id, user_id, actor_id, version_number, number, status, started_at, finished_at, options_json,
      meta_json, env_vars_json, source_json) VALUES (?, ?, 'a', '0.1', ?, 'SUCCEEDED', ?, ?, '{}', '{}', '[]', '{}')`,
    id,
    userId,
    `0.1.${id}`,
    at,
    at,
  );
});

const change = defineWrite('test.changeForRetention', function* ({ sql }: { sql: string }) {
  yield* exec(sql);
});

const countOf = defineRead('test.countForRetention', function* ({ table }: { table: string }) {
  return (yield* one<{ count: number }>(`SELECT count(*) AS count FROM ${table}`))!;
});

const plantStorage = defineWrite('test.plantStorage', function* (input: { id: string; name: string | null }, { now }) {
  yield* insertDataset({ id: input.id, userId, name: input.name, now });
});

/** A database whose clock the test moves: `days` by both clocks, `set` by the wall clock alone. */
async function world() {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const start = Date.now();
  const passed = { wallMs: 0, steadyMs: 0 };
  const clock = {
    now: () => start + passed.wallMs,
    monotonicMs: () => 1000 + passed.steadyMs,
    after: () => () => undefined,
  };
  const database = SqliteDatabase.open(path.join(folder, 'wherry.sqlite'), clock, { bootId: 'test' });
  onTestFinished(() => database.close());
  await database.write(ensureUser, { userId, username: 'wherry', tokenHash: 'hash' }, caller);
  const all = { userId, days, after: firstPlace };
  return {
    database,
    now: clock.now,
    pass(count: number) {
      passed.wallMs += count * dayMs;
      passed.steadyMs += count * dayMs;
    },
    set(count: number) {
      passed.wallMs += count * dayMs;
    },
    run: (id: string, more: Partial<PlantedRun> = {}) =>
      database.write(plant, { id, at: clock.now(), finishedAt: clock.now(), ...more }, caller),
    /** Runs that are the newest from now on. */
    async newest(count = 10) {
      for (let index = 0; index < count; index += 1) {
        const at = clock.now() + 1 + index;
        await database.write(plant, { id: `new${clock.now()}-${index}`, at, finishedAt: at }, caller);
      }
    },
    change: (sql: string) => database.write(change, { sql }, caller),
    runs: async () => (await database.read(findExpiredRuns, all, caller)).expired.map(({ id }) => id),
    storages: async () => {
      const found = await database.read(findExpiredStorages, { ...all, table: 'datasets' }, caller);
      return found.expired.map(({ id }) => id);
    },
    deleteRuns: async (ids: string[]) =>
      (await database.write(deleteExpiredRuns, { userId, days, ids }, caller)).deleted,
    deleteStorages: (ids: string[]) =>
      database.write(deleteExpiredStorages, { userId, days, ids, table: 'datasets' }, caller),
  };
}

test('[retention-1] a run goes after its days, but not one of the ten newest', async () => {
  const { run, newest, pass, runs, deleteRuns } = await world();
  await run('old');
  await newest(9);
  pass(days + 1);
  // It is the tenth.
  expect(await runs()).toEqual([]);
  expect(await deleteRuns(['old'])).toEqual([]);
  await newest(1);
  expect(await runs()).toEqual(['old']);
  await run('younger', { finishedAt: null });
  expect(await deleteRuns(['old', 'younger'])).toEqual(['old']);
  expect(await runs()).toHaveLength(1);
});

test('[retention-1] a run stays while the run that started it, or one that it started, is not over', async () => {
  const { run, newest, pass, runs, change: alter, storages } = await world();
  await run('parent', { finishedAt: null });
  await run('child', { startedBy: 'parent' });
  await run('grandparent');
  await run('worker', { startedBy: 'grandparent', finishedAt: null });
  await run('stopping');
  await alter(`INSERT INTO attempts (run_id, number, server_id, build_id, phase, reason, created_at)
    VALUES ('stopping', 1, 's', 'b', 'fenced', 'start', 0)`);
  pass(days + 1);
  await newest();
  expect(await runs()).toEqual([]);
  expect(await storages()).toEqual(['data-stopping']);
  await alter('UPDATE runs SET finished_at = started_at WHERE finished_at IS NULL');
  await alter("UPDATE attempts SET phase = 'ended'");
  expect((await runs()).toSorted()).toEqual(['child', 'grandparent', 'parent', 'stopping', 'worker']);
});

test('[retention-2] an unnamed storage goes after its days unless a run keeps it; a named one stays', async () => {
  const { database, run, newest, pass, storages, change: alter, deleteStorages } = await world();
  await database.write(plantStorage, { id: 'unnamed', name: null }, caller);
  await database.write(plantStorage, { id: 'named', name: 'results' }, caller);
  await database.write(plantStorage, { id: 'granted', name: null }, caller);
  await run('over');
  await run('at-work', { finishedAt: null });
  await alter("INSERT INTO storage_grants (run_id, storage_id, can_write) VALUES ('at-work', 'granted', 0)");
  pass(days - 1);
  expect(await storages()).toEqual([]);
  pass(2);
  await run('recent');
  await alter("UPDATE datasets SET modified_at = 0, created_at = 0 WHERE id = 'data-recent'");
  // The ten newest keep theirs.
  expect(await storages()).toEqual(['unnamed']);
  await newest();
  expect((await storages()).toSorted()).toEqual(['data-over', 'unnamed']);
  const everything = ['data-at-work', 'data-over', 'data-recent', 'granted', 'named', 'unnamed'];
  expect((await deleteStorages(everything)).deleted).toEqual(['data-over', 'unnamed']);
  await alter('UPDATE runs SET finished_at = started_at WHERE finished_at IS NULL');
  expect((await storages()).toSorted()).toEqual(['data-at-work', 'granted']);
});

test('[retention-3] what was found and is used again before it is deleted stays', async () => {
  const { run, newest, pass, runs, storages, change: alter, deleteRuns, deleteStorages } = await world();
  for (const id of ['resurrected', 'named', 'written']) await run(id);
  pass(days + 1);
  await newest();
  expect(await runs()).toHaveLength(3);
  expect(await storages()).toHaveLength(3);
  await alter("UPDATE runs SET finished_at = NULL WHERE id = 'resurrected'");
  await alter("UPDATE datasets SET name = 'kept' WHERE id = 'data-named'");
  await alter(`UPDATE datasets SET modified_at = (SELECT MAX(started_at) FROM runs) WHERE id = 'data-written'`);
  const { deleted } = await deleteStorages(['data-resurrected', 'data-named', 'data-written']);
  expect(deleted).toEqual([]);
  expect(await deleteRuns(['resurrected'])).toEqual([]);
});

test('[retention-4] a clock that is set forward deletes nothing', async () => {
  const { database, run, newest, set, pass, now, runs, storages, deleteRuns } = await world();
  await run('run');
  await newest();
  await database.write(plantBuild, { id: '1', at: now() }, caller);
  set(3650);
  expect(await runs()).toEqual([]);
  expect(await storages()).toEqual([]);
  expect(await deleteRuns(['run'])).toEqual([]);
  expect((await database.read(findExpiredBuilds, { days, after: '' }, caller)).expired).toEqual([]);
  expect(await database.read(statesOfLogs, { ids: ['run', 'none'], days }, caller)).toEqual(['wanted', 'gone']);
  pass(days + 1);
  expect(await runs()).toEqual(['run']);
  expect(await database.read(statesOfLogs, { ids: ['run'], days }, caller)).toEqual(['ended']);
});

test('[retention-5] a build without a tag goes when no run has used it for its days, deleted ones included', async () => {
  const { database, run, newest, pass, now, change: alter, deleteRuns } = await world();
  const find = async () => (await database.read(findExpiredBuilds, { days, after: '' }, caller)).expired;
  for (const id of ['1', '2', '3', '4']) await database.write(plantBuild, { id, at: now() }, caller);
  await alter(
    "INSERT INTO actors (id, user_id, name, created_at, modified_at, settings_json) VALUES ('a', 'user', 'a', 0, 0, '{}')",
  );
  await alter("INSERT INTO actor_tags (actor_id, tag, build_id) VALUES ('a', 'latest', '1')");
  await run('at-work', { buildId: '4', finishedAt: null });
  pass(1);
  await run('user-of-3', { buildId: '3' });
  pass(days - 0.5);
  await newest();
  expect(await find()).toEqual(['2']);
  await alter("UPDATE runs SET finished_at = 0 WHERE id = 'user-of-3'");
  expect(await deleteRuns(['user-of-3'])).toEqual(['user-of-3']);
  expect(await find()).toEqual(['2']);
  const remove = (id: string) => database.write(deleteExpiredBuild, { days, id }, caller);
  expect([await remove('1'), await remove('2'), await remove('3'), await remove('4')]).toEqual([
    false,
    true,
    false,
    false,
  ]);
  pass(1);
  expect(await find()).toEqual(['3']);
});

test('[usage-1] what a run has used is counted on once it is deleted', async () => {
  const { database, run, newest, pass, now, deleteRuns } = await world();
  const at = now();
  await run('run', { finishedAt: at + 3_600_000 });
  pass(days + 1);
  await newest();
  expect(await deleteRuns(['run'])).toEqual(['run']);
  const found = await database.read(listUsage, { userId, from: at - dayMs, until: at + dayMs }, caller);
  expect(found).toMatchObject([{ unit: 'ACTOR_COMPUTE_UNITS', quantity: 1 }]);
});

test('[erasure-2] the commits of a run and its keys of charges go in slices after it', async () => {
  const { database, run, newest, pass, change: alter, deleteRuns } = await world();
  await run('run');
  await alter(`INSERT INTO commits (run_id, sequence, attempt, response_json, created_at)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
    SELECT 'run', n, 1, '{}', 0 FROM numbers`);
  await alter(
    `INSERT INTO idempotency_keys (scope, key, response_json, created_at) VALUES ('charge/run', 'a', '{}', 0)`,
  );
  pass(days + 1);
  await newest();
  expect(await deleteRuns(['run'])).toEqual(['run']);
  const slices: boolean[] = [];
  while (slices.at(-1) !== true) slices.push((await database.write(eraseNext, {}, caller)).isOver);
  expect(slices).toEqual([false, false, true]);
  const left = async (table: string) => (await database.read(countOf, { table }, caller)).count;
  expect([await left('commits'), await left('idempotency_keys'), await left('erasures')]).toEqual([0, 0, 0]);
});

interface ApiCollection {
  readonly isDryRun: boolean;
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly collected: Record<string, { count: number; bytes: number }>;
}

async function collect(fixture: RunFixture, dryRun: boolean): Promise<ApiCollection> {
  const started = await fixture.call('POST', '/wherry/v1/gc', { dryRun });
  expect(started.status).toBe(200);
  return until('the collection is over', async () => {
    const { data } = (await (await fixture.call('GET', '/wherry/v1/gc')).json()) as { data: ApiCollection };
    return data.finishedAt === null ? undefined : data;
  });
}

test('[retention-6] a collection deletes what a dry run counts, with files and logs, and runs go on beside it', async () => {
  await using fixture = await startRunFixture({ retention: { runs: 7, storages: 7, logs: 7, builds: 7 } });
  const { client } = fixture;
  const actorId = await fixture.deploy('pusher', 'console.log("done");');
  const [build] = (await client.actor(actorId).builds().list()).items;
  await client.build(build!.id).waitForFinish();
  await client
    .actor(actorId)
    .build('0.1')
    .then(({ id }) => client.build(id).waitForFinish());
  const runs = await Promise.all(
    Array.from({ length: 12 }, (_, n) => fixture.start(actorId, { n, text: 'x'.repeat(2000) })),
  );
  for (const { id } of runs) await client.run(id).waitForFinish();
  const large = await client.keyValueStores().getOrCreate();
  await client.keyValueStore(large.id).setRecord({ key: 'large', value: { text: 'x'.repeat(2_000_000) } });
  const named = await client.datasets().getOrCreate('kept');
  const waiter = await fixture.deploy('waiter', 'setInterval(() => {}, 1000);');
  const live = await fixture.start(waiter);
  const aged = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'));
  aged.exec('PRAGMA busy_timeout = 10000');
  const ago = 8 * dayMs;
  aged.exec(`UPDATE runs SET started_at = started_at - ${ago}, finished_at = finished_at - ${ago};
    UPDATE builds SET started_at = started_at - ${ago}, finished_at = finished_at - ${ago};
    UPDATE datasets SET created_at = created_at - ${ago}, modified_at = modified_at - ${ago};
    UPDATE key_value_stores SET created_at = created_at - ${ago}, modified_at = modified_at - ${ago};
    UPDATE request_queues SET created_at = created_at - ${ago}, modified_at = modified_at - ${ago}`);
  aged.close();

  const usage = async () => (await client.user().monthlyUsage())!.monthlyServiceUsage;
  const before = await collect(fixture, true);
  expect(before).toMatchObject({ isDryRun: true, error: null });
  expect((await client.runs().list()).total).toBe(13);
  // The one at work, and nine others, are the ten newest.
  const counts = { runs: { count: 3 }, datasets: { count: 3 }, requestQueues: { count: 3 }, builds: { count: 1 } };
  expect(before.collected).toMatchObject({ ...counts, keyValueStores: { count: 4 } });
  expect(before.collected.keyValueStores!.bytes).toBeGreaterThan(2_000_000);
  expect(before.collected.runs!.bytes).toBeGreaterThan(0);
  expect(before.collected.builds!.bytes).toBeGreaterThan(0);
  const used = await usage();

  const { collected } = await collect(fixture, false);
  // The logs of the runs that were deleted are counted with them.
  expect({ ...collected, logs: null }).toEqual({ ...before.collected, logs: null });
  expect((await client.runs().list()).total).toBe(10);
  expect(await client.keyValueStore(large.id).get()).toBeUndefined();
  expect(await client.dataset(named.id).get()).toBeDefined();
  const blobs = await readdir(path.join(fixture.dataFolder, 'blobs'), { recursive: true, withFileTypes: true });
  expect(blobs.filter((entry) => entry.isFile())).toEqual([]);
  expect((await client.run(live.id).get())!.status).toBe('RUNNING');
  expect(await fixture.itemsOf(live)).toEqual([]);
  const left = await readdir(path.join(fixture.dataFolder, 'logs'));
  expect(left).toContain(`${live.id}.log`);
  for (const { id } of runs) expect(left).not.toContain(`${id}.log`);
  expect((await usage())!.ACTOR_COMPUTE_UNITS!.quantity).toBeGreaterThanOrEqual(used!.ACTOR_COMPUTE_UNITS!.quantity);
  const again = await collect(fixture, false);
  expect(Object.values(again.collected).map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0]);
  // A run that is kept can be resurrected, and has a log again.
  const kept = (await client.runs().list()).items.find(({ id }) => id !== live.id)!;
  await client.run(kept.id).resurrect();
  await client.run(kept.id).waitForFinish();
  expect(await fixture.logOf(kept.id)).toContain('done');
  await client.run(live.id).abort();
});

test('without settings nothing is deleted, and a user sets fewer days for their own data', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const { id } = await client.datasets().getOrCreate();
  const aged = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'));
  aged.exec('PRAGMA busy_timeout = 10000; UPDATE datasets SET created_at = 1, modified_at = 1');
  aged.close();
  const collected = async () => (await collect(fixture as RunFixture, false)).collected.datasets!.count;
  expect(await collected()).toBe(0);
  expect(await client.dataset(id).get()).toBeDefined();
  await client.user().updateLimits({ dataRetentionDays: 30 });
  expect(await collected()).toBe(1);
  expect(await client.dataset(id).get()).toBeUndefined();
});
