import { expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { type: string; message: string } };
  return { status: answer.status, type: error.type };
};

async function newQueue(fixture: Fixture, clientKey?: string) {
  const { id } = await fixture.client.requestQueues().getOrCreate();
  return { id, queue: fixture.client.requestQueue(id, { ...(clientKey !== undefined && { clientKey }) }) };
}

const page = (name: string | number) => ({ url: `https://example.com/${name}`, uniqueKey: `${name}` });
const pages = (count: number) => Array.from({ length: count }, (_, index) => page(index));
const keysOf = ({ items }: { items: { uniqueKey?: string }[] }) => items.map(({ uniqueKey }) => uniqueKey);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a queue is made once for its name, found by every spelling of it, listed, renamed and deleted', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const created = await fixture.call('POST', '/v2/request-queues?name=pages');
  expect(created.status).toBe(201);
  const again = await fixture.call('POST', '/v2/request-queues?name=pages');
  expect(again.status).toBe(200);
  const { data } = (await created.json()) as { data: { id: string } };
  expect(await again.json()).toEqual({ data });
  await client.requestQueues().getOrCreate();

  for (const address of [data.id, 'pages', '~pages', 'wherry~pages', 'me~pages', 'wherry/pages']) {
    const found = await client.requestQueue(address).get();
    expect(found, address).toMatchObject({ id: data.id, totalRequestCount: 0, hadMultipleClients: false });
  }
  expect(await client.requestQueue('stranger~pages').get()).toBeUndefined();
  expect(await client.requestQueues().list()).toMatchObject({ total: 1, items: [{ id: data.id }] });
  expect(await client.requestQueues().list({ unnamed: true })).toMatchObject({ total: 2, count: 2 });
  expect(await client.requestQueue(data.id).update({ name: 'urls' })).toMatchObject({ id: data.id, name: 'urls' });
  await client.requestQueues().getOrCreate('taken');
  await expect(client.requestQueue('urls').update({ name: 'taken' })).rejects.toMatchObject({
    type: 'name-not-unique',
  });
  await client.requestQueue('urls').addRequest(page('gone'));
  await client.requestQueue('urls').delete();
  expect(await client.requestQueue(data.id).get()).toBeUndefined();
  await expect(client.requestQueue(data.id).listHead()).rejects.toMatchObject({ type: 'record-not-found' });
});

test('a request is added once, read, changed, handled and deleted, and the queue counts it', async () => {
  await using fixture = await startFixture();
  const { queue } = await newQueue(fixture, 'one');
  const request = { ...page('a'), userData: { label: 'START' }, headers: { accept: '*/*' }, payload: null };
  const { requestId, ...flags } = await queue.addRequest(request as never);
  expect(flags).toEqual({ wasAlreadyPresent: false, wasAlreadyHandled: false });
  expect(await queue.addRequest(page('a'))).toEqual({ requestId, wasAlreadyPresent: true, wasAlreadyHandled: false });
  const stored = (await queue.getRequest(requestId))!;
  expect(stored).toEqual({
    ...page('a'),
    id: requestId,
    method: 'GET',
    retryCount: 0,
    userData: { label: 'START' },
    headers: { accept: '*/*' },
  });
  expect(await queue.get()).toMatchObject({ totalRequestCount: 1, handledRequestCount: 0, pendingRequestCount: 1 });

  await queue.updateRequest({ ...stored, retryCount: 1, errorMessages: ['no'] });
  expect(await queue.getRequest(requestId)).toMatchObject({ retryCount: 1, errorMessages: ['no'] });
  const handledAt = new Date(Date.UTC(2026, 0, 2)).toISOString();
  const handled = { ...stored, handledAt };
  expect(await queue.updateRequest(handled)).toMatchObject({ wasAlreadyPresent: true, wasAlreadyHandled: false });
  expect(await queue.updateRequest(handled)).toMatchObject({ wasAlreadyHandled: true });
  expect(await queue.getRequest(requestId)).toMatchObject({ handledAt: new Date(handledAt) });
  expect(await queue.addRequest(page('a'))).toEqual({ requestId, wasAlreadyPresent: true, wasAlreadyHandled: true });
  expect((await queue.listHead()).items).toEqual([]);
  expect(await queue.get()).toMatchObject({ totalRequestCount: 1, handledRequestCount: 1, pendingRequestCount: 0 });
  await queue.updateRequest(stored);
  expect(keysOf(await queue.listHead())).toEqual(['a']);
  expect(await queue.get()).toMatchObject({ handledRequestCount: 0, pendingRequestCount: 1 });

  await queue.deleteRequest(requestId);
  expect(await queue.getRequest(requestId)).toBeUndefined();
  await expect(queue.deleteRequest(requestId)).rejects.toMatchObject({ statusCode: 404, type: 'record-not-found' });
  expect(await queue.updateRequest(stored)).toMatchObject({ wasAlreadyPresent: false });
  expect(await queue.get()).toMatchObject({ totalRequestCount: 1, pendingRequestCount: 1, hadMultipleClients: false });
});

