import { access } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

/** Notes in the run's store which events it hears, and goes on until it is ended. */
const listening = `
import { Actor } from 'apify';
await Actor.init();
const heard = [];
for (const name of ['aborting', 'persistState', 'migrating']) Actor.on(name, (data) => heard.push([name, data]));
Actor.on('aborting', async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  await Actor.setValue('HEARD', heard);
  process.exit(0);
});
await Actor.setValue('UP', process.env.ACTOR_RUN_ID);
setInterval(() => {}, 1000);
`;
const quick = 'console.log("quick")';
/** Its first call tells the platform that it has come, which ends the handoff to it. */
const endless = `
await fetch(process.env.APIFY_API_BASE_URL + '/v2/users/me?token=' + process.env.APIFY_TOKEN);
console.log('at work');
setInterval(() => {}, 1000);
`;

const isUp = (fixture: RunFixture, runId: string) =>
  until('the Actor is up', async () => (await fixture.client.run(runId).keyValueStore().getRecord('UP')) !== undefined);

const isAtWork = (fixture: RunFixture, runId: string) =>
  until('the run is at work', async () => (await fixture.logOf(runId)).includes('at work'));

const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { type: string; message: string } };
  expect(error.message).toMatch(/^[A-Z].* .*/s);
  return [answer.status, error.type];
};

test('a graceful abort lets the Actor save, and the run is ABORTED though it exits with 0', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('listening', listening));
  await isUp(fixture, run.id);
  expect((await fixture.client.run(run.id).abort({ gracefully: true })).status).toBe('ABORTING');
  expect(await fixture.client.run(run.id).waitForFinish()).toMatchObject({ status: 'ABORTED', exitCode: 0 });
  const heard = (await fixture.client.run(run.id).keyValueStore().getRecord('HEARD'))!.value as unknown as [string][];
  // The SDK sends a `persistState` of its own besides.
  expect(new Set(heard.map(([name]) => name))).toEqual(new Set(['aborting', 'persistState']));
});

test('an abort ends the run at once, and does nothing to one that is over', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('listening', listening));
  await isUp(fixture, run.id);
  expect(['ABORTING', 'ABORTED']).toContain((await fixture.client.run(run.id).abort()).status);
  const ended = await fixture.client.run(run.id).waitForFinish();
  expect(ended.status).toBe('ABORTED');
  expect(await fixture.client.run(run.id).keyValueStore().getRecord('HEARD')).toBeUndefined();
  expect(await fixture.client.run(run.id).abort()).toEqual(ended);
});

test('a reboot starts the Actor anew in the same run', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy(
    'rebooting',
    `import { Actor } from 'apify';
    await Actor.init();
    const starts = ((await Actor.getValue('STARTS')) ?? 0) + 1;
    await Actor.setValue('STARTS', starts);
    if (starts < 3) await Actor.reboot();
    await Actor.exit();`,
  );
  const run = await fixture.client.actor(actorId).call({}, { log: null });
  expect(run, await fixture.logOf(run.id)).toMatchObject({ status: 'SUCCEEDED', stats: { rebootCount: 2 } });
  expect((await fixture.client.run(run.id).keyValueStore().getRecord('STARTS'))!.value).toBe(3);
  await expect(fixture.client.run(run.id).reboot()).rejects.toMatchObject({ statusCode: 400 });
  const atWork = await fixture.start(await fixture.deploy('endless', endless));
  await isAtWork(fixture, atWork.id);
  await fixture.client.run(atWork.id).reboot();
  await until(
    'the run is at work for the second time',
    async () => (await fixture.logOf(atWork.id)).split('at work').length === 3,
  );
});

const metamorphing = (target: string) => `
import { Actor } from 'apify';
await Actor.init();
await Actor.pushData({ from: 'first' });
await Actor.metamorph('${target}', { n: 1 });
`;
const metamorphed = `
import { Actor } from 'apify';
await Actor.init();
await Actor.pushData({ from: 'second', input: await Actor.getInput() });
await Actor.exit();
`;

