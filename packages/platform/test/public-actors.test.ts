/** Public Actors of another user, as the stock client and a run use them: alice has them, bob starts them. */
import { type ApifyApiError, ApifyClient } from 'apify-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { deployTo, type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeToken, makeUser } from './users-fixture.ts';

interface Person {
  readonly id: string;
  readonly token: string;
  readonly client: ApifyClient;
}

let fixture: RunFixture;
let alice: Person;
let bob: Person;
let echoId: string;

const secret = 'a-secret-of-alice-0123456789';
const source = 'the-source-of-alice';

const inputSchema = {
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties: {
    text: { title: 'Text', type: 'string', description: 'What to push', editor: 'textfield' },
    dataset: {
      ...{ title: 'Dataset', type: 'string', description: 'What to read', editor: 'textfield' },
      ...{ resourceType: 'dataset', resourcePermissions: ['READ', 'WRITE'] },
    },
  },
};

const definition = JSON.stringify({
  ...{ actorSpecification: 1, name: 'echo', version: '0.1', input: inputSchema },
  environmentVariables: { OF_DEFINITION: 'a-variable-of-alice' },
});

/** Pushes its input, whether it has the secret, and what comes of reading the dataset that its input names. */
const echo = `
// ${source}
import { Actor } from 'apify';
await Actor.init();
const input = await Actor.getInput();
const { items } = await Actor.apifyClient.datasets().list().catch(({ type }) => ({ items: type }));
const dataset = input.dataset ? (await Actor.apifyClient.dataset(input.dataset).listItems()).items.length : 'none';
const { userId, actorPermissionLevel } = { userId: process.env.APIFY_USER_ID, actorPermissionLevel: process.env.ACTOR_PERMISSION_LEVEL };
await Actor.pushData({ account: items, text: input.text, knowsSecret: process.env.SECRET?.length === ${secret.length}, dataset, userId, actorPermissionLevel });
console.log('the log says', process.env.SECRET);
await Actor.exit();`;

async function makePerson(username: string): Promise<Person> {
  const { id, token } = await makeUser(fixture, username);
  return { id, token, client: new ApifyClient({ baseUrl: fixture.platform.url, token, maxRetries: 0 }) };
}

const deploy = (
  person: Person,
  name: string,
  main: string,
  settings: object = {},
  files: Record<string, string> = {},
) => deployTo(person.client, name, { 'main.js': main, ...files }, settings);

const errorOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    const { statusCode, type } = error as ApifyApiError;
    return `${statusCode} ${type}`;
  }
};

beforeAll(async () => {
  fixture = await startRunFixture();
  [alice, bob] = [await makePerson('alice'), await makePerson('bob')];
  const envVars = [
    { name: 'SECRET', value: secret, isSecret: true },
    { name: 'PLAIN', value: 'a-plain-value-of-alice' },
  ];
  echoId = await deploy(alice, 'echo', echo, { envVars, isPublic: true }, { '.actor/actor.json': definition });
});
afterAll(() => fixture[Symbol.asyncDispose]());

test('[public-1] a public Actor of another user is found in the store, read and called with the stock client', async () => {
  const { items } = await bob.client.store().list({ search: 'echo' });
  const { username, name } = items[0]!;
  const actor = bob.client.actor(`${username}/${name}`);
  expect(await actor.get()).toMatchObject({ id: echoId, userId: alice.id, versions: [], isPublic: true });
  const build = await (await actor.defaultBuild()).get();
  expect(build).toMatchObject({ actId: echoId, status: 'SUCCEEDED', actorDefinition: { input: inputSchema } });
  expect(await actor.validateInput({ text: 'hello' })).toBe(true);
  const run = await actor.call({ text: 'hello' }, { log: null });
  expect(run).toMatchObject({ status: 'SUCCEEDED', userId: bob.id, actId: echoId, buildId: build!.id });
  const result = await bob.client.dataset(run.defaultDatasetId).listItems();
  expect(result.items).toEqual([
    {
      ...{ text: 'hello', knowsSecret: true, userId: bob.id },
      ...{ actorPermissionLevel: 'LIMITED_PERMISSIONS', dataset: 'none', account: 'insufficient-permissions' },
    },
  ]);
  expect((await actor.lastRun().get())!.id).toBe(run.id);
  expect((await actor.runs().list()).items.map(({ id }) => id)).toEqual([run.id]);
  expect(await bob.client.log(run.id).get()).not.toContain(secret);
});

