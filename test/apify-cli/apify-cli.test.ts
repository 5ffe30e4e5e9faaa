/** The stock Apify CLI against a platform on the process engine, with Actors as its templates make them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunFixture, startRunFixture } from '../../packages/platform/test/run-fixture.ts';
import { type LoggedInCli, logIn } from './logged-in-cli.ts';
import { call, push } from './push-and-call.ts';

describe('an Actor in JavaScript', () => {
  let fixture: RunFixture;
  let cli: LoggedInCli;
  let folder: string;
  const shown = async (...args: string[]) => (await cli.apify(folder, ...args)).output;

  beforeAll(async () => {
    fixture = await startRunFixture();
    cli = await logIn(fixture.platform, { templateList: true });
    folder = await cli.actor('javascript');
    await push(cli, folder);
  });

  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  });

  test('is pushed and called, and the other commands show what is there then', async () => {
    const { run, output } = await call(fixture, cli, folder);
    expect(output).toContain('Adding 2 and 40.');
    expect(run).toMatchObject({ status: 'SUCCEEDED', buildNumber: '0.0.1', meta: { origin: 'CLI' } });
    const sum = [{ first: 2, second: 40, sum: 42 }];
    expect(await fixture.itemsOf(run)).toEqual(sum);

    expect(await shown('actors', 'ls')).toContain('wherry/adder-javascript');
    expect(await shown('actors', 'info', 'adder-javascript')).toContain('0.0.1 / latest');
    expect(await shown('runs', 'ls')).toMatch(new RegExp(`${run.id}.*Succeeded.*CLI`));
    expect(await shown('runs', 'info', run.id)).toMatch(/Status: Succeeded.*Results: 1/s);
    expect(await shown('runs', 'log', run.id)).toContain('Adding 2 and 40.');
    expect(await shown('builds', 'ls')).toMatch(new RegExp(`0\\.0\\.1.*${run.buildId}`));
    expect(await shown('builds', 'log', run.buildId)).toContain('node ./src/main.js');
    expect(await cli.json(folder, 'datasets', 'get-items', run.defaultDatasetId)).toEqual(sum);
    const record = await cli.json(folder, 'key-value-stores', 'get-value', run.defaultKeyValueStoreId, 'OUTPUT');
    expect(record).toMatchObject({ sum: 42 });
  });

  test('a task is run by its name and published, and public Actors are searched', async () => {
    const { client } = fixture;
    const actId = (await client.actor('wherry/adder-javascript').get())!.id;
    const input = { first: 1, second: 5 };
    const task = await client.tasks().create({ actId, name: 'adds-one', input });
    expect(await shown('task', 'run', 'adds-one')).toContain('Adding 1 and 5.');
    const run = (await client.task(task.id).lastRun().get())!;
    expect(run).toMatchObject({ status: 'SUCCEEDED', meta: { origin: 'CLI' } });
    expect(await fixture.itemsOf(run)).toEqual([{ ...input, sum: 6 }]);

    await client.actor(actId).update({ isPublic: true });
    const publicConfig = { inputSchemaFields: ['first'], datasetView: 'overview' };
    await client.task(task.id).update({ publicConfig });
    await shown('task', 'publish', 'wherry/adds-one');
    expect((await client.task(task.id).get())!.isPublic).toBe(true);
    await shown('task', 'unpublish', 'adds-one');
    expect((await client.task(task.id).get())!.isPublic).toBe(false);
    expect(await shown('actors', 'search', 'adder')).toContain('wherry/adder-javascript');
  });

  test('is pulled as it was pushed', async () => {
    const parent = path.dirname(folder);
    await cli.apify(parent, 'pull', 'adder-javascript');
    const main = (copy: string) => readFile(path.join(parent, copy, 'src', 'main.js'), 'utf8');
    expect(await main('adder-javascript')).toBe(await main('javascript'));
  });

  test('is aborted by Ctrl-C on the call, and by `runs abort`', async () => {
    const runs = fixture.client.actor('wherry/adder-javascript').runs();
    const input = { second: 2, waits: true };
    const waiting = ['call', '--input', JSON.stringify(input)];
    const called = await cli.attempt(folder, waiting, { interruptAt: 'Adding 2 and 2.' });
    expect(called.exitCode).not.toBe(0);
    const [aborted] = (await runs.list({ desc: true })).items;
    expect(aborted!.status, called.output).toBe('ABORTED');

    const { id } = await fixture.client.actor('wherry/adder-javascript').start(input);
    await cli.apify(folder, 'runs', 'abort', id);
    expect((await fixture.client.run(id).waitForFinish()).status).toBe('ABORTED');
  });
});

test('an Actor in TypeScript is pushed without a way to GitHub, and its call runs what was built', async () => {
  await using fixture = await startRunFixture();
  await using cli = await logIn(fixture.platform, { templateList: false });
  const folder = await cli.actor('typescript');
  await cli.apify(folder, 'api', 'POST', 'acts', '--body', '{"name": "adder-typescript"}');
  await push(cli, folder, '--force');
  const { run } = await call(fixture, cli, folder);
  expect(await fixture.itemsOf(run)).toEqual([{ first: 2, second: 40, sum: 42 }]);
  const output = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
  expect(output!.value).toMatchObject({ startedWith: expect.stringMatching(/dist\/main\.js$/) });
});