test('a metamorph goes on as another Actor, with an input of its own and the same storages', async () => {
  await using fixture = await startRunFixture();
  const target = await fixture.deploy('target', metamorphed);
  const actorId = await fixture.deploy('first', metamorphing('wherry/target'));
  const run = await fixture.client.actor(actorId).call({ n: 0 }, { log: null });
  expect(run, await fixture.logOf(run.id)).toMatchObject({ status: 'SUCCEEDED', stats: { metamorph: 1 } });
  expect(run.actId).toBe(target);
  expect(await fixture.itemsOf(run)).toEqual([{ from: 'first' }, { from: 'second', input: { n: 1 } }]);
  const store = fixture.client.run(run.id).keyValueStore();
  expect((await store.getRecord('INPUT'))!.value).toEqual({ n: 0 });
  expect((await store.getRecord('INPUT-METAMORPH-1'))!.value).toEqual({ n: 1 });
});

test('[metamorph-1] a metamorph that is refused leaves no input and no number behind; ten are the most', async () => {
  await using fixture = await startRunFixture();
  const inputSchema = { title: 'I', type: 'object', schemaVersion: 1, properties: {}, required: ['must'] };
  const fields = { must: { title: 'Must', type: 'string', description: 'x', editor: 'textfield' } };
  const strict = await fixture.deploy(
    'strict',
    endless,
    {},
    {
      '.actor/input_schema.json': JSON.stringify({ ...inputSchema, properties: fields }),
    },
  );
  const other = await fixture.deploy('other', endless);
  const run = await fixture.start(other);
  const morph = (query: string, input: unknown = {}) =>
    fixture.call('POST', `/v2/actor-runs/${run.id}/metamorph?${query}`, input);
  await isAtWork(fixture, run.id);
  expect(await errorOf(await morph(''))).toEqual([400, 'invalid-input']);
  expect(await errorOf(await morph(`targetActorId=${strict}`))).toEqual([400, 'invalid-input']);
  expect(await errorOf(await morph('targetActorId=nothing'))).toEqual([404, 'record-not-found']);
  expect(await errorOf(await morph(`targetActorId=${other}&build=beta`))).toEqual([404, 'unknown-build-tag']);
  const store = fixture.client.run(run.id).keyValueStore();
  const keys = async () => (await store.listKeys()).items.map(({ key }) => key);
  expect(await keys()).toEqual([]);
  for (let time = 1; time <= 10; time += 1) {
    const answers = await Promise.all(['a', 'b'].map((from) => morph(`targetActorId=${other}`, { from, time })));
    // The other one is too early, and at the end one too many.
    expect(answers.map(({ status }) => status).sort(), `${time}`).toEqual([200, time < 10 ? 409 : 400]);
    await until(
      `metamorph ${time} is counted`,
      async () => (await fixture.client.run(run.id).get())!.stats.metamorph === time,
    );
    await until('its new attempt is active', async () => (await fixture.attempts(run.id)).at(-1)?.phase === 'active');
    const answered = answers.findIndex(({ ok }) => ok);
    const { value } = (await store.getRecord(`INPUT-METAMORPH-${time}`))!;
    expect(value).toEqual({ from: ['a', 'b'][answered], time });
    await until('it is at work again', async () => (await fixture.logOf(run.id)).split('at work').length > time + 1);
  }
  expect((await keys()).length).toBe(10);
  expect(await errorOf(await morph(`targetActorId=${other}`))).toEqual([400, 'max-metamorphs-exceeded']);
  expect((await keys()).length).toBe(10);
});