test('[public-1] nothing that the API shows of a public Actor to another user has its source or its variables', async () => {
  const run = await bob.client.actor(echoId).call({ text: 'x' }, { log: null });
  const paths = [
    ...['', '/builds/default', `/builds/${run.buildId}`, `/builds/${run.buildId}/openapi.json`].map(
      (path) => `/v2/acts/alice~echo${path}`,
    ),
    ...[`/v2/actor-builds/${run.buildId}`, `/v2/actor-builds/${run.buildId}/openapi.json`],
    ...[`/v2/actor-runs/${run.id}`, `/v2/actor-runs/${run.id}/log`, `/wherry/v1/runs/${run.id}/attempts`],
    ...[`/v2/acts/${echoId}/runs/${run.id}`, '/v2/store?includeInputSchema=true'],
  ];
  for (const path of paths) {
    const response = await fixture.call('GET', path, undefined, bearer(bob.token));
    const text = await response.text();
    expect(response.status, path).toBe(200);
    for (const hidden of [secret, source, 'a-plain-value-of-alice', 'a-variable-of-alice', 'clientIp', 'userAgent']) {
      // Who started a run sees from where.
      const isOwn = path.includes('/runs/') || path.includes('actor-runs');
      if (!isOwn || !['clientIp', 'userAgent'].includes(hidden)) expect(text, path).not.toContain(hidden);
    }
  }
  const refused = [
    '/versions',
    '/versions/0.1',
    '/versions/0.1/env-vars',
    '/versions/0.1/env-vars/SECRET',
    '/builds',
    '/webhooks',
  ];
  for (const path of refused) {
    const response = await fixture.call('GET', `/v2/acts/${echoId}${path}`, undefined, bearer(bob.token));
    expect(response.status, path).toBe(404);
  }
  expect((await fixture.call('GET', `/v2/logs/${run.buildId}`, undefined, bearer(bob.token))).status).toBe(404);
});

test('[public-2] the owner of a public Actor sees nothing of a run that another user started', async () => {
  const { id: webhookId } = await alice.client.webhooks().create({
    ...{ eventTypes: ['ACTOR.RUN.CREATED'], condition: { actorId: echoId }, requestUrl: 'https://example.com/' },
  });
  const run = await bob.client.actor(echoId).call({ text: 'mine' }, { log: null });
  const own = await alice.client.actor(echoId).call({ text: 'own' }, { log: null });
  expect((await alice.client.actor(echoId).runs().list()).items.map(({ id }) => id)).toEqual([own.id]);
  expect((await alice.client.runs().list()).items.map(({ id }) => id)).not.toContain(run.id);
  await bob.client.actor(echoId).call({ text: 'later' }, { log: null });
  expect((await alice.client.actor(echoId).lastRun().get())!.id).toBe(own.id);
  for (const path of [`/v2/actor-runs/${run.id}`, `/v2/acts/${echoId}/runs/${run.id}`, `/v2/logs/${run.id}`]) {
    expect((await fixture.call('GET', path, undefined, bearer(alice.token))).status, path).toBe(404);
  }
  expect(await alice.client.dataset(run.defaultDatasetId).get()).toBeUndefined();
  const { token } = await makeToken(fixture, 'alice', { resources: { actors: ['echo'], storages: [], runs: [] } });
  for (const path of [`/v2/actor-runs/${run.id}`, `/v2/logs/${run.id}`, `/v2/datasets/${run.defaultDatasetId}`]) {
    expect((await fixture.call('GET', path, undefined, bearer(token))).status, path).toBe(404);
  }
  const dispatches = (await alice.client.webhook(webhookId).dispatches().list()).items;
  expect(dispatches.map(({ eventData }) => (eventData as { actorRunId?: string } | null)?.actorRunId)).toEqual([
    own.id,
  ]);
  await alice.client.webhook(webhookId).delete();
});