test('batches keep their order, tell what was there already, and are deleted by id or unique key', async () => {
  await using fixture = await startFixture();
  const { queue } = await newQueue(fixture, 'one');
  await queue.addRequest(page(3));
  const added = await queue.batchAddRequests(pages(60), { maxParallel: 1 });
  expect(added.unprocessedRequests).toEqual([]);
  expect(added.processedRequests).toHaveLength(60);
  expect(added.processedRequests.filter((each) => each.wasAlreadyPresent)).toMatchObject([{ uniqueKey: '3' }]);
  expect(keysOf(await queue.listHead({ limit: 5 }))).toEqual(['3', '0', '1', '2', '4']);
  const twice = await queue.batchAddRequests([page('x'), page('x')], { forefront: true });
  expect(twice.processedRequests.map((each) => each.wasAlreadyPresent)).toEqual([false, true]);
  expect(keysOf(await queue.listHead({ limit: 1 }))).toEqual(['x']);
  expect(await queue.get()).toMatchObject({ totalRequestCount: 61, pendingRequestCount: 61 });

  const { requestId } = added.processedRequests.find((each) => each.uniqueKey === '0')!;
  const deleted = await queue.batchDeleteRequests([{ id: requestId }, { uniqueKey: '1' }, { uniqueKey: 'never' }]);
  expect(deleted).toEqual({
    processedRequests: [{ id: requestId }, { uniqueKey: '1' }, { uniqueKey: 'never' }],
    unprocessedRequests: [],
  });
  expect(await queue.get()).toMatchObject({ totalRequestCount: 59 });
  expect(keysOf(await queue.listHead({ limit: 4 }))).toEqual(['x', '3', '2', '4']);
});

test('requests are listed page by page, by cursor and by the last id, and by their state', async () => {
  await using fixture = await startFixture();
  const { queue } = await newQueue(fixture, 'one');
  await queue.batchAddRequests(pages(230));
  const first = await queue.listRequests({ limit: 100 });
  expect(first).toMatchObject({ limit: 100, nextCursor: expect.any(String) });
  const byId = await queue.listRequests({ limit: 100, exclusiveStartId: first.items.at(-1)!.id! });
  const byCursor = await queue.listRequests({ limit: 100, cursor: first.nextCursor! });
  expect(keysOf(byCursor)).toEqual(keysOf(byId));
  const seen = new Set<string>();
  for await (const { items } of queue.paginateRequests({ maxPageLimit: 99 })) {
    for (const item of items) seen.add(item.uniqueKey!);
  }
  expect(seen.size).toBe(230);

  const { items: locked } = await queue.listAndLockHead({ lockSecs: 60, limit: 3 });
  await queue.updateRequest({
    ...page(100),
    id: (await queue.addRequest(page(100))).requestId,
    handledAt: new Date().toISOString(),
  } as never);
  const inState = async (filter: ('locked' | 'pending')[]) => keysOf(await queue.listRequests({ filter, limit: 1000 }));
  expect((await inState(['locked'])).sort()).toEqual(locked.map(({ uniqueKey }) => uniqueKey).sort());
  expect(await inState(['pending'])).toHaveLength(226);
  expect(await inState(['pending', 'locked'])).toHaveLength(229);
});