test('a resurrected run goes on with its storages, and may get other options', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy(
    'counting',
    `import { Actor } from 'apify';
    await Actor.init();
    await Actor.pushData({ memory: process.env.ACTOR_MEMORY_MBYTES });
    await Actor.exit();`,
  );
  const run = await fixture.client.actor(actorId).call({}, { log: null, memory: 512 });
  const resurrected = await fixture.client.run(run.id).resurrect({ memory: 1024, timeout: 90, maxItems: 5 });
  expect(resurrected).toMatchObject({ id: run.id, options: { memoryMbytes: 1024, timeoutSecs: 90, maxItems: 5 } });
  expect(resurrected.finishedAt).toBeNull();
  const ended = await fixture.client.run(run.id).waitForFinish();
  expect(ended).toMatchObject({ status: 'SUCCEEDED', stats: { resurrectCount: 1 } });
  expect(await fixture.itemsOf(run)).toEqual([{ memory: '512' }, { memory: '1024' }]);
  const refused = (query: string) => fixture.call('POST', `/v2/actor-runs/${run.id}/resurrect?${query}`);
  expect(await errorOf(await refused('build=beta'))).toEqual([404, 'unknown-build-tag']);
  expect(await errorOf(await refused('memory=5'))).toEqual([400, 'invalid-input']);
  expect((await fixture.client.run(run.id).get())!).toMatchObject({
    status: 'SUCCEEDED',
    stats: { resurrectCount: 1 },
  });
  const atWork = await fixture.start(await fixture.deploy('endless', endless));
  await expect(fixture.client.run(atWork.id).resurrect()).rejects.toMatchObject({ type: 'run-not-finished' });
});

test('the status message is set by the Actor and by the user, after the end too, and the access by the user', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy(
    'telling',
    `import { Actor } from 'apify';
    await Actor.init();
    await Actor.setStatusMessage('half way');
    await Actor.exit('all done');`,
  );
  const run = await fixture.client.actor(actorId).call({}, { log: null });
  expect(run).toMatchObject({ statusMessage: 'all done', isStatusMessageTerminal: true });
  const ended = fixture.client.run(run.id);
  expect(await ended.update({ statusMessage: 'looked through', isStatusMessageTerminal: true })).toEqual({
    ...run,
    statusMessage: 'looked through',
  });
  const atWork = await fixture.start(await fixture.deploy('endless', endless));
  const client = fixture.client.run(atWork.id);
  expect(await client.update({ statusMessage: 'so far' })).toMatchObject({ statusMessage: 'so far' });
  expect(await client.update({ generalAccess: 'RESTRICTED' } as object)).toMatchObject({
    statusMessage: 'so far',
    generalAccess: 'RESTRICTED',
  });
  const put = (body: unknown) => fixture.call('PUT', `/v2/actor-runs/${atWork.id}`, body);
  expect(await errorOf(await put({ runId: run.id, statusMessage: 'x' }))).toEqual([400, 'id-does-not-match']);
  expect(await errorOf(await put({ isStatusMessageTerminal: true }))).toEqual([
    400,
    'cannot-set-is-status-message-terminal',
  ]);
  expect(await errorOf(await put({ statusMessage: 5 }))).toEqual([400, 'invalid-input']);
  expect(await errorOf(await put({ statusMessage: 'y', generalAccess: 'ALL' }))).toEqual([400, 'invalid-input']);
  expect(await errorOf(await put([]))).toEqual([400, 'invalid-input']);
  expect(await client.get()).toMatchObject({ statusMessage: 'so far', generalAccess: 'RESTRICTED' });
});

test('a run that is over is deleted with its log, its storages stay; one that is not over stays', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.client.actor(await fixture.deploy('quick', quick)).call({}, { log: null });
  const log = path.join(fixture.dataFolder, 'logs', `${run.id}.log`);
  await access(log);
  await fixture.client.run(run.id).delete();
  expect(await fixture.client.run(run.id).get()).toBeUndefined();
  await expect(access(log)).rejects.toThrow();
  expect(await fixture.client.dataset(run.defaultDatasetId).get()).toBeDefined();
  expect((await fixture.client.runs().list()).total).toBe(0);
  const atWork = await fixture.start(await fixture.deploy('endless', endless));
  await expect(fixture.client.run(atWork.id).delete()).rejects.toMatchObject({
    statusCode: 400,
    type: 'cannot-remove-running-run',
  });
  await isAtWork(fixture, atWork.id);
  await fixture.client.run(atWork.id).abort();
  await fixture.client.run(atWork.id).waitForFinish();
  await fixture.client.run(atWork.id).delete();
  expect(await fixture.client.run(atWork.id).get()).toBeUndefined();
});
