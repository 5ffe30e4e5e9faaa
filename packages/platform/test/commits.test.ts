import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { defineWrite } from '../src/database/operation.ts';
import { one, run } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite-database.ts';
import { hashToken } from '../src/http/authentication.ts';
import { insertDataset } from '../src/storages/dataset.ts';
import { insertKeyValueStore } from '../src/storages/key-value-store.ts';
import { type Fixture, startFixture } from './fixture.ts';

/** A run with its storages, without an engine: attempts 1 to 2, each with the token `attempt-N`. */
const plantRun = defineWrite('test.plantRun', function* ({ id }: { id: string }, { now }) {
  const user = yield* one<{ id: string }>('SELECT id FROM users');
  const userId = user!.id;
  const [datasetId, storeId] = [`${id}-dataset`, `${id}-store`];
  yield* insertDataset({ id: datasetId, userId, name: null, now, runId: id });
  yield* insertKeyValueStore({ id: storeId, userId, name: null, now, runId: id });
  yield* run(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, active_attempt, options_json,
      meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
      VALUES (?, ?, 'a', 'b', '0.0.1', 'RUNNING', ?, 1, '{}', '{}', '{}', ?, ?, 'q')`,
    id,
    userId,
    now,
    datasetId,
    storeId,
  );
  for (const number of [1, 2]) {
    yield* run(
      `INSERT INTO attempts (run_id, number, server_id, build_id, phase, reason, token_hash, created_at)
        VALUES (?, ?, 's', 'b', 'active', 'start', ?, ?)`,
      id,
      number,
      hashToken(`${id}-attempt-${number}`),
      now,
    );
  }
});

const activate = defineWrite('test.activate', function* (input: { id: string; attempt: number | null }) {
  yield* run('UPDATE runs SET active_attempt = ? WHERE id = ?', input.attempt, input.id);
});

const chargesOf = defineWrite('test.charges', function* ({ id }: { id: string }) {
  return yield* one<{ count: number }>('SELECT count FROM charges WHERE run_id = ?', id);
});

async function startRun(fixture: Fixture, id = 'run') {
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  await database.write(plantRun, { id }, { kind: 'platform' });
  return {
    activate: (attempt: number | null) => database.write(activate, { id, attempt }, { kind: 'platform' }),
    charged: async () => (await database.write(chargesOf, { id }, { kind: 'platform' }))?.count ?? 0,
    items: async () => (await fixture.client.dataset(`${id}-dataset`).listItems()).items,
    store: fixture.client.keyValueStore(`${id}-store`),
    commit: async (sequence: number | string, body: unknown, token = `${id}-attempt-1`) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fixture.call('PUT', `/wherry/v1/runs/${id}/commits/${sequence}`, body, headers);
      return { status: answer.status, body: (await answer.json()) as Record<string, Record<string, unknown>> };
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

test('C1: a commit changes items, records and charges together', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  await planted.store.setRecord({ key: 'old', value: 1 });
  const other = await fixture.client.datasets().getOrCreate('other');
  const { status, body } = await planted.commit(1, {
    items: [{ items: [{ n: 1 }, { n: 2 }] }, { datasetId: 'other', items: [{ n: 3 }] }],
    records: [
      { key: 'state', value: { at: 2 } },
      { key: 'bytes', value: { base64: 'AP8=' } },
      { key: 'page', value: '<p>', contentType: 'text/html' },
      { key: 'old', deleted: true },
    ],
    charges: [{ eventName: 'item', count: 2 }],
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    data: {
      runId: 'run',
      sequence: 1,
      attempt: 1,
      items: [
        { datasetId: 'run-dataset', firstIndex: 0, count: 2 },
        { datasetId: other.id, firstIndex: 0, count: 1 },
      ],
    },
  });
  expect(await planted.items()).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await planted.store.getRecord('state'))?.value).toEqual({ at: 2 });
  expect((await planted.store.getRecord('bytes', { buffer: true }))?.value).toEqual(Buffer.from([0, 255]));
  expect((await planted.store.getRecord('page', { buffer: true }))?.contentType).toBe('text/html');
  expect(await planted.store.getRecord('old')).toBeUndefined();
  expect(await planted.charged()).toBe(2);
});

test('C3: a commit that is sent again changes nothing and is answered as before; C2: none may be left out', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const first = await planted.commit(1, { items: [{ items: [{ n: 1 }] }], charges: [{ eventName: 'item', count: 1 }] });
  expect(await planted.commit(1, { items: [{ items: [{ n: 1 }] }] })).toEqual(first);
  const repeats = await Promise.all([1, 2, 3].map(() => planted.commit(2, { items: [{ items: [{ n: 2 }] }] })));
  expect(new Set(repeats.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(await planted.commit(4, {})).toMatchObject({
    status: 409,
    body: { error: { type: 'commit-out-of-order', data: { expected: 3 } } },
  });
  await planted.activate(2);
  expect(await planted.commit(2, {}, 'run-attempt-2')).toEqual(repeats[0]);
  expect((await planted.commit(3, {}, 'run-attempt-2')).body).toMatchObject({ data: { attempt: 2 } });
  expect(await planted.items()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await planted.charged()).toBe(1);
});

test('F1: only the active attempt of the run and its owner commit', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  await using other = await startRun(fixture, 'other');
  const body = { items: [{ items: [{ n: 1 }] }] };
  expect(await planted.commit(1, body, 'run-attempt-2')).toMatchObject({
    status: 403,
    body: { error: { type: 'attempt-fenced' } },
  });
  expect(await planted.commit(1, body, 'other-attempt-1')).toMatchObject({
    status: 403,
    body: { error: { type: 'insufficient-permissions' } },
  });
  expect((await planted.commit(1, body, 'test-token')).status).toBe(200);
  await planted.activate(null);
  expect(await planted.commit(2, body, 'run-attempt-1')).toMatchObject({ status: 403 });
  expect(await planted.commit(2, body, 'test-token')).toMatchObject({
    status: 409,
    body: { error: { type: 'run-not-active' } },
  });
  expect(await planted.items()).toEqual([{ n: 1 }]);
  expect(await other.items()).toEqual([]);
});

test('C1: one bad part refuses the whole and is named', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const good = { items: [{ items: [{ n: 1 }] }], records: [{ key: 'a', value: 1 }] };
  for (const [bad, status, part] of [
    [{ ...good, items: [{ items: [{ n: 1 }, 2] }] }, 400, 'items[0]'],
    [{ ...good, items: [...good.items, { datasetId: 'none', items: [] }] }, 404, 'items[1]'],
    [{ ...good, records: [...good.records, { key: 'k'.repeat(300), value: 1 }] }, 400, 'records[1]'],
    [{ ...good, records: [{ key: 'a' }] }, 400, 'records[0]'],
    [{ ...good, records: [{ key: 'a', value: 1, deleted: true }] }, 400, 'records[0]'],
    [{ ...good, records: [{ key: 'a', value: { base64: '!' } }] }, 400, 'records[0]'],
    [{ ...good, records: [{ key: 'a', value: 1, contentType: 'a\r\nb: c' }] }, 400, 'records[0]'],
    [{ ...good, records: [{ storeId: 'none', key: 'a', value: 1 }] }, 404, 'records[0]'],
    [{ ...good, charges: [{ eventName: 'item', count: 0 }] }, 400, 'charges[0]'],
    [{ ...good, charges: 5 }, 400, 'charges'],
    [{ ...good, requests: { add: [] } }, 501, 'requests'],
    [{ ...good, item: [] }, 400, 'item'],
    ['[]', 400, 'body'],
  ] as const) {
    const answer = await planted.commit(1, bad);
    expect(answer, JSON.stringify(bad)).toMatchObject({ status, body: { error: { data: { part } } } });
  }
  for (const sequence of ['0', '-1', 'x', '1.5', '1e3']) {
    expect((await planted.commit(sequence, {})).status, sequence).toBe(400);
  }
  expect(await planted.items()).toEqual([]);
  expect((await planted.store.listKeys()).items).toEqual([]);
  expect((await planted.commit(1, {})).status).toBe(200);
});

test('large records of a commit are in files, and a repeated commit leaves none behind', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const blobs = async () =>
    (await readdir(path.join(fixture.dataFolder, 'blobs'), { recursive: true })).filter((name) => /[/\\]/.test(name));
  const value = { base64: randomBytes(2 * 1024 * 1024).toString('base64') };
  const body = { records: [{ key: 'large', value }] };
  expect((await planted.commit(1, body)).status).toBe(200);
  expect((await planted.commit(1, body)).status).toBe(200);
  expect((await planted.commit(5, body)).status).toBe(409);
  expect(await blobs()).toHaveLength(1);
  expect((await planted.store.getRecord('large', { buffer: true }))?.value).toEqual(
    Buffer.from(value.base64, 'base64'),
  );
  await planted.commit(2, body);
  expect(await blobs()).toHaveLength(1);
});

test('a run’s default storages answer under the run, to its active attempt alone', async () => {
  await using fixture = await startFixture();
  await using _planted = await startRun(fixture);
  const asked = (method: string, rest: string, token: string, body?: unknown) =>
    fixture.call(method, `/v2/actor-runs/run/${rest}`, body, { authorization: `Bearer ${token}` });
  expect((await asked('POST', 'dataset/items', 'run-attempt-1', { n: 1 })).status).toBe(201);
  expect((await asked('PUT', 'key-value-store/records/a', 'run-attempt-1', { n: 1 })).status).toBe(201);
  for (const [method, rest, body] of [
    ['POST', 'dataset/items', { n: 2 }],
    ['GET', 'dataset/items', undefined],
    ['GET', 'dataset', undefined],
    ['PUT', 'key-value-store/records/a', { n: 2 }],
    ['DELETE', 'key-value-store/records/a', undefined],
    ['GET', 'key-value-store/records/a', undefined],
    ['GET', 'key-value-store/keys', undefined],
    ['DELETE', 'dataset', undefined],
  ] as const) {
    expect((await asked(method, rest, 'run-attempt-2', body)).status, `${method} ${rest}`).toBe(403);
  }
  const fenced = { authorization: 'Bearer run-attempt-2' };
  expect((await fixture.call('POST', '/v2/datasets/run-dataset/items', { n: 2 }, fenced)).status).toBe(403);
  expect(await (await asked('GET', 'dataset/items', 'test-token')).json()).toEqual([{ n: 1 }]);
  expect(await (await asked('GET', 'key-value-store/records/a', 'test-token')).json()).toEqual({ n: 1 });
  expect(await fixture.client.run('run').dataset().get()).toMatchObject({ actRunId: 'run', itemCount: 1 });
});
