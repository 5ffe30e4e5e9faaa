import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { requestIdOf } from '../src/shared/ids.ts';
import { startFixture } from './fixture.ts';
import { startRun } from './planted-run.ts';

const page = (name: string | number) => ({ url: `https://example.com/${name}`, uniqueKey: `${name}` });
const nested = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;

test('[commit-1] a commit changes items, records and charges together', async () => {
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
      requests: [],
    },
  });
  expect(await planted.items()).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await planted.store.getRecord('state'))?.value).toEqual({ at: 2 });
  expect((await planted.store.getRecord('bytes', { buffer: true }))?.value).toEqual(Buffer.from([0, 255]));
  expect((await planted.store.getRecord('page', { buffer: true }))?.contentType).toBe('text/html');
  expect(await planted.store.getRecord('old')).toBeUndefined();
  expect(await planted.charged()).toBe(2);
});

test('[commit-3] a commit that is sent again changes nothing and gets the same response; [commit-2] none may be left out', async () => {
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

test('[commit-4] a number that another commit has taken is refused with the next one; the same id is a repetition', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const first = await planted.commit(1, { id: 'a', items: [{ items: [{ n: 1 }] }] });
  expect(first.status).toBe(200);
  expect(await planted.commit(1, { id: 'a', items: [{ items: [{ n: 1 }] }] })).toEqual(first);
  // A commit without an id is told by its number alone.
  expect(await planted.commit(1, {})).toEqual(first);
  expect(await planted.commit(1, { id: 'b', items: [{ items: [{ n: 2 }] }] })).toMatchObject({
    status: 409,
    body: { error: { type: 'commit-out-of-order', data: { expected: 2 } } },
  });
  expect((await planted.commit(2, { id: 'b', items: [{ items: [{ n: 2 }] }] })).status).toBe(200);
  expect(await planted.items()).toEqual([{ n: 1 }, { n: 2 }]);
  for (const id of ['', 5, 'x'.repeat(257)]) {
    expect(await planted.commit(3, { id })).toMatchObject({ status: 400, body: { error: { data: { part: 'id' } } } });
  }
});

test('a commit marks a request as handled with the fields that its handler changed', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const queue = planted.queueOf();
  await queue.batchAddRequests([{ ...page(1), userData: { a: 1 }, headers: { h: '1' } }, page(2)]);
  const id = requestIdOf('1');
  const handle = (sequence: number, changes: object) =>
    planted.commit(sequence, { requests: [{ handled: [{ id, ...changes }] }] });
  for (const bad of [{ uniqueKey: 'other' }, { retryCount: -1 }, { errorMessages: 'none' }]) {
    expect(await handle(1, bad), JSON.stringify(bad)).toMatchObject({
      status: 400,
      body: { error: { data: { part: 'requests[0]' } } },
    });
  }
  const changes = { loadedUrl: 'https://example.com/end', userData: { b: 2 }, retryCount: 1, errorMessages: ['once'] };
  expect((await handle(1, changes)).status).toBe(200);
  expect(await queue.getRequest(id)).toEqual({
    id,
    ...page(1),
    ...changes,
    headers: { h: '1' },
    method: 'GET',
    handledAt: expect.any(Date),
  });
  expect(await queue.get()).toMatchObject({ totalRequestCount: 2, handledRequestCount: 1 });
  // What is handled stays as it is, and brings no second results.
  expect((await handle(2, { retryCount: 5 })).status).toBe(403);
  expect(await queue.getRequest(id)).toMatchObject({ retryCount: 1 });
});

