/** Tasks of Actors, as the stock client and plain calls use them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ActorRun } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { rotatePlatformSecrets } from '../src/index.ts';
import { startFixture } from './fixture.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeUser } from './users-fixture.ts';

/** Says what it was started with, and pushes it. */
const echo = `
import { Actor } from 'apify';
await Actor.init();
const input = await Actor.getInput();
const { ACTOR_TASK_ID, APIFY_ACTOR_TASK_ID, ACTOR_RESTART_ON_ERROR, ACTOR_MAX_PAID_DATASET_ITEMS } = process.env;
await Actor.setValue('OUTPUT', { input, task: ACTOR_TASK_ID, old: APIFY_ACTOR_TASK_ID, restarts: ACTOR_RESTART_ON_ERROR, maxItems: ACTOR_MAX_PAID_DATASET_ITEMS });
await Actor.pushData([{ input }]);
await Actor.exit();
`;

const quick = 'console.log("quick")';
const endless = 'console.log("at work"); setInterval(() => {}, 1000)';

const inputSchema = {
  title: 'Search',
  type: 'object',
  schemaVersion: 1,
  properties: {
    query: { title: 'Query', type: 'string', description: 'What to search for.', editor: 'textfield', default: 'all' },
    pages: { title: 'Pages', type: 'integer', description: 'How many.', default: 1, prefill: 7 },
    password: { title: 'Password', type: 'string', description: 'Of the site.', editor: 'textfield', isSecret: true },
    options: { title: 'Options', type: 'object', description: 'More.', editor: 'json' },
  },
};
const withSchema = {
  '.actor/actor.json': JSON.stringify({ actorSpecification: 1, name: 'echo', version: '0.1', input: inputSchema }),
};

const errorOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { type: string; message: string } };
  expect(error.message).toMatch(/^[A-Z].* .*/s);
  return [response.status, error.type];
};

const outputOf = async ({ client }: RunFixture, run: ActorRun) =>
  (await client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT'))!.value as Record<string, unknown>;

async function started(fixture: RunFixture, response: Promise<Response>): Promise<ActorRun> {
  const { data } = (await (await response).json()) as { data: ActorRun };
  return fixture.client.run(data.id).waitForFinish();
}

test('a task is created, read, listed, changed and deleted, by its id and by its name', async () => {
  await using fixture = await startFixture();
  const { client, call } = fixture;
  const actor = await client.actors().create({ name: 'Searcher' });
  const task = await client.tasks().create({
    actId: 'wherry/searcher',
    name: 'Nightly',
    title: 'Each night',
    options: { build: 'beta', memoryMbytes: 256 },
    input: { a: 1, b: { c: 2 } },
  });
  expect(task).toMatchObject({
    actId: actor.id,
    userId: actor.userId,
    username: 'wherry',
    name: 'Nightly',
    title: 'Each night',
    stats: { totalRuns: 0 },
    options: { build: 'beta', memoryMbytes: 256 },
    input: { a: 1, b: { c: 2 } },
    removedAt: null,
    isPublic: false,
  });
  for (const address of [task.id, 'nightly', 'wherry~nightly', '~Nightly', `${actor.userId}~nightly`]) {
    expect(await client.task(address).get(), address).toEqual(task);
  }
  const [listed] = (await client.tasks().list()).items;
  expect(listed).toMatchObject({ id: task.id, actName: 'Searcher', actUsername: 'wherry', name: 'Nightly' });
  expect(listed).not.toHaveProperty('input');

  const changed = await client.task('nightly').update({ name: 'weekly', options: { timeoutSecs: 60 } });
  expect(changed).toMatchObject({ name: 'weekly', title: 'Each night', input: { a: 1, b: { c: 2 } } });
  expect(changed.options).toEqual({ build: 'beta', memoryMbytes: 256, timeoutSecs: 60 });
  const reset = await call('PUT', '/v2/actor-tasks/weekly', { options: { build: null }, title: null });
  expect(await reset.json()).toMatchObject({ data: { title: null, options: { memoryMbytes: 256, timeoutSecs: 60 } } });

  await client.task(task.id).delete();
  expect(await client.task(task.id).get()).toBeUndefined();
  expect((await client.tasks().list()).total).toBe(0);
  expect(await errorOf(await call('DELETE', `/v2/actor-tasks/${task.id}`))).toEqual([404, 'record-not-found']);
});

test('what a task may be is checked, and what is read-only in it is left alone', async () => {
  await using fixture = await startFixture();
  const { client, call } = fixture;
  const { id: actId } = await client.actors().create({ name: 'actor' });
  const create = async (body: object) => errorOf(await call('POST', '/v2/actor-tasks', body));
  expect(await create({ name: 'no-actor' })).toEqual([400, 'invalid-input']);
  expect(await create({ actId: 'missing', name: 'a' })).toEqual([404, 'record-not-found']);
  expect(await create({ actId, name: 'with space' })).toEqual([400, 'invalid-input']);
  expect(await create({ actId, name: 'a', input: ['list'] })).toEqual([400, 'invalid-input']);
  expect(await create({ actId, name: 'a', options: { memoryMbytes: 200 } })).toEqual([400, 'invalid-input']);
  expect(await create({ actId, name: 'a', options: { timeoutSecs: -1 } })).toEqual([400, 'invalid-input']);
  expect(await create({ actId, name: 'a', options: { maxTotalChargeUsd: 'much' } })).toEqual([400, 'invalid-input']);
  const first = await client.tasks().create({ actId, name: 'taken' });
  expect(await create({ actId, name: 'TAKEN' })).toEqual([409, 'actor-task-name-not-unique']);
  const second = await client.tasks().create({ actId, name: 'second' });
  expect(await errorOf(await call('PUT', `/v2/actor-tasks/${second.id}`, { name: 'Taken' }))).toEqual([
    409,
    'actor-task-name-not-unique',
  ]);
  // A task that is read, changed and sent back whole, as clients do.
  const sentBack = await call('PUT', `/v2/actor-tasks/${first.id}`, { ...first, id: 'x', userId: 'y', title: 'New' });
  expect(await sentBack.json()).toMatchObject({ data: { id: first.id, userId: first.userId, title: 'New' } });
  // Without a name it gets one of its Actor's.
  const unnamed = await Promise.all([1, 2, 3].map(() => client.tasks().create({ actId })));
  const names = unnamed.map(({ name }) => name);
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^actor-task/);
});

