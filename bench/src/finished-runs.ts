// The only use of the platform's internals: no route creates finished or old runs, and 10,000 real runs take an hour.
import path from 'node:path';
import { defineWrite } from '../../packages/platform/src/database/operation.ts';
import { all, each, type Value } from '../../packages/platform/src/database/sql.ts';
import { SqliteDatabase } from '../../packages/platform/src/database/sqlite/database.ts';
import { systemClock } from '../../packages/platform/src/shared/clock.ts';
import { insertDataset } from '../../packages/platform/src/storages/datasets/dataset.ts';
import { insertKeyValueStore } from '../../packages/platform/src/storages/key-value-stores/store.ts';
import { insertRequestQueue } from '../../packages/platform/src/storages/request-queues/queue.ts';

/** Copies a finished run, each copy a minute older than the one before. */
const copyRun = defineWrite('bench.copyRun', function* ({ runId, count }: { runId: string; count: number }) {
  const [row] = yield* all<Record<string, Value>>('SELECT * FROM runs WHERE id = ?', runId);
  const columns = Object.keys(row!);
  const copies = Array.from({ length: count }, (_, index) => ({
    ...row,
    id: `copy${index.toString().padStart(13, '0')}`,
    started_at: (row!.started_at as number) - (index + 1) * 60_000,
    finished_at: (row!.finished_at as number) - (index + 1) * 60_000,
  })) as Record<string, Value>[];
  yield* each(
    `INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    copies.map((copy) => columns.map((column) => copy[column]!)),
  );
});

/** Copies a finished run with storages of its own and an input, each copy a minute older than the one before. */
const copyWithStorages = defineWrite(
  'bench.copyWithStorages',
  function* ({ runId, first, count }: { runId: string; first: number; count: number }) {
    const [row] = yield* all<Record<string, Value>>('SELECT * FROM runs WHERE id = ?', runId);
    const columns = Object.keys(row!);
    const copies: Record<string, Value>[] = [];
    for (let index = first; index < first + count; index += 1) {
      const number = index.toString().padStart(13, '0');
      const at = (row!.started_at as number) - monthMs - index * 60_000;
      const common = { userId: row!.user_id as string, name: null, now: at, runId: `copy${number}` };
      yield* insertDataset({ ...common, id: `data${number}` });
      yield* insertKeyValueStore({ ...common, id: `keys${number}` });
      yield* insertRequestQueue({ ...common, id: `queu${number}` });
      copies.push({
        ...row!,
        id: `copy${number}`,
        started_at: at,
        finished_at: at + 1000,
        default_dataset_id: `data${number}`,
        default_key_value_store_id: `keys${number}`,
        default_request_queue_id: `queu${number}`,
      });
    }
    yield* each(
      `INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      copies.map((copy) => columns.map((column) => copy[column]!)),
    );
    yield* each(
      `INSERT INTO records (store_id, key, content_type, bytes, modified_at, value)
        VALUES (?, 'INPUT', 'application/json', 7, ?, '{"n":1}')`,
      copies.map((copy) => [copy.default_key_value_store_id!, copy.started_at!]),
    );
    yield* each(
      `INSERT INTO dataset_items (dataset_id, item_index, json) VALUES (?, 0, '{"url":"https://example.com"}')`,
      copies.map((copy) => [copy.default_dataset_id!]),
    );
  },
);

const monthMs = 30 * 86_400_000;
const batch = 1000;

/** As `addFinishedRuns`, with runs that are older than a month, each with storages of its own. */
export async function addOldRuns(dataFolder: string, runId: string, count: number): Promise<void> {
  const database = SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  try {
    for (let first = 0; first < count; first += batch) {
      const input = { runId, first, count: Math.min(batch, count - first) };
      await database.write(copyWithStorages, input, { kind: 'platform' });
    }
  } finally {
    await database.close();
  }
}

/** @param dataFolder of a platform that is not running */
export async function addFinishedRuns(dataFolder: string, runId: string, count: number): Promise<void> {
  const database = SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  try {
    await database.write(copyRun, { runId, count }, { kind: 'platform' });
  } finally {
    await database.close();
  }
}
