/** The start of a run in the database. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { defineRead } from '../src/database/operation.ts';
import { one } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { createRun, type NewRun } from '../src/runs/operations/run-creation.ts';
import { systemClock } from '../src/shared/clock.ts';
import { startRunFixture } from './run-fixture.ts';

const countsOf = defineRead('test.countsOfRun', function* ({ id, tag }: { id: string; tag: string }) {
  return yield* one<Record<string, number>>(
    `SELECT (SELECT count(*) FROM runs WHERE id = ?) AS runs, (SELECT count(*) FROM attempts WHERE run_id = ?) AS attempts,
      (SELECT count(*) FROM datasets WHERE id = ?) AS datasets, (SELECT count(*) FROM key_value_stores WHERE id = ?) AS stores,
      (SELECT count(*) FROM request_queues WHERE id = ?) AS queues,
      (SELECT count(*) FROM records WHERE store_id = ?) AS records`,
    id,
    id,
    `${tag}-dataset`,
    `${tag}-store`,
    `${tag}-queue`,
    `${tag}-store`,
  );
});

const platform = { kind: 'platform' } as const;

test('[start-1] a start that fails at its last part leaves nothing of the run, and one that succeeds leaves all', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('idle', 'setInterval(() => undefined, 1000);');
  const { items } = await fixture.client.actor(actorId).builds().list();
  const { id: userId } = await fixture.client.user('me').get();
  const taken = await fixture.client.requestQueues().getOrCreate('taken');
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  const creation = (tag: string, requestQueueId: string): NewRun => ({
    id: `${tag}-run`,
    userId: userId!,
    buildId: items[0]!.id,
    serverId: 'local-1',
    options: {
      build: 'latest',
      timeoutSecs: 0,
      memoryMbytes: 1024,
      diskMbytes: 2048,
      restartOnError: false,
    },
    input: { key: 'INPUT', contentType: 'application/json', bytes: 2, blobId: null, value: Buffer.from('{}') },
    meta: { origin: 'API' },
    storages: { datasetId: `${tag}-dataset`, keyValueStoreId: `${tag}-store`, requestQueueId },
    idempotencyKey: undefined,
    maxRuns: 10,
    forcePermissionLevel: undefined,
    grants: [],
  });
  await expect(database.write(createRun, creation('failed', taken.id), platform)).rejects.toThrow(/UNIQUE/);
  expect(await database.read(countsOf, { id: 'failed-run', tag: 'failed' }, platform)).toEqual({
    runs: 0,
    attempts: 0,
    datasets: 0,
    stores: 0,
    queues: 0,
    records: 0,
  });
  await database.write(createRun, creation('whole', 'whole-queue'), platform);
  expect(await database.read(countsOf, { id: 'whole-run', tag: 'whole' }, platform)).toEqual({
    runs: 1,
    attempts: 1,
    datasets: 1,
    stores: 1,
    queues: 1,
    records: 1,
  });
  await database.close();
});
