/** Webhooks over a running platform: what is sent for which event, and how the API shows it. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ActorRun, WebhookUpdateData } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeUser, outcomeOf } from './users-fixture.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

const webhooks = { allowPrivate: true, firstRetrySecs: 0.05 };
const startHooked = () => startRunFixture({ webhooks });

const quick = 'console.log("done");';
const failing = 'process.exit(7);';
const endless = 'setInterval(() => undefined, 1000);';

const runEvents = 'CREATED SUCCEEDED FAILED TIMED_OUT ABORTED RESURRECTED'
  .split(' ')
  .map((each) => `ACTOR.RUN.${each}`);
const buildEvents = 'CREATED SUCCEEDED FAILED TIMED_OUT ABORTED'.split(' ').map((each) => `ACTOR.BUILD.${each}`);

const hook = (receiver: Receiver, path: string, condition: object, more: object = {}) => ({
  eventTypes: [...runEvents, ...buildEvents],
  requestUrl: `${receiver.url}${path}`,
  condition,
  ...more,
});

// biome-ignore lint/suspicious/noExplicitAny: each test knows what it has asked for.
const bodyOf = async (answer: Response) => (await answer.json()) as any;

const create = (fixture: RunFixture, webhook: object) => fixture.client.webhooks().create(webhook as never);

const typesAt = (receiver: Receiver, path: string) => receiver.callsTo(path).map(({ body }) => body.eventType);

const ended = (fixture: RunFixture, run: ActorRun) => fixture.client.run(run.id).waitForFinish();

test('each event of a run is told once, with the run as it was then [webhook-2]', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const actorId = await fixture.deploy('told', quick);
  const webhook = await create(fixture, hook(receiver, '/told', { actorId }));
  const run = await fixture.start(actorId);
  await ended(fixture, run);
  await until('both events were told', () => receiver.calls.length === 2);
  await fixture.client.run(run.id).resurrect();
  await ended(fixture, run);
  await until('all four events were told', () => receiver.calls.length === 4);
  const types = ['CREATED', 'SUCCEEDED', 'RESURRECTED', 'SUCCEEDED'].map((each) => `ACTOR.RUN.${each}`);
  expect(typesAt(receiver, '/told').toSorted()).toEqual(types.toSorted());
  const first = receiver.calls.find(({ body }) => body.eventType === 'ACTOR.RUN.CREATED')!;
  expect(first.body).toMatchObject({
    userId: webhook.userId,
    eventData: { actorId, actorRunId: run.id },
    resource: { id: run.id, actId: actorId, status: 'RUNNING', finishedAt: null },
  });
  const last = receiver.calls.findLast(({ body }) => body.eventType === 'ACTOR.RUN.SUCCEEDED')!;
  expect(last.body.resource).toMatchObject({
    status: 'SUCCEEDED',
    defaultDatasetId: run.defaultDatasetId,
    stats: { resurrectCount: 1 },
  });
  expect(last.headers).toMatchObject({ 'content-type': 'application/json', 'x-apify-webhook': 'true' });
  expect(new Set(receiver.calls.map(({ dispatchId }) => dispatchId)).size).toBe(4);
  const { items, total } = await fixture.client.webhook(webhook.id).dispatches().list();
  expect(total).toBe(4);
  expect(items.map(({ id }) => id).toSorted()).toEqual(receiver.calls.map(({ dispatchId }) => dispatchId).toSorted());
});

test('what was sent about a run is listed alone, and to its user alone', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const actorId = await fixture.deploy('sent', quick);
  for (const path of ['/one', '/two']) await create(fixture, hook(receiver, path, { actorId }));
  const [run, another] = [await fixture.start(actorId), await fixture.start(actorId)];
  for (const each of [run, another]) await ended(fixture, each);
  await until('all events were told', () => receiver.calls.length === 8);
  const listed = async (query: string, headers = {}) => {
    const { data } = await bodyOf(
      await fixture.call('GET', `/wherry/v1/webhook-dispatches?${query}`, undefined, headers),
    );
    return data as { total: number; items: { id: string; createdAt: string; eventData: { actorRunId: string } }[] };
  };
  const ofRun = await listed(`runId=${run.id}&desc=1`);
  expect([ofRun.total, ofRun.items.length]).toEqual([4, 4]);
  expect(ofRun.items.every(({ eventData }) => eventData.actorRunId === run.id)).toBe(true);
  const times = ofRun.items.map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted().toReversed());
  const second = await listed(`runId=${run.id}&desc=1&limit=2&offset=2`);
  expect([second.total, ...second.items.map(({ id }) => id)]).toEqual([4, ...ofRun.items.slice(2).map(({ id }) => id)]);
  // The builds' own events are told too.
  expect((await listed('')).total).toBe((await fixture.client.webhookDispatches().list()).total);
  const jane = await makeUser(fixture, 'jane');
  expect((await listed(`runId=${run.id}`, bearer(jane.token))).total).toBe(0);
});

test('a failed, an aborted and a timed-out run have their own events, and a webhook gets those that it names', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const [bad, slow] = [await fixture.deploy('bad', failing), await fixture.deploy('slow', endless)];
  await create(fixture, hook(receiver, '/bad', { actorId: bad }, { eventTypes: ['ACTOR.RUN.FAILED'] }));
  const ends = ['ACTOR.RUN.ABORTED', 'ACTOR.RUN.TIMED_OUT', 'ACTOR.RUN.SUCCEEDED'];
  await create(fixture, hook(receiver, '/slow', { actorId: slow }, { eventTypes: ends }));
  await ended(fixture, await fixture.start(bad));
  await ended(fixture, await fixture.start(slow, {}, { timeout: 1 }));
  const aborted = await fixture.start(slow);
  await fixture.client.run(aborted.id).abort();
  await ended(fixture, aborted);
  await until('three events were told', () => receiver.calls.length === 3);
  expect(typesAt(receiver, '/bad')).toEqual(['ACTOR.RUN.FAILED']);
  expect(typesAt(receiver, '/slow').toSorted()).toEqual(['ACTOR.RUN.ABORTED', 'ACTOR.RUN.TIMED_OUT']);
  const statuses = receiver.calls.map(({ body }) => body.resource.status);
  expect(statuses.toSorted()).toEqual(['ABORTED', 'FAILED', 'TIMED-OUT']);
});

test('runs of a task are told to webhooks of the task and of its Actor', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const { client } = fixture;
  const actId = await fixture.deploy('tasked', quick);
  const { id: actorTaskId } = await client.tasks().create({ actId, name: 'daily' });
  const only = { eventTypes: ['ACTOR.RUN.SUCCEEDED'] };
  const webhook = await create(fixture, hook(receiver, '/task', { actorTaskId }, only));
  await create(fixture, hook(receiver, '/actor', { actorId: actId }, only));
  await ended(fixture, await fixture.start(actId));
  const run = await client.task(actorTaskId).start();
  await ended(fixture, run);
  await until('three calls came', () => receiver.calls.length === 3);
  expect(receiver.callsTo('/task').map(({ body }) => body.eventData)).toEqual([
    { actorId: actId, actorTaskId, actorRunId: run.id },
  ]);
  expect(receiver.callsTo('/actor')).toHaveLength(2);
  expect((await client.task(actorTaskId).webhooks().list()).items.map(({ id }) => id)).toEqual([webhook.id]);
});

test('events of builds are told, without the sources', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const actorId = await fixture.deploy('built', quick);
  await create(fixture, hook(receiver, '/builds', { actorId }));
  const build = await fixture.client.actor(actorId).build('0.1');
  await fixture.client.build(build.id).waitForFinish();
  await until('both events were told', () => receiver.calls.length === 2);
  expect(typesAt(receiver, '/builds').toSorted()).toEqual(['ACTOR.BUILD.CREATED', 'ACTOR.BUILD.SUCCEEDED']);
  for (const { body } of receiver.calls) {
    expect(body).toMatchObject({ eventData: { actorId, actorBuildId: build.id }, resource: { id: build.id } });
    expect(body.eventData).not.toHaveProperty('actorRunId');
    expect(JSON.stringify(body)).not.toContain('sourceFiles');
  }
});

test('webhooks of a start are called for this run alone, and a start that is sent again adds none', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const actorId = await fixture.deploy('hooked', quick);
  const adHoc = [{ eventTypes: ['ACTOR.RUN.CREATED', 'ACTOR.RUN.SUCCEEDED'], requestUrl: `${receiver.url}/adhoc` }];
  const run = await fixture.start(actorId, {}, { webhooks: adHoc });
  await ended(fixture, run);
  await ended(fixture, await fixture.start(actorId));
  await until('both events were told', () => receiver.calls.length >= 2);
  expect(typesAt(receiver, '/adhoc').toSorted()).toEqual(['ACTOR.RUN.CREATED', 'ACTOR.RUN.SUCCEEDED']);
  expect(receiver.calls.map(({ body }) => body.eventData.actorRunId)).toEqual([run.id, run.id]);
  // It is called once for each of its events.
  await fixture.client.run(run.id).resurrect();
  await ended(fixture, run);
  const encoded = encodeURIComponent(Buffer.from(JSON.stringify(adHoc)).toString('base64'));
  const keyed = { 'idempotency-key': 'once' };
  for (const _ of [1, 2]) {
    const answer = await fixture.call('POST', `/v2/acts/${actorId}/runs?webhooks=${encoded}`, {}, keyed);
    expect(answer.status).toBe(201);
  }
  await until('the events of the second run were told', () => receiver.calls.length >= 4);
  const { items } = await fixture.client.webhooks().list();
  expect(items.map(({ isAdHoc, condition }) => [isAdHoc, condition])).toEqual([
    [true, { actorRunId: run.id }],
    [true, { actorRunId: receiver.calls.at(-1)!.body.eventData.actorRunId }],
  ]);
  const { total } = await fixture.client.webhook(items[0]!.id).dispatches().list();
  expect(total).toBe(2);
});

const refusedStarts: Record<string, string | object[]> = {
  'no base64 of an array': 'bm90IGpzb24',
  'no events': [{ requestUrl: 'http://example.com' }],
  'an unknown event': [{ requestUrl: 'http://example.com', eventTypes: ['ACTOR.RUN.LOST'] }],
  'no address': [{ eventTypes: ['ACTOR.RUN.FAILED'] }],
  'an address of a file': [{ eventTypes: ['ACTOR.RUN.FAILED'], requestUrl: 'file:///etc/passwd' }],
  'a template that is none': [{ eventTypes: ['TEST'], requestUrl: 'http://a', payloadTemplate: '{"a": {{secrets}}}' }],
};

test('a start with wrong webhooks is refused, and starts nothing', async () => {
  await using fixture = await startHooked();
  const actorId = await fixture.deploy('refused', quick);
  for (const [what, wrong] of Object.entries(refusedStarts)) {
    const text = typeof wrong === 'string' ? wrong : Buffer.from(JSON.stringify(wrong)).toString('base64');
    const answer = await fixture.call('POST', `/v2/acts/${actorId}/runs?webhooks=${encodeURIComponent(text)}`, {});
    expect([answer.status, (await bodyOf(answer)).error.type], what).toEqual([400, 'invalid-input']);
  }
  expect((await fixture.client.runs().list()).total).toBe(0);
});

const adding = `
import { Actor } from 'apify';
await Actor.init();
const { hook } = await Actor.getInput();
for (const _ of [1, 2]) {
  await Actor.addWebhook({
    eventTypes: ['ACTOR.RUN.SUCCEEDED', 'ACTOR.RUN.FAILED'],
    requestUrl: hook,
    idempotencyKey: process.env.ACTOR_RUN_ID,
    payloadTemplate: '{"run": {{resource.id}}, "text": "run {{eventData.actorRunId}} is over"}',
    headersTemplate: '{"Authorization": "Bearer {{userId}}"}',
    shouldInterpolateStrings: true,
  });
}
await Actor.exit();
`;

test('Actor.addWebhook of a limited and of a full attempt: its own run, once for each key', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  for (const level of ['LIMITED_PERMISSIONS', 'FULL_PERMISSIONS']) {
    const actorId = await fixture.deploy(`adding-${level.toLowerCase().slice(0, 4)}`, adding, {
      actorPermissionLevel: level,
    });
    const run = await fixture.start(actorId, { hook: `${receiver.url}/${level}` });
    expect((await ended(fixture, run)).status).toBe('SUCCEEDED');
    const [call] = await until(
      'it is called',
      () => receiver.callsTo(`/${level}`).length > 0 && receiver.callsTo(`/${level}`),
    );
    expect(call!.body).toEqual({ run: run.id, text: `run ${run.id} is over` });
    expect(call!.headers.authorization).toBe(`Bearer ${run.userId}`);
  }
  expect(receiver.calls).toHaveLength(2);
});

test('a limited attempt adds webhooks to nothing but its own run, and sees none', async () => {
  await using fixture = await startHooked();
  const token =
    'await (await fetch(process.env.APIFY_API_BASE_URL + "/v2/key-value-stores/" + process.env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID + "/records/TOKEN", { method: "PUT", headers: { authorization: "Bearer " + process.env.APIFY_TOKEN, "content-type": "text/plain" }, body: process.env.APIFY_TOKEN })).text(); setInterval(() => undefined, 1000);';
  const actorId = await fixture.deploy('limited', token, { actorPermissionLevel: 'LIMITED_PERMISSIONS' });
  const [own, other] = [await fixture.start(actorId), await fixture.start(actorId)];
  const store = fixture.client.keyValueStore(own.defaultKeyValueStoreId);
  const { value } = await until('the attempt has said its token', () => store.getRecord('TOKEN'));
  const as = { authorization: `Bearer ${value}` };
  const webhookOf = (condition: object) => ({ eventTypes: ['TEST'], requestUrl: 'http://example.com', condition });
  const userKey = { ...webhookOf({ actorId }), idempotencyKey: 'shared', headersTemplate: '{"a": "secret"}' };
  await create(fixture, userKey);
  const statusOf = async (method: string, url: string, body?: object) =>
    (await fixture.call(method, url, body, as)).status;
  expect(await statusOf('POST', '/v2/webhooks', webhookOf({ actorRunId: own.id }))).toBe(201);
  expect(await statusOf('POST', '/v2/webhooks', webhookOf({ actorRunId: other.id }))).toBe(403);
  expect(await statusOf('POST', '/v2/webhooks', webhookOf({ actorId }))).toBe(403);
  for (const url of ['/v2/webhooks', '/v2/webhook-dispatches', `/v2/acts/${actorId}/webhooks`]) {
    expect(await statusOf('GET', url)).toBe(403);
  }
  // A key of the user's is not the attempt's.
  const keyed = { ...webhookOf({ actorRunId: own.id }), idempotencyKey: 'shared' };
  const answer = await bodyOf(await fixture.call('POST', '/v2/webhooks', keyed, as));
  expect(answer.data).toMatchObject({ condition: { actorRunId: own.id }, headersTemplate: null });
});

test('a webhook is created, read, listed, changed in what is named, tested and deleted', async () => {
  await using fixture = await startHooked();
  await using receiver = await startReceiver();
  const { client } = fixture;
  const actorId = await fixture.deploy('kept', quick);
  const webhook = await create(
    fixture,
    hook(receiver, '/a', { actorId }, { description: 'mine', idempotencyKey: 'k' }),
  );
  expect(webhook).toMatchObject({ isAdHoc: false, condition: { actorId }, description: 'mine', payloadTemplate: null });
  expect((await create(fixture, hook(receiver, '/b', { actorId }, { idempotencyKey: 'k' }))).id).toBe(webhook.id);
  const changed = await client.webhook(webhook.id).update({
    requestUrl: `${receiver.url}/c`,
    payloadTemplate: '{"event": {{eventType}}, "of": {{resource.id}}, "none": {{resource.nothing}}}',
    doNotRetry: true,
  } as WebhookUpdateData);
  expect(changed).toMatchObject({
    id: webhook.id,
    description: 'mine',
    doNotRetry: true,
    eventTypes: webhook.eventTypes,
  });
  const dispatch = await client.webhook(webhook.id).test();
  expect(dispatch).toMatchObject({ webhookId: webhook.id, status: 'ACTIVE', eventType: 'TEST', calls: [] });
  const done = await until('the test was accepted', async () => {
    const each = await client.webhookDispatch(dispatch!.id).get();
    return each!.status === 'SUCCEEDED' && each;
  });
  expect(receiver.callsTo('/c')[0]!.body).toMatchObject({ event: 'TEST', none: null });
  expect(receiver.callsTo('/c')[0]!.dispatchId).toBe(dispatch!.id);
  expect(done.calls).toEqual([
    expect.objectContaining({ responseStatus: 200, responseBody: 'ok', errorMessage: null }),
  ]);
  const { items } = await client.webhooks().list();
  expect(items).toMatchObject([
    { id: webhook.id, isEnabled: true, actionType: 'HTTP_REQUEST', stats: { totalDispatches: 1 } },
  ]);
  expect(items[0]).toMatchObject({ lastDispatch: { status: 'SUCCEEDED' } });
  expect(items[0]).not.toHaveProperty('payloadTemplate');
  expect((await client.actor(actorId).webhooks().list()).items.map(({ id }) => id)).toEqual([webhook.id]);
  expect((await client.webhookDispatches().list()).items.map(({ id }) => id)).toEqual([dispatch!.id]);
  await client.webhook(webhook.id).delete();
  expect(await client.webhook(webhook.id).get()).toBeUndefined();
  expect((await client.webhooks().list()).total).toBe(0);
  // The log stays.
  expect((await client.webhookDispatch(dispatch!.id).get())!.status).toBe('SUCCEEDED');
  await ended(fixture, await fixture.start(actorId));
  expect((await client.webhookDispatches().list()).total).toBe(1);
});

/** What is wrong with a webhook, and the field that the refusal names. */
const refusedWebhooks: [object, string][] = [
  [{ eventTypes: undefined }, 'eventTypes'],
  [{ eventTypes: [] }, 'eventTypes'],
  [{ condition: {} }, 'condition'],
  [{ condition: { actorId: 'x', actorRunId: 'x' } }, 'condition'],
  [{ condition: undefined }, 'condition'],
  [{ requestUrl: 'example.com/x' }, 'requestUrl'],
  [{ requestUrl: undefined }, 'requestUrl'],
  [{ payloadTemplate: '{"a": ' }, 'payloadTemplate'],
  [{ payloadTemplate: '{"a": {{process.env}}}' }, 'payloadTemplate'],
  [{ payloadTemplate: '"{{secret}}"', shouldInterpolateStrings: true }, 'payloadTemplate'],
  [{ payloadTemplate: `[${Array(101).fill('{{userId}}')}]` }, 'payloadTemplate'],
  [{ headersTemplate: '["a"]' }, 'headersTemplate'],
  [{ headersTemplate: '{"a b": "c"}' }, 'headersTemplate'],
  [{ headersTemplate: '{"a": "c\\r\\nd: e"}' }, 'headersTemplate'],
  [{ headersTemplate: '{"a": {"b": 1}}' }, 'headersTemplate'],
];

