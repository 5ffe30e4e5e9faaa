/**
 * Records a data folder of the version that is checked out, for `test/upgrade.test.ts` of later ones:
 *
 *     node --disable-warning=ExperimentalWarning test/upgrade/record.ts test/upgrade/schema-N.tar.gz
 *
 * It is a backup that was made while a run was at work. To be done before a release, with N the number of its schema.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { livePlatformOf } from '../../packages/cli/test/live-platform.ts';
import { counterFiles } from '../../packages/platform/test/docker/counter.ts';
import { deployVersion } from '../support/deploy.ts';
import { until } from '../support/until.ts';
import { items, largeRecord, names, requests, secret, shortFiles, token } from './contents.ts';

const [, , target] = process.argv;
const folder = await mkdtemp(path.join(tmpdir(), 'wherry-record-'));
const data = path.join(folder, 'data');
const platform = await livePlatformOf(['up', '--port', '0', '--data', data, '--token', token, '--json']);
const { client } = platform;

const dataset = await client.datasets().getOrCreate(names.storages);
await client.dataset(dataset.id).pushItems(items);
const store = await client.keyValueStores().getOrCreate(names.storages);
await client.keyValueStore(store.id).setRecord({ key: 'large', value: largeRecord });
const queue = await client.requestQueues().getOrCreate(names.storages);
await client.requestQueue(queue.id).batchAddRequests(requests);
const [first] = (await client.requestQueue(queue.id).listHead()).items;
const request = (await client.requestQueue(queue.id).getRequest(first!.id))!;
await client.requestQueue(queue.id).updateRequest({ ...request, handledAt: new Date().toISOString() } as never);

const versionOf = (files: Readonly<Record<string, string>>, envVars: object[]) => ({
  versionNumber: '0.1',
  buildTag: 'latest',
  sourceType: 'SOURCE_FILES',
  envVars,
  sourceFiles: Object.entries(files).map(([name, content]) => ({ name, format: 'TEXT', content })),
});
const variables = [{ name: 'SECRET', value: secret, isSecret: true }];
const { actorId: short } = await deployVersion(client, names.short, versionOf(shortFiles, variables));
await client.actor(short).call(undefined, { log: null });
const { actorId: counter } = await deployVersion(client, names.counter, versionOf(counterFiles, []));
// Without a timeout, since the test goes on with it on a later day.
const run = await client.actor(counter).start(undefined, { memory: 256, timeout: 0 });
await until('the run has pushed five items', async () => {
  return (await client.dataset(run.defaultDatasetId).get())!.itemCount >= 5;
});

const backup = path.join(folder, 'backup.tar');
const made = await platform.wherry('backup', backup, '--data', data);
if (made.exitCode !== 0) throw new Error(made.stderr);
await client.run(run.id).abort();
await platform.interrupt();
await writeFile(target!, gzipSync(await readFile(backup), { level: 9 }));
await rm(folder, { recursive: true });