test('[lock-1] what one client has locked is in no head, and only that client prolongs or unlocks it', async () => {
  await using fixture = await startFixture();
  const { id, queue: one } = await newQueue(fixture, 'one');
  const two = fixture.client.requestQueue(id, { clientKey: 'two' });
  await one.batchAddRequests(pages(5));
  const head = await one.listAndLockHead({ lockSecs: 60, limit: 2 });
  expect(head).toMatchObject({ limit: 2, lockSecs: 60, clientKey: 'one', queueHasLockedRequests: true });
  expect(head.hadMultipleClients).toBe(false);
  expect(keysOf(head)).toEqual(['0', '1']);
  expect(keysOf(await two.listHead())).toEqual(['2', '3', '4']);
  expect(await two.listHead()).toMatchObject({ hadMultipleClients: true });
  expect(keysOf(await two.listAndLockHead({ lockSecs: 60 }))).toEqual(['2', '3', '4']);
  expect(await one.listAndLockHead({ lockSecs: 60 })).toMatchObject({ items: [], queueHasLockedRequests: true });

  const [first, second] = head.items.map((item) => item.id) as [string, string];
  expect(await two.getRequest(first)).toMatchObject({
    lockByClient: 'one',
    lockExpiresAt: head.items[0]!.lockExpiresAt,
  });
  const others = { statusCode: 403, type: 'request-handled-or-locked' };
  await expect(two.prolongRequestLock(first, { lockSecs: 60 })).rejects.toMatchObject(others);
  await expect(two.deleteRequestLock(first)).rejects.toMatchObject(others);
  const { lockExpiresAt } = await one.prolongRequestLock(first, { lockSecs: 600 });
  expect(Number(lockExpiresAt)).toBeGreaterThan(Number(head.items[0]!.lockExpiresAt));
  await one.deleteRequestLock(first);
  await one.deleteRequestLock(second, { forefront: true });
  expect(keysOf(await two.listHead())).toEqual(['1', '0']);
  await expect(one.prolongRequestLock(first, { lockSecs: 60 })).rejects.toMatchObject(others);
  await expect(one.prolongRequestLock('missing', { lockSecs: 1 })).rejects.toMatchObject({ statusCode: 404 });
  expect(await one.unlockRequests()).toEqual({ unlockedCount: 0 });
  expect(await two.unlockRequests()).toEqual({ unlockedCount: 3 });
  expect(keysOf(await one.listHead())).toEqual(['1', '2', '3', '4', '0']);
});

test('[lock-5] an update by the holder gives a request back, one by another client does not; handling it ends the lock', async () => {
  await using fixture = await startFixture();
  const { id, queue } = await newQueue(fixture, 'one');
  const two = fixture.client.requestQueue(id, { clientKey: 'two' });
  await queue.batchAddRequests(pages(2));
  const [first] = (await queue.listAndLockHead({ lockSecs: 60, limit: 1 })).items;
  const stored = (await queue.getRequest(first!.id))!;
  await two.updateRequest({ ...stored, retryCount: 5 }, { forefront: true });
  expect(keysOf(await queue.listHead())).toEqual(['1']);
  await queue.updateRequest({ ...stored, retryCount: 1 }, { forefront: true });
  expect(keysOf(await queue.listHead())).toEqual(['0', '1']);
  // Crawlee deletes the lock besides. It may come late, and again.
  await queue.deleteRequestLock(first!.id, { forefront: true });
  await expect(queue.deleteRequestLock(first!.id)).rejects.toMatchObject({ type: 'request-handled-or-locked' });
  expect(keysOf(await queue.listHead())).toEqual(['0', '1']);
  expect(await queue.getRequest(first!.id)).toEqual({
    ...stored,
    retryCount: 1,
    lockByClient: undefined,
    lockExpiresAt: undefined,
  });

  await queue.listAndLockHead({ lockSecs: 60, limit: 1 });
  await queue.updateRequest({ ...stored, handledAt: new Date().toISOString() } as never);
  expect(await queue.listRequests({ filter: ['locked'] })).toMatchObject({ items: [] });
  await expect(queue.prolongRequestLock(first!.id, { lockSecs: 1 })).rejects.toMatchObject({
    type: 'request-handled-or-locked',
  });
});

