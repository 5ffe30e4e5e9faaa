// The only use of the platform's internals: no route creates finished runs, and 10,000 real runs take an hour.
import path from 'node:path';
import { defineWrite } from '../../packages/platform/src/database/operation.ts';
import { all, each, type Value } from '../../packages/platform/src/database/sql.ts';
import { SqliteDatabase } from '../../packages/platform/src/database/sqlite/database.ts';
import { systemClock } from '../../packages/platform/src/shared/clock.ts';

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

/** @param dataFolder of a platform that is not running */
export async function addFinishedRuns(dataFolder: string, runId: string, count: number): Promise<void> {
  const database = SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  try {
    await database.write(copyRun, { runId, count }, { kind: 'platform' });
  } finally {
    await database.close();
  }
}
