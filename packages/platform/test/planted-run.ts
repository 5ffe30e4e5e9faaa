import path from 'node:path';
import { ApifyClient } from 'apify-client';
import { hashToken } from '../src/accounts/tokens.ts';
import { defineWrite } from '../src/database/operation.ts';
import { exec, one } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import { insertDataset } from '../src/storages/datasets/dataset.ts';
import { insertKeyValueStore } from '../src/storages/key-value-stores/store.ts';
import { releaseAttemptLocks } from '../src/storages/request-queues/lock.ts';
import { insertRequestQueue } from '../src/storages/request-queues/queue.ts';
import type { Fixture } from './fixture.ts';

const pricing = {
  pricingModel: 'PAY_PER_EVENT',
  pricingPerEvent: { actorChargeEvents: { item: { eventPriceUsd: 0.001 } } },
};

/** A run with its storages, without an engine: attempts 1 to 2, each with the token `attempt-N`. */
const plantRun = defineWrite('test.plantRun', function* ({ id }: { id: string }, { now }) {
  const user = yield* one<{ id: string }>('SELECT id FROM users');
  const userId = user!.id;
  const [datasetId, storeId, queueId] = [`${id}-dataset`, `${id}-store`, `${id}-queue`];
  yield* insertDataset({ id: datasetId, userId, name: null, now, runId: id });
  yield* insertKeyValueStore({ id: storeId, userId, name: null, now, runId: id });
  yield* insertRequestQueue({ id: queueId, userId, name: null, now, runId: id });
  yield* exec(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, active_attempt, options_json,
      meta_json, stats_json, pricing_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
      VALUES (?, ?, 'a', 'b', '0.0.1', 'RUNNING', ?, 1, '{}', '{}', '{}', ?, ?, ?, ?)`,
    id,
    userId,
    now,
    JSON.stringify(pricing),
    datasetId,
    storeId,
    queueId,
  );
  for (const number of [1, 2]) {
    yield* exec(
      `INSERT INTO attempts (run_id, number, server_id, build_id, phase, reason, token_hash, created_at)
        VALUES (?, ?, 's', 'b', 'active', 'start', ?, ?)`,
      id,
      number,
      hashToken(`${id}-attempt-${number}`),
      now,
    );
  }
});

const activate = defineWrite('test.activate', function* (input: { id: string; attempt: number | null }) {
  yield* exec('UPDATE runs SET active_attempt = ? WHERE id = ?', input.attempt, input.id);
});

const release = defineWrite('test.release', function* (input: { id: string; attempt: number }) {
  return yield* releaseAttemptLocks(input.id, input.attempt);
});

const chargesOf = defineWrite('test.charges', function* ({ id }: { id: string }) {
  return yield* one<{ count: number }>('SELECT count FROM charges WHERE run_id = ?', id);
});

/** A run on a platform's database, with what tests do to it and as it. */
export async function startRun(fixture: Fixture, id = 'run') {
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  await database.write(plantRun, { id }, { kind: 'platform' });
  return {
    activate: (attempt: number | null) => database.write(activate, { id, attempt }, { kind: 'platform' }),
    release: (attempt: number) => database.write(release, { id, attempt }, { kind: 'platform' }),
    charged: async () => (await database.write(chargesOf, { id }, { kind: 'platform' }))?.count ?? 0,
    items: async () => (await fixture.client.dataset(`${id}-dataset`).listItems()).items,
    store: fixture.client.keyValueStore(`${id}-store`),
    queueOf: (token = `${id}-attempt-1`, clientKey = 'crawler') =>
      new ApifyClient({ baseUrl: fixture.platform.url, token, maxRetries: 0 }).requestQueue(`${id}-queue`, {
        clientKey,
      }),
    commit: async (sequence: number | string, body: unknown, token = `${id}-attempt-1`) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fixture.call('PUT', `/wherry/v1/runs/${id}/commits/${sequence}`, body, headers);
      return { status: answer.status, body: (await answer.json()) as Record<string, Record<string, unknown>> };
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}
