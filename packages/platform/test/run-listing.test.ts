import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Operation } from '../src/database/operation.ts';
import type { Statement } from '../src/database/sql.ts';
import { migrate } from '../src/database/sqlite/migrations/index.ts';
import { SqliteSession } from '../src/database/sqlite/session.ts';
import { getRun } from '../src/runs/operations/run-details.ts';
import { listRuns, type RunListing } from '../src/runs/operations/run-lists.ts';

async function openSession(): Promise<SqliteSession> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const session = new SqliteSession(path.join(folder, 'a.sqlite'), { readOnly: false });
  onTestFinished(async () => {
    session.close();
    await rm(folder, { recursive: true, force: true });
  });
  migrate(session);
  session.connection.exec(`
    INSERT INTO users VALUES ('u', 'wherry', 1);
    INSERT INTO actors (id, user_id, name, created_at, modified_at, settings_json) VALUES ('a', 'u', 'a', 1, 1, '{}');
    INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, options_json, meta_json,
      stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
      VALUES ('r', 'u', 'a', 'b', '0.1.1', 'SUCCEEDED', 1, '{}', '{"origin":"API"}', '{}', 'd', 'k', 'q');`);
  return session;
}

/** How SQLite goes about each statement of an operation on the table of runs. */
function plansOf<Input>(session: SqliteSession, operation: Operation<Input, unknown>, input: Input): string[] {
  const plans: string[] = [];
  const work = operation.body(input, { now: 0, steadyNow: 0, caller: { kind: 'platform' } });
  const answer = (statement: Statement) => {
    if (statement.kind !== 'one' && statement.kind !== 'all') throw new Error('a read writes');
    const prepared = session.connection.prepare(statement.sql);
    if (statement.sql.includes('FROM runs')) {
      const explained = session.connection.prepare(`EXPLAIN QUERY PLAN ${statement.sql}`).all(...statement.params);
      plans.push(...explained.map(({ detail }) => String(detail)));
    }
    return statement.kind === 'one' ? prepared.get(...statement.params) : prepared.all(...statement.params);
  };
  for (let step = work.next(); step.done !== true; step = work.next(answer(step.value)));
  return plans;
}

const everything: RunListing = {
  userId: 'u',
  statuses: null,
  startedAfter: 0,
  startedBefore: Number.MAX_SAFE_INTEGER,
  offset: 0,
  limit: 100,
  desc: true,
  prices: { ACTOR_COMPUTE_UNITS: 0 },
};

test.each([
  ['of a user', {}],
  ['of an Actor', { actor: 'a' }],
  ['by status', { statuses: ['FAILED', 'SUCCEEDED'] as const, desc: false }],
  ['by time', { actor: 'a', startedAfter: 5 }],
])('a list of runs %s is counted and walked by an index, and nothing is sorted', async (_name, more) => {
  const plans = plansOf(await openSession(), listRuns, { ...everything, ...more });
  expect(plans.length).toBe(2);
  for (const plan of plans) expect(plan).toMatch(/^SEARCH runs USING (?:COVERING )?INDEX runs_by_(?:user|actor) /);
});

test('the last run of an Actor is found by an index, and nothing is sorted', async () => {
  const address = { kind: 'last', userId: 'u', actor: 'a', statuses: ['SUCCEEDED'], origin: 'API' } as const;
  const [plan] = plansOf(await openSession(), getRun, { address });
  expect(plan).toMatch(/^SEARCH runs USING INDEX runs_by_actor /);
});

test('the runs of a task, and its last run, are found by an index of tasks, and nothing is sorted', async () => {
  const session = await openSession();
  session.connection.exec(`INSERT INTO actor_tasks (id, user_id, actor_id, name, created_at, modified_at, settings_json, input_json)
    VALUES ('t', 'u', 'a', 't', 1, 1, '{}', ''); UPDATE runs SET actor_task_id = 't';`);
  const listed = plansOf(session, listRuns, { ...everything, task: 't' });
  expect(listed.length).toBe(2);
  const address = { kind: 'lastOfTask', userId: 'u', task: 't', statuses: null, origin: null } as const;
  const [last] = plansOf(session, getRun, { address });
  for (const plan of [...listed, last]) expect(plan).toMatch(/^SEARCH runs USING (?:COVERING )?INDEX runs_by_task /);
});
