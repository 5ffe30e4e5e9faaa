import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import type { Database } from '../src/database/database.ts';
import { type Caller, defineRead, defineWrite } from '../src/database/operation.ts';
import { all, run } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite-database.ts';
import { invalidInput } from '../src/refusal.ts';

const platform: Caller = { kind: 'platform' };
const attempt = (number: number): Caller => ({ kind: 'attempt', userId: 'u', runId: 'r', attempt: number });

const addRun = defineWrite('test.addRun', function* (active: number) {
  yield* run("INSERT INTO users VALUES ('u', 'u', 0)");
  yield* run(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, active_attempt, options_json,
       meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
     VALUES ('r', 'u', 'a', 'b', '0.0.1', 'RUNNING', 0, ?, '{}', '{}', '{}', 'd', 'k', 'q')`,
    active,
  );
});
const activate = defineWrite('test.activate', function* (number: number | null) {
  yield* run("UPDATE runs SET active_attempt = ? WHERE id = 'r'", number);
});
const addServer = defineWrite('test.addServer', function* (input: { id: string; refuse?: boolean }) {
  yield* run('INSERT INTO servers (id) VALUES (?)', input.id);
  if (input.refuse === true) throw invalidInput('refused on purpose');
});
const serverIds = defineRead('test.serverIds', function* (_input: null) {
  return (yield* all<{ id: string }>('SELECT id FROM servers ORDER BY rowid')).map(({ id }) => id);
});

async function withDatabase(check: (database: Database) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-database-'));
  const database = SqliteDatabase.open(path.join(folder, 'test.sqlite'), systemClock);
  try {
    await check(database);
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
}

test('F1, D3: an attempt that is not active reads and changes nothing, from the moment of the switch', () =>
  withDatabase(async (database) => {
    await database.write(addRun, 1, platform);
    await database.write(addServer, { id: 'by-1' }, attempt(1));
    // All in one group: the switch lies between the two writes of attempt 1.
    const [before, , after] = await Promise.allSettled([
      database.write(addServer, { id: 'before' }, attempt(1)),
      database.write(activate, 2, platform),
      database.write(addServer, { id: 'after' }, attempt(1)),
    ]);
    expect(before.status).toBe('fulfilled');
    expect(after).toMatchObject({ status: 'rejected', reason: { statusCode: 403, type: 'attempt-fenced' } });
    await expect(database.read(serverIds, null, attempt(1))).rejects.toMatchObject({ type: 'attempt-fenced' });
    expect(await database.read(serverIds, null, attempt(2))).toEqual(['by-1', 'before']);
  }));

test('F3: a run without an active attempt takes writes from none', () =>
  withDatabase(async (database) => {
    await database.write(addRun, 1, platform);
    await database.write(activate, null, platform);
    const write = database.write(addServer, { id: 'late' }, attempt(1));
    await expect(write).rejects.toMatchObject({ type: 'attempt-fenced' });
    expect(await database.read(serverIds, null, platform)).toEqual([]);
  }));

test('D2, D5: a refused write in a group changes nothing, and the others take effect in order', () =>
  withDatabase(async (database) => {
    const writes = Array.from({ length: 30 }, (_, index) =>
      database.write(addServer, { id: `s${index}`, refuse: index % 3 === 1 }, platform),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    const kept = Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 3 !== 1);
    expect(await database.read(serverIds, null, platform)).toEqual(kept.map((index) => `s${index}`));
  }));