test('pages of tasks go by their creation, in both directions', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const { id: actId } = await client.actors().create({ name: 'actor' });
  for (const name of ['one', 'two', 'three']) await client.tasks().create({ actId, name });
  const namesOf = async (options: object) => (await client.tasks().list(options)).items.map(({ name }) => name);
  expect(await namesOf({})).toEqual(['one', 'two', 'three']);
  expect(await namesOf({ desc: true, limit: 2 })).toEqual(['three', 'two']);
  expect(await namesOf({ offset: 1, limit: 1 })).toEqual(['two']);
  expect(await client.tasks().list({ limit: 1 })).toMatchObject({ total: 3, count: 1 });
});

test('the tasks of an Actor are listed page by page, also when it is gone, and those of others are not', async () => {
  await using fixture = await startFixture();
  const { client, call } = fixture;
  const [one, other] = [await client.actors().create({ name: 'one' }), await client.actors().create({ name: 'other' })];
  const made: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    made.push((await client.tasks().create({ actId: one.id, name: `of-one-${index}` })).id);
    await client.tasks().create({ actId: other.id, name: `of-other-${index}` });
  }
  const pageOf = async (query: string) => {
    const response = await call('GET', `/wherry/v1/tasks?${query}`);
    const { data } = (await response.json()) as { data: { total: number; items: { id: string; actId: string }[] } };
    return { total: data.total, ids: data.items.map(({ id }) => id) };
  };
  expect(await pageOf(`actorId=${one.id}`)).toEqual({ total: 3, ids: made });
  expect(await pageOf(`actorId=${one.id}&desc=1&limit=2`)).toEqual({ total: 3, ids: made.toReversed().slice(0, 2) });
  expect((await pageOf('')).total).toBe(6);
  expect(await pageOf('actorId=none')).toEqual({ total: 0, ids: [] });
  const jane = await makeUser(fixture, 'jane');
  const ofJane = await call('GET', `/wherry/v1/tasks?actorId=${one.id}`, undefined, bearer(jane.token));
  expect(await ofJane.json()).toMatchObject({ data: { total: 0, items: [] } });
  await client.actor(one.id).delete();
  expect(await pageOf(`actorId=${one.id}`)).toEqual({ total: 3, ids: made });
});

