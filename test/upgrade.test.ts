/**
 * Data folders of earlier versions, as these have written them (`test/upgrade/record.ts`): the present one opens them, and runs
 * that were at work continue.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { callWherry } from '../packages/cli/test/program.ts';
import { startRunFixture } from '../packages/platform/test/run-fixture.ts';
import { until } from './support/until.ts';
import { items, largeRecord, names, requests, secret, token } from './upgrade/contents.ts';

const recordings = new URL('./upgrade/', import.meta.url);
const files = (await readdir(recordings)).filter((name) => name.endsWith('.tar.gz'));

/** A data folder as the version that recorded it left it when its process died. */
async function restored(file: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-upgrade-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const backup = path.join(folder, 'backup.tar');
  await writeFile(backup, gunzipSync(await readFile(new URL(file, recordings))));
  const data = path.join(folder, 'data');
  const { exitCode, stderr } = await callWherry(['restore', backup, '--data', data]);
  expect(exitCode, stderr).toBe(0);
  return data;
}

test('there is a recorded data folder', () => {
  expect(files.length).toBeGreaterThan(0);
});

test.each(files)(
  'the data folder %s opens with all that it has, and its run continues without a gap or a repetition',
  async (file) => {
    await using fixture = await startRunFixture({ dataFolder: await restored(file), token });
    const { client } = fixture;
    const address = `wherry/${names.storages}`;

    const runs = (await client.runs().list()).items;
    const working = runs.find(({ status }) => status === 'RUNNING')!;
    const count = async () => (await client.dataset(working.defaultDatasetId).get())!.itemCount;
    const before = await count();
    expect(before).toBeGreaterThanOrEqual(5);
    await until('the run has pushed five more items', async () => (await count()) >= before + 5);
    expect((await client.run(working.id).get())!.status).toBe('RUNNING');
    await client.run(working.id).abort();
    const numbers = (await client.dataset(working.defaultDatasetId).listItems()).items.map(({ next }) => next);
    expect(numbers).toEqual(Array.from(numbers, (_, index) => index));
    expect((await fixture.attempts(working.id)).map(({ reason }) => reason)).toEqual(['start', 'lost']);

    expect((await client.dataset(address).listItems()).items).toEqual(items);
    expect((await client.keyValueStore(address).getRecord('large'))!.value).toBe(largeRecord);
    const queue = client.requestQueue(address);
    expect(await queue.get()).toMatchObject({ totalRequestCount: 2, handledRequestCount: 1 });
    expect((await queue.listHead()).items.map(({ url }) => url)).toEqual([requests[1]!.url]);

    const hidden = `the secret has ${secret.length} characters: `;
    const ended = runs.find(({ status }) => status === 'SUCCEEDED')!;
    expect(await fixture.logOf(ended.id)).toContain(hidden);
    // Its build and its secrets are still there.
    const again = await client.actor(`wherry/${names.short}`).call(undefined, { log: null });
    expect(again.status).toBe('SUCCEEDED');
    const log = await fixture.logOf(again.id);
    expect(log).toContain(hidden);
    expect(log).not.toContain(secret);
  },
);