test('[public-3] an Actor of another user reaches a storage that its input names, and no other one', async () => {
  const { id } = await bob.client.datasets().getOrCreate('private');
  await bob.client.dataset(id).pushItems([{ of: 'bob' }]);
  const readOf = async (input: object) => {
    const run = await bob.client.actor(echoId).call(input, { log: null });
    return (await bob.client.dataset(run.defaultDatasetId).listItems()).items[0]!.dataset;
  };
  expect(await readOf({ dataset: 'private' })).toBe(1);
  expect(await readOf({ text: 'private' })).toBe('none');
  await bob.client.dataset(id).delete();
});

test('[public-3] an Actor of another user runs with full permissions only where the start says so', async () => {
  const main = 'console.log(process.env.ACTOR_PERMISSION_LEVEL)';
  const fullId = await deploy(alice, 'full', main, { isPublic: true, actorPermissionLevel: 'FULL_PERMISSIONS' });
  const actor = bob.client.actor(fullId);
  const notApproved = '403 full-permission-actor-not-approved';
  expect(await errorOf(actor.start())).toBe(notApproved);
  const { id: taskId } = await bob.client.tasks().create({ actId: fullId, name: 'of-full' });
  expect(await errorOf(bob.client.task(taskId).start())).toBe(notApproved);
  await alice.client.actor(fullId).start();
  const levelOf = async (forcePermissionLevel: 'LIMITED_PERMISSIONS' | 'FULL_PERMISSIONS') => {
    const run = await actor.call({}, { log: null, forcePermissionLevel });
    return (await bob.client.log(run.id).get())!;
  };
  expect(await levelOf('LIMITED_PERMISSIONS')).toContain('LIMITED_PERMISSIONS');
  expect(await levelOf('FULL_PERMISSIONS')).toContain('FULL_PERMISSIONS');
  // A token with limits starts no run with full permissions at all.
  const { token } = await makeToken(fixture, 'bob', { scopes: ['run'] });
  const url = `/v2/acts/${fullId}/runs?forcePermissionLevel=FULL_PERMISSIONS`;
  expect((await fixture.call('POST', url, {}, bearer(token))).status).toBe(403);
});

test('[public-1] a token with limits starts a public Actor of another user by its scope and its names', async () => {
  const statusOf = async (limits: object, method = 'POST', path = '/v2/acts/alice~echo/runs?timeout=60') => {
    const { token } = await makeToken(fixture, 'bob', limits);
    return (await fixture.call(method, path, method === 'POST' ? {} : undefined, bearer(token))).status;
  };
  const other = await deploy(bob, 'other', 'console.log(1)');
  expect(await statusOf({ scopes: ['read'] })).toBe(403);
  expect(await statusOf({ scopes: ['read'] }, 'GET', `/v2/acts/${echoId}`)).toBe(200);
  expect(await statusOf({ scopes: ['run'] })).toBe(201);
  expect(await statusOf({ resources: { actors: [other], storages: [], runs: [] } })).toBe(403);
  expect(await statusOf({ resources: { actors: [other], storages: [], runs: [] } }, 'GET', `/v2/acts/${echoId}`)).toBe(
    403,
  );
  const named = { resources: { actors: ['alice~echo'], storages: [], runs: [] } };
  expect(await statusOf(named)).toBe(201);
  expect(await statusOf(named, 'GET', `/v2/acts/${echoId}/runs`)).toBe(200);
  expect(await statusOf(named, 'GET', `/v2/acts/${echoId}/versions`)).toBe(404);
});