test('[lock-3] a lock expires for real: the request is in the head again, and the first client has lost it', async () => {
  await using fixture = await startFixture();
  const { id, queue: one } = await newQueue(fixture, 'one');
  const two = fixture.client.requestQueue(id, { clientKey: 'two' });
  await one.batchAddRequests(pages(3));
  const { items } = await one.listAndLockHead({ lockSecs: 0.05, limit: 2 });
  while (Date.now() <= Number(items[0]!.lockExpiresAt)) await wait(10);
  expect(keysOf(await two.listHead())).toEqual(['0', '1', '2']);
  await expect(one.prolongRequestLock(items[0]!.id, { lockSecs: 60 })).rejects.toMatchObject({ statusCode: 403 });
  expect(keysOf(await two.listAndLockHead({ lockSecs: 60, limit: 2 }))).toEqual(['0', '1']);
  await expect(one.deleteRequestLock(items[0]!.id)).rejects.toMatchObject({ statusCode: 403 });
});

test('what is wrong in a call is refused with what to change, and changes nothing', async () => {
  await using fixture = await startFixture();
  const { id, queue } = await newQueue(fixture, 'one');
  const { requestId } = await queue.addRequest(page('a'));
  const base = `/v2/request-queues/${id}`;
  const before = await queue.get();
  const wrong: [string, string, unknown, string][] = [
    ['POST', '/requests', undefined, 'invalid-input'],
    ['POST', '/requests', [page('b')], 'invalid-input'],
    ['POST', '/requests', { uniqueKey: 'b' }, 'invalid-input'],
    ['POST', '/requests', { url: 7 }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), uniqueKey: '' }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), uniqueKey: 'k'.repeat(65_537) }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), id: 'mine' }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), method: 'LOOK' }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), retryCount: -1 }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), userData: [] }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), errorMessages: [1] }, 'invalid-input'],
    ['POST', '/requests', { ...page('b'), handledAt: 'soon' }, 'invalid-input'],
    ['POST', '/requests?forefront=maybe', page('b'), 'invalid-input'],
    ['POST', `/requests?clientKey=${'k'.repeat(33)}`, page('b'), 'invalid-client-key'],
    ['POST', '/requests?clientKey=', page('b'), 'invalid-client-key'],
    ['POST', '/requests/batch', page('b'), 'invalid-input'],
    ['POST', '/requests/batch', [], 'invalid-input'],
    ['POST', '/requests/batch', pages(26), 'invalid-input'],
    ['POST', '/requests/batch', [page('b'), { url: '' }], 'invalid-input'],
    ['DELETE', '/requests/batch', [{ id: requestId }, {}], 'invalid-input'],
    ['DELETE', '/requests/batch', [null], 'invalid-input'],
    ['DELETE', '/requests/batch', [{ id: requestId, uniqueKey: 'b' }], 'invalid-input'],
    ['PUT', `/requests/${requestId}`, page('b'), 'request-id-invalid'],
    ['PUT', '/requests/unknown', page('b'), 'request-id-invalid'],
    ['GET', '/requests?cursor=e30', undefined, 'invalid-input'],
    ['GET', '/requests?cursor=x&exclusiveStartId=y', undefined, 'invalid-input'],
    ['GET', '/requests?filter=handled', undefined, 'invalid-input'],
    ['GET', '/requests?filter=locked&exclusiveStartId=y', undefined, 'invalid-input'],
    ['GET', '/requests?limit=-1', undefined, 'invalid-input'],
    ['GET', '/head?limit=ten', undefined, 'invalid-input'],
    ['POST', '/head/lock', undefined, 'invalid-input'],
    ['POST', '/head/lock?lockSecs=0', undefined, 'invalid-input'],
    ['POST', '/head/lock?lockSecs=99999999999', undefined, 'invalid-input'],
    ['PUT', `/requests/${requestId}/lock`, undefined, 'invalid-input'],
  ];
  for (const [method, path, body, type] of wrong) {
    const answer = await fixture.call(method, base + path, body);
    expect(await errorOf(answer), `${method} ${path} ${JSON.stringify(body)}`.slice(0, 200)).toEqual({
      status: 400,
      type,
    });
  }
  expect(await queue.get()).toEqual(before);
  for (const [method, path] of [
    ['GET', '/requests'],
    ['GET', '/head'],
    ['POST', '/head/lock?lockSecs=1'],
    ['POST', '/requests/unlock'],
  ] as const) {
    const answer = await fixture.call(method, `/v2/request-queues/unknown${path}`);
    expect(await errorOf(answer), path).toEqual({ status: 404, type: 'record-not-found' });
  }
});

