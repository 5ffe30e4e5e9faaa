/** Data folders of earlier versions. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { hashToken } from '../src/accounts/tokens.ts';
import { core } from '../src/database/sqlite/migrations/0001-core.ts';
import { storages } from '../src/database/sqlite/migrations/0002-storages.ts';
import { requestQueues } from '../src/database/sqlite/migrations/0003-request-queues.ts';
import { actors } from '../src/database/sqlite/migrations/0004-actors.ts';
import { commitIds } from '../src/database/sqlite/migrations/0005-commit-ids.ts';
import { migrations } from '../src/database/sqlite/migrations/index.ts';
import { startFixture } from './fixture.ts';

/** As a version with schema 5 left it: a run that is over, with a commit, a push with a key, and a handoff. */
const rowsOfSchema5 = `
INSERT INTO users (id, username, created_at) VALUES ('user', 'wherry', 1);
INSERT INTO datasets (id, user_id, act_run_id, url_signing_secret_key, created_at, modified_at)
  VALUES ('dataset', 'user', 'run', 'key', 1, 1);
INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, finished_at, attempt_count,
  options_json, meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
  VALUES ('run', 'user', 'actor', 'build', '0.0.1', 'SUCCEEDED', 1, 3, 1, '{}', '{"origin":"API"}', '{}', 'dataset', 's', 'q');
INSERT INTO commits (run_id, sequence, id, attempt, answer_json, created_at) VALUES ('run', 1, 'first', 1,
  '{"runId":"run","sequence":1,"attempt":1,"items":[{"datasetId":"dataset","firstIndex":0,"count":1}],"requests":[]}', 1);
INSERT INTO idempotency_keys (scope, key, answer_json, created_at) VALUES ('push/dataset', 'pushed', 'null', 1);
INSERT INTO handoffs (id, run_id, mode, reason, from_attempt, phase, requested_at, finished_at, outcome)
  VALUES ('handoff', 'run', 'warm', 'migration', 1, 'cancelled', 1, 2, 'the run is being aborted');
INSERT INTO attempts (run_id, number, server_id, build_id, phase, reason, created_at, activated_at, ended_at)
  VALUES ('run', 1, 'local-1', 'build', 'ended', 'start', 1, 1, 3);
`;

async function openSchema5() {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'));
  for (const sql of [core, storages, requestQueues, actors, commitIds]) database.exec(sql);
  database.exec(`${rowsOfSchema5} PRAGMA user_version = 5`);
  return { dataFolder, database };
}

test('[promise-3] what was sent before an upgrade from schema 5 and is sent again changes nothing', async () => {
  const { dataFolder, database } = await openSchema5();
  database.close();
  await using fixture = await startFixture({ dataFolder });
  const commit = await fixture.call('PUT', '/wherry/v1/runs/run/commits/1', { id: 'first', items: [] });
  expect(await commit.json()).toEqual({
    data: {
      runId: 'run',
      sequence: 1,
      attempt: 1,
      items: [{ datasetId: 'dataset', firstIndex: 0, count: 1 }],
      requests: [],
    },
  });
  const push = await fixture.call('POST', '/v2/datasets/dataset/items', [{ n: 1 }], { 'idempotency-key': 'pushed' });
  expect(push.status).toBe(201);
  const { items } = await fixture.client.dataset('dataset').listItems();
  expect(items).toEqual([]);
  const handoffs = await fixture.call('GET', '/wherry/v1/runs/run/handoffs');
  expect(await handoffs.json()).toMatchObject({
    data: { items: [{ id: 'handoff', phase: 'cancelled', drainMs: null, outcome: 'the run is being aborted' }] },
  });
});

test('[user-4] the user of a data folder from before there were several is its administrator, and the token works', async () => {
  const { dataFolder, database } = await openSchema5();
  const insert = database.prepare('INSERT INTO api_tokens (token_hash, user_id, created_at) VALUES (?, ?, 1)');
  insert.run(hashToken('token-of-before'), 'user');
  database.close();
  {
    await using fixture = await startFixture({ dataFolder, token: 'token-of-before' });
    const users = await fixture.call('GET', '/wherry/v1/users');
    expect(await users.json()).toMatchObject({ data: { items: [{ id: 'user', role: 'administrator' }] } });
    const tokens = await fixture.call('GET', '/wherry/v1/tokens');
    expect(await tokens.json()).toMatchObject({
      data: {
        items: [{ name: 'data folder', isOfDataFolder: true, scopes: ['manage'], createdAt: expect.any(String) }],
      },
    });
    expect((await fixture.client.datasets().list({ unnamed: true })).total).toBe(1);
  }
  await using fixture = await startFixture({ dataFolder, token: 'another-token' });
  const former = await fixture.call('GET', '/v2/users/me', undefined, { authorization: 'Bearer token-of-before' });
  expect(former.status).toBe(401);
});

/** A database of an earlier schema. */
async function openSchema(number: number) {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'));
  // As the platform does for its migrations.
  database.enableDefensive(false);
  for (const each of migrations) if (each.number <= number) database.exec(each.sql);
  database.exec(`INSERT INTO users (id, username, created_at) VALUES ('user', 'wherry', 1);
    PRAGMA user_version = ${number}`);
  return { dataFolder, database };
}

test('schedules and events of schema 24 are found by what they are about', async () => {
  const { dataFolder, database } = await openSchema(24);
  const schedule = database.prepare(`INSERT INTO schedules (id, user_id, name, cron_expression, timezone, is_enabled,
    is_exclusive, notifications_email, actions_json, created_at, modified_at, next_chosen_at)
    VALUES (?, 'user', ?, '@yearly', 'UTC', 0, 0, 1, ?, 1, 1, 1)`);
  const starts = { id: 'a', type: 'RUN_ACTOR', actorId: 'actor', runInput: null, runOptions: null };
  const startsTask = { id: 'b', type: 'RUN_ACTOR_TASK', actorTaskId: 'task', input: null };
  schedule.run('both', 'both', JSON.stringify([starts, startsTask, { ...starts, id: 'c' }]));
  schedule.run('none', 'none', '[]');
  const event = database.prepare(`INSERT INTO webhook_events (id, user_id, type, created_at, data_json, resource_kind,
    resource_json) VALUES (?, 'user', 'TEST', 1, ?, 'shown', '{}')`);
  event.run('of-run', JSON.stringify({ actorId: 'actor', actorRunId: 'run' }));
  event.run('of-build', JSON.stringify({ actorId: 'actor', actorBuildId: 'build' }));
  database.close();
  {
    await using fixture = await startFixture({ dataFolder });
    for (const query of ['actorId=actor', 'taskId=task']) {
      const listed = await fixture.call('GET', `/wherry/v1/schedules?${query}`);
      expect(await listed.json(), query).toMatchObject({ data: { total: 1, items: [{ id: 'both' }] } });
    }
  }
  const upgraded = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'), { readOnly: true });
  onTestFinished(() => upgraded.close());
  expect(upgraded.prepare('SELECT id, run_id FROM webhook_events ORDER BY id').all()).toEqual([
    { id: 'of-build', run_id: null },
    { id: 'of-run', run_id: 'run' },
  ]);
});