test('a wrong webhook is refused, and the message names what is wrong', async () => {
  await using fixture = await startHooked();
  const { id: actorId } = await fixture.client.actors().create({ name: 'any' });
  const right = { eventTypes: ['ACTOR.RUN.FAILED'], condition: { actorId }, requestUrl: 'https://example.com' };
  for (const [wrong, field] of refusedWebhooks) {
    const answer = await fixture.call('POST', '/v2/webhooks', { ...right, ...wrong });
    expect(answer.status, JSON.stringify(wrong)).toBe(400);
    expect((await bodyOf(answer)).error.message).toContain(field);
  }
  expect((await fixture.client.webhooks().list()).total).toBe(0);
});

test('a condition on what is not there is refused with 404', async () => {
  await using fixture = await startHooked();
  for (const condition of [{ actorId: 'x' }, { actorTaskId: 'x' }, { actorRunId: 'x' }]) {
    const webhook = { eventTypes: ['TEST'], requestUrl: 'http://example.com', condition };
    expect((await fixture.call('POST', '/v2/webhooks', webhook)).status).toBe(404);
  }
});

test('a call that is not answered with 2xx is made again, eleven times at most, and each is in the log', async () => {
  await using fixture = await startRunFixture({ webhooks: { allowPrivate: true, firstRetrySecs: 0.001 } });
  await using receiver = await startReceiver((call, response, count) => {
    if (call.path === '/later' && count === 2) response.end('at last');
    else if (call.path === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (call.path === '/cut') response.destroy();
    else response.writeHead(500).end('x'.repeat(100_000));
  });
  const actorId = await fixture.deploy('retried', quick);
  const only = { eventTypes: ['ACTOR.RUN.SUCCEEDED'] };
  const ids = new Map<string, string>();
  for (const path of ['/later', '/never', '/moved', '/cut', '/once']) {
    const more = path === '/once' ? { doNotRetry: true } : {};
    ids.set(path, (await create(fixture, hook(receiver, path, { actorId }, { ...only, ...more }))).id);
  }
  await ended(fixture, await fixture.start(actorId));
  const dispatchOf = async (path: string) =>
    (await fixture.client.webhook(ids.get(path)!).dispatches().list()).items[0]!;
  const statuses = await until('all are over', async () => {
    const all = await Promise.all([...ids.keys()].map(async (path) => [path, (await dispatchOf(path)).status]));
    return all.every(([, status]) => status !== 'ACTIVE') && Object.fromEntries(all);
  });
  expect(statuses).toEqual({
    '/later': 'SUCCEEDED',
    '/never': 'FAILED',
    '/moved': 'FAILED',
    '/cut': 'FAILED',
    '/once': 'FAILED',
  });
  const counts = [...ids.keys()].map((path) => receiver.callsTo(path).length);
  expect(counts).toEqual([3, 12, 12, 12, 1]);
  // Redirects are not followed.
  expect(receiver.callsTo('/elsewhere')).toEqual([]);
  const never = await dispatchOf('/never');
  expect(never.calls).toHaveLength(12);
  expect(never.calls![0]).toMatchObject({ responseStatus: 500, errorMessage: expect.stringContaining('500') });
  expect(never.calls![0]!.responseBody!.length).toBe(16 * 1024);
  expect((await dispatchOf('/cut')).calls![0]).toMatchObject({
    responseStatus: null,
    errorMessage: expect.any(String),
  });
  for (const path of ids.keys()) {
    expect(new Set(receiver.callsTo(path).map(({ dispatchId }) => dispatchId)).size).toBe(1);
  }
});

const { key, cert } = await selfSigned();

test('a certificate that is not trusted fails the call, unless the webhook ignores that', async () => {
  await using fixture = await startRunFixture({ webhooks: { allowPrivate: true } });
  const server = createServer({ key, cert }, (request, response) => response.end(request.url));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { id: actorId } = await fixture.client.actors().create({ name: 'any' });
  const resultOf = async (ignoreSslErrors: boolean) => {
    const webhook = {
      eventTypes: ['TEST'],
      condition: { actorId },
      requestUrl: `${url}/x`,
      ignoreSslErrors,
      doNotRetry: true,
    };
    const dispatch = await fixture.client.webhook((await create(fixture, webhook)).id).test();
    const over = await until('the test is over', async () => {
      const each = await fixture.client.webhookDispatch(dispatch!.id).get();
      return each!.status !== 'ACTIVE' && each;
    });
    return [over.status, over.calls![0]!.responseBody, (over.calls![0] as { errorMessage?: string }).errorMessage];
  };
  expect(await resultOf(false)).toEqual(['FAILED', null, expect.stringContaining('self-signed')]);
  expect(await resultOf(true)).toEqual(['SUCCEEDED', '/x', null]);
});

test('an Actor starts another one for each of its runs, by a webhook on the API, without a token and although that is a private address', async () => {
  await using fixture = await startRunFixture({ webhooks: { firstRetrySecs: 0.05 } });
  const { client, platform } = fixture;
  const [first, second] = [await fixture.deploy('first', quick), await fixture.deploy('second', quick)];
  const webhook = await create(fixture, {
    eventTypes: ['ACTOR.RUN.SUCCEEDED'],
    condition: { actorId: first },
    requestUrl: `${platform.url}/v2/acts/${second}/runs`,
    isApifyIntegration: true,
    shouldInterpolateStrings: true,
    payloadTemplate: '{"from": "{{resource.id}}", "payload": {"text": "after {{eventData.actorRunId}}"}}',
  });
  const run = await fixture.start(first);
  await ended(fixture, run);
  const [started] = await until('the other Actor was started', async () => {
    const { items } = await client.actor(second).runs().list();
    return items.length > 0 && items;
  });
  expect(started!.meta.origin).toBe('WEBHOOK');
  const input = await client.run(started!.id).keyValueStore().getRecord('INPUT');
  expect(input!.value).toEqual({ from: run.id, payload: { text: `after ${run.id}` } });
  const { items } = await client.webhook(webhook.id).dispatches().list();
  expect(items[0]).toMatchObject({ status: 'SUCCEEDED', calls: [{ responseStatus: 201 }] });
});

test('what an attempt adds reaches no more of the API than the attempt itself [webhook-7]', async () => {
  await using fixture = await startRunFixture({ webhooks: {} });
  const { client, platform } = fixture;
  const target = await fixture.deploy('target', quick);
  const source = `
    import { Actor } from 'apify';
    await Actor.init();
    const { urls } = await Actor.getInput();
    for (const requestUrl of urls) await Actor.addWebhook({ eventTypes: ['ACTOR.RUN.SUCCEEDED'], requestUrl, doNotRetry: true });
    await Actor.exit();`;
  const urls = [`${platform.url}/v2/acts/${target}/runs`, `${platform.url}/v2/datasets?name=made`];
  const statusesOf = async (level: string) => {
    const actorId = await fixture.deploy(level.toLowerCase().slice(0, 4), source, { actorPermissionLevel: level });
    const run = await fixture.start(actorId, { urls });
    await ended(fixture, run);
    return until('both webhooks were called', async () => {
      const { items } = await client.webhookDispatches().list({ desc: true, limit: 2 });
      const ours = items.filter(({ eventData }) => (eventData as { actorRunId?: string }).actorRunId === run.id);
      const results = urls.map(
        (url) => ours.find(({ webhook }) => webhook.requestUrl === url)?.calls?.[0]?.responseStatus,
      );
      return results.every(Boolean) && results;
    });
  };
  expect(await statusesOf('FULL_PERMISSIONS')).toEqual([201, 401]);
  expect(await statusesOf('LIMITED_PERMISSIONS')).toEqual([401, 401]);
  expect((await client.actor(target).runs().list()).total).toBe(1);
});

async function selfSigned(): Promise<{ key: string; cert: string }> {
  const { generateKeyPairSync } = await import('node:crypto');
  const { execFileSync } = await import('node:child_process');
  const { mkdtemp, readFile, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const path = await import('node:path');
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-cert-'));
  try {
    const file = path.join(folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    await writeFile(file, pem);
    const out = path.join(folder, 'cert.pem');
    const args = ['req', '-new', '-x509', '-key', file, '-out', out, '-days', '2', '-subj', '/CN=localhost'];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { key: pem, cert: await readFile(out, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a dispatch that is sent again has the same id and new tries, and nobody else may do it [webhook-2]', async () => {
  await using fixture = await startHooked();
  let isWell = false;
  await using receiver = await startReceiver((_call, response) => {
    response.statusCode = isWell ? 200 : 500;
    response.end('answered');
  });
  const actorId = await fixture.deploy('resent', quick);
  const webhook = await create(fixture, hook(receiver, '/resent', { actorId }, { doNotRetry: true }));
  const { id } = (await fixture.client.webhook(webhook.id).test())!;
  const dispatch = () => fixture.client.webhookDispatch(id).get();
  const resend = (headers = {}) =>
    fixture.call('POST', `/wherry/v1/webhook-dispatches/${id}/resend`, undefined, headers);
  await until('its only call has failed', async () => (await dispatch())!.status === 'FAILED');
  isWell = true;
  const { data } = await bodyOf(await resend());
  expect(data).toMatchObject({ id, status: 'ACTIVE', calls: [{ responseStatus: 500 }] });
  await until('it was accepted', async () => (await dispatch())!.status === 'SUCCEEDED');
  expect(receiver.calls.map(({ dispatchId }) => dispatchId)).toEqual([id, id]);
  expect((await dispatch())!.calls!.map(({ responseStatus }) => responseStatus)).toEqual([500, 200]);
  await resend();
  await until('what was accepted is sent again too', () => receiver.calls.length === 3);
  const other = await makeUser(fixture, 'stranger');
  expect(await outcomeOf(await resend(bearer(other.token)))).toBe('404 record-not-found');
  await until('the third call was stored', async () => (await dispatch())!.status === 'SUCCEEDED');
  await fixture.client.webhook(webhook.id).delete();
  expect(await outcomeOf(await resend())).toBe('409 webhook-deleted');
  expect(receiver.calls).toHaveLength(3);
});

test('a dispatch with a call under way is not sent a second time meanwhile [webhook-4]', async () => {
  await using fixture = await startHooked();
  let answer = () => {};
  await using receiver = await startReceiver((_call, response) => {
    answer = () => response.end('late');
  });
  const actorId = await fixture.deploy('slow-receiver', quick);
  const webhook = await create(fixture, hook(receiver, '/slow', { actorId }));
  const { id } = (await fixture.client.webhook(webhook.id).test())!;
  await until('the call is under way', () => receiver.calls.length === 1);
  const again = await fixture.call('POST', `/wherry/v1/webhook-dispatches/${id}/resend`);
  expect(await outcomeOf(again)).toBe('409 webhook-call-under-way');
  answer();
  await until('it was accepted', async () => (await fixture.client.webhookDispatch(id).get())!.status === 'SUCCEEDED');
  expect(receiver.calls).toHaveLength(1);
});