test('the input of a task is read and changed alone, property by property', async () => {
  await using fixture = await startFixture();
  const { client, call } = fixture;
  const { id: actId } = await client.actors().create({ name: 'actor' });
  const { id } = await client.tasks().create({ actId, name: 'task' });
  const text = async () => (await call('GET', `/v2/actor-tasks/${id}/input`)).text();
  expect(await text()).toBe('{}');
  expect(await client.task(id).updateInput({ a: 1, b: { c: 1, d: 1 } })).toEqual({ a: 1, b: { c: 1, d: 1 } });
  expect(await client.task(id).updateInput({ b: { c: 2 }, e: null })).toEqual({ a: 1, b: { c: 2 }, e: null });
  expect(await client.task(id).getInput()).toEqual({ a: 1, b: { c: 2 }, e: null });
  // A name that means something else to JavaScript is one like others.
  await call('PUT', `/v2/actor-tasks/${id}/input`, '{"__proto__":{"x":1}}');
  expect(await text()).toBe('{"a":1,"b":{"c":2},"e":null,"__proto__":{"x":1}}');
  expect(await errorOf(await call('PUT', `/v2/actor-tasks/${id}/input`, [1]))).toEqual([400, 'invalid-input']);
  await client.task(id).update({ input: { only: true } });
  expect(await client.task(id).getInput()).toEqual({ only: true });
  await call('PUT', `/v2/actor-tasks/${id}`, { input: null });
  expect(await text()).toBe('{}');
});

test('two changes of an input at once are both there', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const { id: actId } = await client.actors().create({ name: 'actor' });
  const { id } = await client.tasks().create({ actId, name: 'task' });
  await Promise.all(Array.from({ length: 20 }, (_, n) => client.task(id).updateInput({ [`n${n}`]: n })));
  expect(Object.keys((await client.task(id).getInput())!)).toHaveLength(20);
});