test('[lock-5] the deletion that follows an update leaves a lock alone that was taken in between, by whomever', async () => {
  await using fixture = await startFixture();
  const { id, queue } = await newQueue(fixture, 'one');
  const two = fixture.client.requestQueue(id, { clientKey: 'two' });
  await queue.addRequest(page('a'));
  for (const next of [queue, two]) {
    const [taken] = (await queue.listAndLockHead({ lockSecs: 60 })).items;
    await queue.updateRequest({ ...page('a'), id: taken!.id, retryCount: 1 } as never);
    expect(keysOf(await next.listAndLockHead({ lockSecs: 60 }))).toEqual(['a']);
    await queue.deleteRequestLock(taken!.id);
    expect(keysOf(await queue.listHead())).toEqual([]);
    await next.prolongRequestLock(taken!.id, { lockSecs: 60 });
    // The next deletion is one of a lock that the client has.
    await next.deleteRequestLock(taken!.id);
    expect(keysOf(await queue.listHead())).toEqual(['a']);
  }
});

test('statistics count requests, not calls, and the size of what is stored', async () => {
  await using fixture = await startFixture();
  const { id, queue } = await newQueue(fixture, 'one');
  const statsOf = async () => ((await queue.get()) as unknown as { stats: Record<string, number> }).stats;
  const sizeOf = async () => {
    const { data } = (await (await fixture.call('GET', `/v2/request-queues/${id}/requests`)).json()) as {
      data: { items: object[] };
    };
    return data.items.reduce((sum, item) => sum + JSON.stringify(item).length, 0);
  };
  expect(await statsOf()).toEqual({
    readCount: 0,
    writeCount: 0,
    deleteCount: 0,
    headItemReadCount: 0,
    storageBytes: 0,
  });
  await queue.batchAddRequests(pages(5));
  expect(await statsOf()).toMatchObject({ writeCount: 5, storageBytes: await sizeOf() });
  const { items } = await queue.listAndLockHead({ lockSecs: 60, limit: 3 });
  expect(await statsOf()).toMatchObject({ writeCount: 8, headItemReadCount: 3 });
  const [first, second, third] = items as unknown as [{ id: string }, { id: string }, { id: string }];
  await queue.updateRequest({ ...page(0), id: first.id, handledAt: new Date().toISOString() } as never);
  await queue.updateRequest({ ...page(1), id: second.id, userData: { text: 'longer' } } as never);
  await queue.prolongRequestLock(third.id, { lockSecs: 60 });
  expect((await statsOf()).writeCount).toBe(11);
  await queue.listHead();
  expect((await statsOf()).headItemReadCount).toBe(6);
  const before = (await statsOf()).readCount!;
  await queue.getRequest(first.id);
  await queue.listRequests({ limit: 4 });
  expect((await statsOf()).readCount).toBe(before + 5);
  await queue.batchAddRequests(pages(2));
  await queue.unlockRequests();
  await queue.deleteRequest(first.id);
  await queue.batchDeleteRequests([{ id: second.id }, { uniqueKey: 'never' }]);
  const { storageBytes, deleteCount } = await statsOf();
  expect([deleteCount, storageBytes]).toEqual([2, await sizeOf()]);
  await fixture.call('PUT', `/v2/request-queues/${id}`, { name: 'renamed' });
  expect((await statsOf()).readCount).toBe(before + 5 + 3);
});

test('a queue knows of its second client once that has read the head, whether or not it has a key', async () => {
  await using fixture = await startFixture();
  const { id } = await newQueue(fixture);
  const hadMany = async () => (await fixture.client.requestQueue(id).get())!.hadMultipleClients;
  const head = (clientKey?: string) => fixture.call('GET', `/v2/request-queues/${id}/head?${clientKey ?? ''}`);
  await head('clientKey=one');
  await head('clientKey=one');
  expect(await hadMany()).toBe(false);
  await head();
  expect(await hadMany()).toBe(true);
  await head('clientKey=one');
  expect(await hadMany()).toBe(true);
});