test('[fence-1] only the active attempt of the run and its owner commit', async () => {
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

test('[commit-1] one bad part refuses the whole and is named', async () => {
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
    [{ ...good, requests: { add: [page(1)] } }, 400, 'requests'],
    [{ ...good, requests: [{ add: [page(1), { uniqueKey: 'no url' }] }] }, 400, 'requests[0]'],
    [{ ...good, requests: [{ add: page(1) }] }, 400, 'requests[0]'],
    [{ ...good, requests: [{ handled: [1] }] }, 400, 'requests[0]'],
    [{ ...good, requests: [{ handled: [{ url: 'https://example.com/1' }] }] }, 400, 'requests[0]'],
    [{ ...good, requests: [{ add: [page(1)], forefront: 1 }] }, 400, 'requests[0]'],
    [{ ...good, requests: [{ add: [page(1)], clientKey: '' }] }, 400, 'requests[0]'],
    [{ ...good, requests: [{}] }, 400, 'requests[0]'],
    [{ ...good, requests: [{ add: [page(1)] }, { queueId: 'none', add: [page(1)] }] }, 404, 'requests[1]'],
    [{ ...good, requests: [{ add: [page(1)] }, { handled: ['none'] }] }, 404, 'requests[1]'],
    [{ ...good, item: [] }, 400, 'item'],
    ['[]', 400, 'body'],
  ] as const) {
    const answer = await planted.commit(1, bad);
    expect(answer, JSON.stringify(bad)).toMatchObject({ status, body: { error: { data: { part } } } });
  }
  // [json-1] such a body has no parts, since it is not read any further.
  expect(await planted.commit(1, `{"requests":[{"add":[{"url":"u","userData":${nested}}]}]}`)).toMatchObject({
    status: 400,
    body: { error: { type: 'invalid-json', message: expect.stringContaining('more than 500 levels deep') } },
  });
  for (const sequence of ['0', '-1', 'x', '1.5', '1e3']) {
    expect((await planted.commit(sequence, {})).status, sequence).toBe(400);
  }
  expect(await planted.items()).toEqual([]);
  expect((await planted.store.listKeys()).items).toEqual([]);
  expect(await planted.queueOf().get()).toMatchObject({ totalRequestCount: 0, handledRequestCount: 0 });
  expect((await planted.commit(1, {})).status).toBe(200);
});

test('[commit-1] a commit adds requests, marks requests as handled, and says what became of each', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const queue = planted.queueOf();
  const other = await fixture.client.requestQueues().getOrCreate('other');
  await queue.batchAddRequests([page(1), page(2)]);
  const [first] = (await queue.listAndLockHead({ lockSecs: 60, limit: 1 })).items;
  const { status, body } = await planted.commit(1, {
    items: [{ items: [{ n: 1 }] }],
    requests: [
      { add: [page(1), page(3), page(4)], forefront: true, handled: [first!.id, requestIdOf('4')] },
      { queueId: 'other', add: [page(5)] },
    ],
  });
  expect(status).toBe(200);
  const outcome = (name: string, wasAlreadyPresent: boolean) => ({
    requestId: requestIdOf(name),
    uniqueKey: name,
    wasAlreadyPresent,
    wasAlreadyHandled: false,
  });
  expect(body.data!.requests).toEqual([
    {
      queueId: 'run-queue',
      added: [outcome('1', true), outcome('3', false), outcome('4', false)],
      handled: [outcome('1', true), outcome('4', true)],
    },
    { queueId: other.id, added: [outcome('5', false)], handled: [] },
  ]);
  expect((await queue.listHead()).items.map(({ uniqueKey }) => uniqueKey)).toEqual(['3', '2']);
  expect(await queue.getRequest(first!.id)).toMatchObject({ handledAt: expect.any(Date) });
  // A commit is no client of its own.
  expect(await queue.get()).toMatchObject({ totalRequestCount: 4, handledRequestCount: 2, hadMultipleClients: false });
});

test('a commit does not bring results of a request that is handled already', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  await planted.commit(1, { requests: [{ add: [page(1)], handled: [requestIdOf('1')] }] });
  const again = { items: [{ items: [{ n: 1 }] }], requests: [{ handled: [requestIdOf('1')] }] };
  expect(await planted.commit(2, again)).toMatchObject({
    status: 403,
    body: { error: { type: 'request-handled-or-locked', data: { part: 'requests[0]' } } },
  });
  const twice = { requests: [{ add: [page(2)], handled: [requestIdOf('2'), requestIdOf('2')] }] };
  expect((await planted.commit(2, twice)).status).toBe(403);
  expect((await planted.commit(2, { charges: [] })).status).toBe(200);
});

test('[commit-3] a commit with requests that is sent again adds and handles nothing', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  const first = await planted.commit(1, { requests: [{ add: [page(1), page(2)], handled: [requestIdOf('1')] }] });
  expect(await planted.commit(1, { requests: [{ add: [page(3)], handled: [requestIdOf('2')] }] })).toEqual(first);
  expect(await planted.queueOf().get()).toMatchObject({ totalRequestCount: 2, handledRequestCount: 1 });
});