test('[public-1] a run with limited permissions calls a public Actor of another user, and becomes one', async () => {
  const calls = `
    import { Actor } from 'apify';
    await Actor.init();
    const { metamorph } = (await Actor.getInput()) ?? {};
    if (metamorph) await Actor.metamorph('alice/echo', { text: 'by metamorph' });
    const run = await Actor.call('alice/echo', { text: 'by a run' });
    const { items } = await Actor.apifyClient.dataset(run.defaultDatasetId).listItems();
    await Actor.pushData({ ...items[0], status: run.status });
    await Actor.exit();`;
  const callerId = await deploy(bob, 'caller', calls);
  const itemsOf = async (input: object) => {
    const run = await bob.client.actor(callerId).call(input, { log: null });
    return { run, items: (await bob.client.dataset(run.defaultDatasetId).listItems()).items };
  };
  const called = await itemsOf({});
  expect(called.items).toMatchObject([{ text: 'by a run', knowsSecret: true, userId: bob.id, status: 'SUCCEEDED' }]);
  const become = await itemsOf({ metamorph: true });
  expect(become.run).toMatchObject({ status: 'SUCCEEDED', userId: bob.id, actId: echoId });
  expect(become.items).toMatchObject([{ text: 'by metamorph', knowsSecret: true, userId: bob.id }]);
});

test('[public-3] a run with full permissions does not become one of another user’s Actor that wants them too', async () => {
  const main = `
    import { Actor } from 'apify';
    await Actor.init();
    const outcome = await Actor.apifyClient.run(process.env.ACTOR_RUN_ID).metamorph('alice/wants-all', {}).catch(({ type }) => type);
    await Actor.pushData({ outcome });
    await Actor.exit();`;
  await deploy(alice, 'wants-all', 'console.log(1)', { isPublic: true, actorPermissionLevel: 'FULL_PERMISSIONS' });
  const ownId = await deploy(bob, 'becoming', main, { actorPermissionLevel: 'FULL_PERMISSIONS' });
  const run = await bob.client.actor(ownId).call({}, { log: null });
  const { items } = await bob.client.dataset(run.defaultDatasetId).listItems();
  expect(items).toEqual([{ outcome: 'full-permission-actor-not-approved' }]);
});

test('[public-1] a task and a schedule of one’s own start a public Actor of another user, while it is public', async () => {
  const { id: taskId } = await bob.client
    .tasks()
    .create({ actId: 'alice~echo', name: 'own', input: { text: 'by a task' } });
  const task = bob.client.task(taskId);
  expect(await task.get()).toMatchObject({ actId: echoId, actUsername: 'alice', userId: bob.id, standbyUrl: null });
  const run = await task.call();
  const { items } = await bob.client.dataset(run.defaultDatasetId).listItems();
  expect(items).toMatchObject([{ text: 'by a task' }]);
  const { id: scheduleId } = await bob.client.schedules().create({
    ...{ name: 'each-second', cronExpression: '* * * * * *', timezone: 'UTC', isEnabled: true, isExclusive: true },
    actions: [{ type: 'RUN_ACTOR', actorId: 'alice~echo' }] as never,
  });
  const scheduled = async () =>
    (await bob.client.runs().list({ desc: true })).items.find(({ meta }) => meta.origin === 'SCHEDULER');
  const ofSchedule = await until('the schedule has started a run', scheduled, { secs: 60 });
  expect(ofSchedule).toMatchObject({ userId: bob.id, actId: echoId });
  await alice.client.actor(echoId).update({ isPublic: false });
  expect(await errorOf(task.start())).toBe('404 record-not-found');
  expect(await task.get()).toMatchObject({ actId: echoId, actName: null, actUsername: null });
  const failed = async () => {
    const log = await fixture.call('GET', `/v2/schedules/${scheduleId}/log`, undefined, bearer(bob.token));
    return (await log.text()).includes('Cannot start');
  };
  await until('the schedule says that it cannot start the Actor', failed, { secs: 60 });
  await bob.client.schedule(scheduleId).delete();
  await task.delete();
  await alice.client.actor(echoId).update({ isPublic: true });
});

const idle = 'setInterval(() => undefined, 1000);';