test('[task-1] the input of a run is that of the schema, the task and the call, the last one first', async () => {
  await using fixture = await startRunFixture();
  const { client, call } = fixture;
  const actId = await fixture.deploy('echo', echo, {}, withSchema);
  const input = { query: 'of the task', options: { a: 1, b: 2 } };
  const { id } = await client.tasks().create({ actId, name: 'task', input });
  const inputOf = async (run: ActorRun) => {
    expect(run.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
    return (await outputOf(fixture, run)).input;
  };
  expect(await inputOf(await client.task(id).call())).toEqual({ pages: 1, ...input });
  expect(await inputOf(await client.task(id).call({ options: { c: 3 }, pages: 2 }))).toEqual({
    query: 'of the task',
    pages: 2,
    options: { c: 3 },
  });
  const runs = `/v2/actor-tasks/${id}/runs`;
  // An empty body of any type overrides nothing.
  const empty = call('POST', runs, '', { 'content-type': 'application/x-www-form-urlencoded' });
  expect(await inputOf(await started(fixture, empty))).toEqual({ pages: 1, ...input });
  expect(await errorOf(await call('POST', runs, [1]))).toEqual([400, 'invalid-input']);
  expect(await errorOf(await call('POST', runs, '{"half":'))).toEqual([400, 'invalid-input']);
  expect(await errorOf(await call('POST', runs, 'text', { 'content-type': 'text/plain' }))).toEqual([
    400,
    'invalid-input',
  ]);
  expect(await errorOf(await call('POST', runs, { pages: 'many' }))).toEqual([400, 'invalid-input']);
  // The input that was saved does not change by it.
  expect(await client.task(id).getInput()).toEqual(input);
});

test('[task-2] the options of a run are those of the call, then of the task, then of its Actor', async () => {
  await using fixture = await startRunFixture();
  const { client } = fixture;
  const actId = await fixture.deploy('echo', echo, {
    defaultRunOptions: { build: 'latest', timeoutSecs: 300, memoryMbytes: 512 },
  });
  await client.actor(actId).build('0.1', { tag: 'beta', waitForFinish: 60 });
  const { id } = await client.tasks().create({
    actId,
    name: 'task',
    options: { build: 'beta', memoryMbytes: 256, restartOnError: true, maxItems: 5 } as object,
  });
  const run = await client.task(id).call(undefined, { timeout: 100 });
  expect(run).toMatchObject({
    actId,
    actorTaskId: id,
    buildNumber: '0.1.2',
    meta: { origin: 'API' },
    options: { build: 'beta', memoryMbytes: 256, timeoutSecs: 100, restartOnError: true, maxItems: 5 },
  });
  expect(await outputOf(fixture, run)).toEqual({ input: null, task: id, old: id, restarts: '1', maxItems: '5' });
  const other = await client.task(id).start({}, { build: 'latest', memory: 128, restartOnError: false, maxItems: 9 });
  expect(other).toMatchObject({
    buildNumber: '0.1.1',
    options: { build: 'latest', memoryMbytes: 128, timeoutSecs: 300, restartOnError: false, maxItems: 9 },
  });
  await client.run(other.id).waitForFinish();
  expect((await client.task(id).get())!.stats).toEqual({ totalRuns: 2 });
});

test('the runs of a task are listed and the last one is reached with all that it has', async () => {
  await using fixture = await startRunFixture();
  const { client, call } = fixture;
  const actId = await fixture.deploy('echo', echo);
  const { id } = await client.tasks().create({ actId, name: 'task', input: { n: 1 } });
  const { id: otherTask } = await client.tasks().create({ actId, name: 'other' });
  expect(await errorOf(await call('GET', `/v2/actor-tasks/${id}/runs/last`))).toEqual([404, 'record-not-found']);
  const run = await client.task(id).call();
  await client.actor(actId).call({ of: 'the Actor' }, { log: null });
  await client.task(otherTask).call();
  expect((await client.task('task').runs().list()).items).toMatchObject([{ id: run.id, actorTaskId: id }]);
  // A run of a task is a run of its Actor too.
  expect((await client.actor(actId).runs().list()).items.map(({ actorTaskId }) => actorTaskId)).toEqual([
    id,
    null,
    otherTask,
  ]);
  const last = client.task('wherry~task').lastRun();
  expect((await last.get())!.id).toBe(run.id);
  expect(
    (await client
      .task(id)
      .lastRun({ status: 'SUCCEEDED', origin: 'API' } as object)
      .get())!.id,
  ).toBe(run.id);
  expect(
    await client
      .task(id)
      .lastRun({ status: 'FAILED' } as object)
      .get(),
  ).toBeUndefined();
  expect((await last.dataset().listItems()).items).toEqual([{ input: { n: 1 } }]);
  expect((await last.keyValueStore().getRecord('OUTPUT'))!.value).toMatchObject({ input: { n: 1 }, task: id });
  await last.requestQueue().addRequest({ url: 'https://example.com/', uniqueKey: 'one' });
  expect((await last.requestQueue().listHead()).items).toHaveLength(1);
  expect(await last.log().get()).toBe(await fixture.logOf(run.id));
});

test('the last run of a task is aborted, rebooted and becomes another one', async () => {
  await using fixture = await startRunFixture();
  const { client, call } = fixture;
  const actId = await fixture.deploy('endless', endless);
  const target = await fixture.deploy('target', quick);
  const { id } = await client.tasks().create({ actId, name: 'task' });
  const run = await client.task(id).start();
  await call('POST', `/v2/actor-tasks/${id}/runs/last/reboot`);
  await until('the run has rebooted', async () => (await fixture.attempts(run.id)).length === 2, { secs: 60 });
  const became = await call('POST', `/v2/actor-tasks/${id}/runs/last/metamorph?targetActorId=${target}`, {});
  expect(became.status).toBe(200);
  expect((await client.run(run.id).waitForFinish()).actId).toBe(target);
  // It is a run of the task still.
  expect((await client.task(id).lastRun().get())!.id).toBe(run.id);
  const second = await client.task(id).start();
  expect(await (await call('POST', `/v2/actor-tasks/${id}/runs/last/abort`)).json()).toMatchObject({
    data: { id: second.id },
  });
  expect((await client.run(second.id).waitForFinish()).status).toBe('ABORTED');
});

test('a call waits for the output of a run of a task, or for its items, by GET and by POST', async () => {
  await using fixture = await startRunFixture();
  const actId = await fixture.deploy('echo', echo);
  await fixture.client.tasks().create({ actId, name: 'task', input: { a: 1, b: 1 } });
  const json = async (method: string, url: string, body?: object) => {
    const response = await fixture.call(method, `/v2/actor-tasks/wherry~task/${url}`, body);
    expect(response.status).toBe(201);
    return response.json();
  };
  expect(await json('GET', 'run-sync')).toMatchObject({ input: { a: 1, b: 1 } });
  expect(await json('POST', 'run-sync', { b: 2 })).toMatchObject({ input: { a: 1, b: 2 } });
  expect(await json('GET', 'run-sync-get-dataset-items?fields=input')).toEqual([{ input: { a: 1, b: 1 } }]);
  expect(await json('POST', 'run-sync-get-dataset-items?memory=256', { c: 3 })).toEqual([
    { input: { a: 1, b: 1, c: 3 } },
  ]);
  expect((await fixture.client.task('task').get())!.stats).toEqual({ totalRuns: 4 });
});

test('[start-2] a start of a task that is sent again with its key starts nothing, and counts once', async () => {
  await using fixture = await startRunFixture();
  const { client } = fixture;
  const actId = await fixture.deploy('quick', quick);
  const { id } = await client.tasks().create({ actId, name: 'task' });
  const start = async () => {
    const response = await fixture.call('POST', `/v2/actor-tasks/${id}/runs`, {}, { 'idempotency-key': 'once' });
    return ((await response.json()) as { data: { id: string } }).data.id;
  };
  expect(new Set(await Promise.all([start(), start(), start()])).size).toBe(1);
  expect((await client.task(id).get())!.stats).toEqual({ totalRuns: 1 });
  // Also when the task is gone by now.
  const known = await start();
  await client.task(id).delete();
  expect(await start()).toBe(known);
});

test('a task outlives its Actor and cannot be run any more; its runs outlive it', async () => {
  await using fixture = await startRunFixture();
  const { client, call } = fixture;
  const actId = await fixture.deploy('quick', quick);
  const { id } = await client.tasks().create({ actId, name: 'task', input: { a: 1 } });
  const run = await client.task(id).call();
  await client.actor(actId).delete();
  expect(await client.task(id).get()).toMatchObject({ id, actId, input: { a: 1 } });
  expect((await client.tasks().list()).items).toMatchObject([{ id, actName: null, actUsername: null }]);
  expect(await client.task(id).update({ title: 'Orphan', input: { a: 2 } })).toMatchObject({ title: 'Orphan' });
  for (const url of ['runs', 'run-sync', 'run-sync-get-dataset-items']) {
    expect(await errorOf(await call('POST', `/v2/actor-tasks/${id}/${url}`, {}))).toEqual([404, 'record-not-found']);
  }
  expect((await client.task(id).lastRun().get())!.id).toBe(run.id);
  await client.task(id).delete();
  expect(await client.run(run.id).get()).toMatchObject({ actorTaskId: id, status: 'SUCCEEDED' });
});

test('a task of an Actor that was not built cannot be run yet', async () => {
  await using fixture = await startFixture();
  const { client, call } = fixture;
  const { id: actId } = await client.actors().create({ name: 'unbuilt' });
  const { id } = await client.tasks().create({ actId, name: 'task' });
  expect(await errorOf(await call('POST', `/v2/actor-tasks/${id}/runs`, {}))).toEqual([404, 'unknown-build-tag']);
});

test('[task-3] secret fields of a task are encrypted when they are saved, and the Actor reads them', async () => {
  await using fixture = await startRunFixture();
  const { client, call } = fixture;
  const actId = await fixture.deploy('echo', echo, {}, withSchema);
  const early = await client.actors().create({ name: 'early' });
  const secrets = ['of-the-creation', 'of-the-input', 'before-the-schema'];
  const { id } = await client.tasks().create({ actId, name: 'task', input: { password: secrets[0] } });
  expect((await client.task(id).get())!.input).toMatchObject({ password: expect.stringMatching(/^ENCRYPTED_/) });
  const { password } = (await client.task(id).updateInput({ password: secrets[1] })) as { password: string };
  expect(password).toMatch(/^ENCRYPTED_/);
  // Read and sent back, it stays the same.
  expect(await client.task(id).updateInput({ password })).toEqual({ password });
  // No schema says yet which of its fields are secret.
  await client.tasks().create({ actId: early.id, name: 'early', input: { password: secrets[2] } });
  for (const name of await readdir(fixture.dataFolder)) {
    if (!name.startsWith('wherry.sqlite')) continue;
    const bytes = await readFile(path.join(fixture.dataFolder, name));
    for (const secret of secrets) expect(bytes.includes(secret), `${secret} in ${name}`).toBe(false);
  }
  const run = await client.task(id).call({ query: 'q' });
  expect((await outputOf(fixture, run)).input).toMatchObject({ password: secrets[1], query: 'q' });
  const stored = await client.keyValueStore(run.defaultKeyValueStoreId).getRecord('INPUT');
  expect((stored!.value as { password: string }).password).toMatch(/^ENCRYPTED_/);
  expect(await errorOf(await call('PUT', `/v2/actor-tasks/${id}/input`, { password: 7 }))).toEqual([
    400,
    'invalid-input',
  ]);
});

test('[secrets-3] the inputs of tasks are read after a rotation of the key', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const input = { a: 'value' };
  {
    await using fixture = await startFixture({ dataFolder });
    const { id: actId } = await fixture.client.actors().create({ name: 'actor' });
    await fixture.client.tasks().create({ actId, name: 'with-input', input });
    await fixture.client.tasks().create({ actId, name: 'without-input' });
  }
  rotatePlatformSecrets({ dataFolder });
  await using fixture = await startFixture({ dataFolder });
  expect(await fixture.client.task('with-input').getInput()).toEqual(input);
  expect(await fixture.client.task('without-input').getInput()).toEqual({});
});