test('[lock-4] a commit does not mark as handled what somebody else works on, and then changes nothing', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  await using _other = await startRun(fixture, 'other');
  const refused = {
    status: 403,
    body: { error: { type: 'request-handled-or-locked', data: { part: 'requests[0]' } } },
  };
  const lock = async (token: string, clientKey: string) =>
    (await planted.queueOf(token, clientKey).listAndLockHead({ lockSecs: 60, limit: 1 })).items[0]!.id;
  await planted.queueOf().batchAddRequests([page(1), page(2), page(3), page(4)]);
  const finish = (id: string, clientKey?: string) => ({
    items: [{ items: [{ n: 1 }] }],
    requests: [{ handled: [id], ...(clientKey !== undefined && { clientKey }) }],
  });
  for (const [token, clientKey, given] of [
    ['other-attempt-1', 'crawler', undefined],
    ['test-token', 'outside', undefined],
    ['test-token', 'outside', 'crawler'],
    ['run-attempt-1', 'second', 'crawler'],
  ] as const) {
    const id = await lock(token, clientKey);
    expect(await planted.commit(1, finish(id, given)), `${token} ${clientKey}`).toMatchObject(refused);
    await planted.queueOf(token, clientKey).unlockRequests();
  }
  expect(await planted.items()).toEqual([]);
  expect(await planted.queueOf().get()).toMatchObject({ handledRequestCount: 0 });

  // The attempt's own, by whichever of its clients; the attempt's, by its owner; a client's own; nobody's.
  expect((await planted.commit(1, finish(await lock('run-attempt-1', 'second')))).status).toBe(200);
  expect((await planted.commit(2, finish(await lock('run-attempt-1', 'second')), 'test-token')).status).toBe(200);
  expect((await planted.commit(3, finish(await lock('test-token', 'outside'), 'outside'))).status).toBe(200);
  expect((await planted.commit(4, finish(requestIdOf('4')))).status).toBe(200);
  expect(await planted.queueOf().get()).toMatchObject({ handledRequestCount: 4 });
});

test('[lock-4] what attempt 1 had locked is attempt 2’s to handle only once the lock is released or over', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  await planted.queueOf().batchAddRequests([page(1), page(2)]);
  const [first] = (await planted.queueOf().listAndLockHead({ lockSecs: 60, limit: 1 })).items;
  const [second] = (await planted.queueOf().listAndLockHead({ lockSecs: 1, limit: 1 })).items;
  await planted.activate(2);
  const handle = (sequence: number, id: string) =>
    planted.commit(sequence, { requests: [{ handled: [id] }] }, 'run-attempt-2');
  expect((await handle(1, first!.id)).status).toBe(403);
  await expect.poll(async () => (await handle(1, second!.id)).status, { timeout: 10_000 }).toBe(200);
  await planted.release(1);
  expect((await handle(2, first!.id)).status).toBe(200);
});

test('a resumed attempt learns the number of the last commit; others do not', async () => {
  await using fixture = await startFixture();
  await using planted = await startRun(fixture);
  await using _other = await startRun(fixture, 'other');
  const last = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fixture.call('GET', '/wherry/v1/runs/run/commits/last', undefined, headers);
    return { status: answer.status, body: await answer.json() };
  };
  expect(await last('run-attempt-1')).toEqual({ status: 200, body: { data: { sequence: 0 } } });
  for (const sequence of [1, 2, 2]) await planted.commit(sequence, {});
  await planted.activate(2);
  expect(await last('run-attempt-2')).toEqual({ status: 200, body: { data: { sequence: 2 } } });
  expect(await last('test-token')).toEqual({ status: 200, body: { data: { sequence: 2 } } });
  expect(await last('run-attempt-1')).toMatchObject({ status: 403, body: { error: { type: 'attempt-fenced' } } });
  expect(await last('other-attempt-1')).toMatchObject({ status: 403 });
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

test('a run’s default storages are under the run, to its active attempt alone', async () => {
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

test('a platform without commits responds to them as to any unknown route, and does all else', async () => {
  await using fixture = await startFixture({ commits: false });
  await using planted = await startRun(fixture);
  const unknown = await fixture.call('GET', '/wherry/v1/no-such-route');
  expect(unknown.status).toBe(404);
  const { error } = (await unknown.json()) as { error: { type: string } };
  const last = await fixture.call('GET', '/wherry/v1/runs/run/commits/last');
  expect(last.status).toBe(404);
  expect(await last.json()).toMatchObject({ error: { type: error.type } });
  const { status, body } = await planted.commit(1, { items: [{ items: [{ n: 1 }] }] });
  expect({ status, body }).toMatchObject({ status: 404, body: { error: { type: error.type } } });
  await fixture.client.dataset('run-dataset').pushItems([{ n: 2 }]);
  expect(await planted.items()).toEqual([{ n: 2 }]);
});