test('[public-1] an Actor that is not public any more is not started by others, and their runs go on and stay theirs', async () => {
  const actorId = await deploy(alice, 'withdrawn', idle, { isPublic: true });
  const over = await bob.client.actor(actorId).start();
  await bob.client.run(over.id).abort();
  await bob.client.run(over.id).waitForFinish();
  await bob.client.run(over.id).resurrect();
  await bob.client.run(over.id).abort();
  await bob.client.run(over.id).waitForFinish();
  const going = await bob.client.actor(actorId).start();
  await alice.client.actor(actorId).update({ isPublic: false });
  expect(await errorOf(bob.client.actor(actorId).start())).toBe('404 record-not-found');
  expect(await bob.client.actor(actorId).get()).toBeUndefined();
  expect(await bob.client.build(going.buildId).get()).toBeUndefined();
  expect(await errorOf(bob.client.run(over.id).resurrect())).toBe('404 record-not-found');
  await bob.client.run(going.id).reboot();
  const rebooted = async () =>
    ((await bob.client.run(going.id).get())!.stats as { rebootCount?: number }).rebootCount === 1;
  await until('the run has rebooted', rebooted, { secs: 60 });
  expect((await bob.client.run(going.id).get())!.status).toBe('RUNNING');
  expect(await errorOf(alice.client.build(going.buildId).delete())).toBe('400 deleting-default-build');
  await alice.client.actor(actorId).delete();
  expect((await bob.client.run(going.id).get())!.status).toBe('RUNNING');
  const response = await fixture.call('DELETE', `/v2/actor-builds/${going.buildId}`, undefined, bearer(alice.token));
  const refusal = await response.text();
  expect(response.status).toBe(400);
  expect(refusal).not.toContain(going.id);
  await bob.client.run(going.id).abort();
  await bob.client.run(going.id).waitForFinish();
  await alice.client.build(going.buildId).delete();
  for (const { id } of [over, going]) {
    expect(await bob.client.run(id).get()).toMatchObject({ id, status: 'ABORTED', userId: bob.id });
    expect(await bob.client.log(id).get()).toBeDefined();
  }
  expect((await bob.client.runs().list()).items.map(({ id }) => id)).toEqual(
    expect.arrayContaining([over.id, going.id]),
  );
  expect(await errorOf(bob.client.run(over.id).resurrect())).toBe('404 record-not-found');
});

test('[public-1] an Actor of a disabled user is neither in the store nor started by others, whose runs outlive the user', async () => {
  const carol = await makePerson('carol');
  const actorId = await deploy(carol, 'of-carol', idle, { isPublic: true });
  const isListed = async () => (await bob.client.store().list({ search: 'of-carol' })).total === 1;
  expect(await isListed()).toBe(true);
  expect(await bob.client.actor(actorId).get()).toBeDefined();
  const run = await bob.client.actor(actorId).start();
  await fixture.call('PUT', `/wherry/v1/users/${carol.id}`, { isDisabled: true });
  expect(await isListed()).toBe(false);
  expect(await errorOf(bob.client.actor(actorId).start())).toBe('404 record-not-found');
  expect(await bob.client.actor('carol/of-carol').get()).toBeUndefined();
  await fixture.call('DELETE', `/wherry/v1/users/${carol.id}`);
  const statusOfCarol = async () => (await fixture.call('GET', `/wherry/v1/users/${carol.id}`)).status;
  await bob.client.run(run.id).reboot();
  const attempts = async () => (await fixture.attempts(run.id)).length === 2;
  await until('the run has rebooted', attempts, { secs: 60 });
  expect((await bob.client.run(run.id).get())!.status).toBe('RUNNING');
  // The run needs the build, and the build its owner.
  expect(await statusOfCarol()).toBe(200);
  await bob.client.run(run.id).abort();
  await bob.client.run(run.id).waitForFinish();
  await until('carol is gone', async () => (await statusOfCarol()) === 404, { secs: 60 });
  expect(await bob.client.run(run.id).get()).toMatchObject({ status: 'ABORTED', userId: bob.id, actId: actorId });
});