test('a stock Actor with limited permissions calls a task and reads its results, and reaches no more of it', async () => {
  await using fixture = await startRunFixture();
  const { client } = fixture;
  const child = await fixture.deploy('child', echo);
  const full = await fixture.deploy('full', quick, { actorPermissionLevel: 'FULL_PERMISSIONS' });
  const { id } = await client.tasks().create({ actId: child, name: 'task', input: { a: 1, b: 1 } });
  const { id: ofFull } = await client.tasks().create({ actId: full, name: 'of-full' });
  const parent = await fixture.deploy(
    'parent',
    `import { Actor } from 'apify';
    await Actor.init();
    const { apifyClient } = Actor;
    const refusal = (promise) => promise.then(() => 'done', ({ type }) => type);
    const run = await Actor.callTask('task', { b: 2 });
    const last = await apifyClient.task('task').lastRun().get();
    const { items } = await apifyClient.task('task').runs().list();
    await Actor.pushData({
      status: run.status,
      origin: run.meta.origin,
      results: (await apifyClient.dataset(run.defaultDatasetId).listItems()).items,
      isLast: last.id === run.id,
      listed: items.length,
      refused: [
        await refusal(apifyClient.task('task').get()),
        await refusal(apifyClient.task('task').getInput()),
        await refusal(apifyClient.task('task').update({ title: 'mine' })),
        await refusal(apifyClient.task('task').delete()),
        await refusal(apifyClient.tasks().list()),
        await refusal(apifyClient.task('of-full').start()),
      ],
    });
    await Actor.exit();`,
  );
  // A run that somebody else started is in none of its lists.
  await client.task(id).call();
  const run = await client.actor(parent).call({}, { log: null });
  expect(run.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  expect(await fixture.itemsOf(run)).toEqual([
    {
      status: 'SUCCEEDED',
      origin: 'ACTOR',
      results: [{ input: { a: 1, b: 2 } }],
      isLast: true,
      listed: 1,
      refused: Array.from({ length: 6 }, () => 'insufficient-permissions'),
    },
  ]);
  expect((await client.task(ofFull).get())!.stats).toEqual({ totalRuns: 0 });
});

test('a task is published when its Actor is public and it says what is shown, and unpublished', async () => {
  await using fixture = await startFixture();
  const { client, call } = fixture;
  const { id: actId } = await client.actors().create({ name: 'actor' });
  const { id } = await client.tasks().create({ actId, name: 'task' });
  const publish = async () => errorOf(await call('PUT', `/v2/actor-tasks/${id}`, { title: 'New', isPublic: true }));
  expect(await publish()).toEqual([400, 'invalid-input']);
  await client.actor(actId).update({ isPublic: true });
  expect(await publish()).toEqual([400, 'invalid-input']);
  const publicConfig = { seoTitle: 'A task', inputSchemaFields: ['query'], datasetView: 'overview' };
  const configured = await client.task(id).update({ publicConfig });
  expect(configured).toMatchObject({ isPublic: false, publicConfig: { ...publicConfig, publishedAt: null } });
  expect(configured).not.toHaveProperty('title', 'New');
  const published = await client.task(id).publish();
  expect(published).toMatchObject({ isPublic: true, publicConfig });
  expect(published.publicConfig!.publishedAt).toEqual(expect.anything());
  expect((await client.task(id).publish()).publicConfig).toEqual(published.publicConfig);
  expect(await client.task(id).unpublish()).toMatchObject({
    isPublic: false,
    publicConfig: { ...publicConfig, publishedAt: null },
  });
});
