/** What /metrics says after runs and handoffs of real Actors, and that the dashboard names nothing else. */
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { Operation } from '../src/database/operation.ts';
import type { Statement } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { migrate } from '../src/database/sqlite/migrations/index.ts';
import { SqliteSession } from '../src/database/sqlite/session.ts';
import { ProcessEngine } from '../src/engines/process/process-engine.ts';
import { type PlatformFacts, PlatformMetrics } from '../src/observation/platform-metrics.ts';
import { scheduleBacklog } from '../src/schedules/invocations.ts';
import { webhookBacklog } from '../src/webhooks/delivery/claims.ts';
import { startFixture } from './fixture.ts';
import { dataFolderOfTest, type RunFixture, startRunFixture } from './run-fixture.ts';
import { startReceiver } from './webhook-receiver.ts';

const dashboard = new URL('../../../deploy/grafana/wherry.json', import.meta.url);
const page = new URL('../../../docs/metrics.md', import.meta.url);

/** Without the SDK: it asks for nothing, pushes items until it is moved often enough, and ends. */
const actor = `
const { ACTOR_DEFAULT_DATASET_ID: dataset, ACTOR_API_BASE_URL, APIFY_API_BASE_URL: api, APIFY_TOKEN: token } = process.env;
const { attempts } = JSON.parse(process.env.WANTED);
for (;;) {
  const answer = await fetch((api ?? ACTOR_API_BASE_URL).replace(/\\/$/, '') + '/v2/datasets/' + dataset + '/items', {
    method: 'POST', body: '{"at":1}', headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
  });
  if (!answer.ok) process.exit(1);
  if (attempts === 1) break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
`;

let fixture: RunFixture;

beforeAll(async () => {
  fixture = await startRunFixture({ handoffs: { quietGraceSecs: 0.2 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const backlog = {
  schedules: { due: 0, overdueMs: 0 },
  webhooks: { due: 0, later: 0, overdueMs: 0 },
};
const nothing: PlatformFacts = { runStatuses: () => [], servers: () => [], backlog: async () => backlog };

/** The samples by their names with labels, e.g. `wherry_runs{status="READY"}`. */
async function samples({ call }: Pick<RunFixture, 'call'> = fixture): Promise<Map<string, number>> {
  const answer = await call('GET', '/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

test('runs, their ends and their handoffs are counted, with their drains and downtimes', async () => {
  const wanted = (attempts: number) => ({ envVars: [{ name: 'WANTED', value: JSON.stringify({ attempts }) }] });
  const once = await fixture.deploy('once', actor, wanted(1));
  const lasting = await fixture.deploy('lasting', actor, wanted(0));
  const before = await samples();
  expect(before.get('wherry_runs{status="RUNNING"}')).toBe(0);

  const short = await fixture.start(once, {});
  expect(await fixture.client.run(short.id).waitForFinish()).toMatchObject({ status: 'SUCCEEDED' });
  const run = await fixture.start(lasting, {});
  const count = async () => (await fixture.client.dataset(run.defaultDatasetId).get())!.itemCount;
  for (const mode of ['cold', 'lost']) {
    const pushed = await count();
    await until('it pushes', async () => (await count()) > pushed);
    expect(await fixture.migrate(run.id, mode)).toMatchObject({ outcome: 'done' });
  }
  const during = await samples();
  expect(during.get('wherry_runs{status="RUNNING"}')).toBe(1);
  const attempts = [...during].filter(([name]) => name.startsWith('wherry_server_attempts'));
  expect(attempts.reduce((sum, [, value]) => sum + value, 0)).toBe(1);
  await fixture.client.run(run.id).abort();
  expect(await fixture.client.run(run.id).waitForFinish()).toMatchObject({ status: 'ABORTED' });

  const after = await samples();
  const value = (name: string) => after.get(name);
  expect(value(`wherry_runs_ended_total{status="SUCCEEDED",actor="${once}"}`)).toBe(1);
  expect(value(`wherry_runs_ended_total{status="ABORTED",actor="${lasting}"}`)).toBe(1);
  expect(value('wherry_run_queue_wait_seconds_count')).toBe(2);
  expect(value('wherry_handoffs_total{mode="cold",reason="migration",outcome="done"}')).toBe(1);
  expect(value('wherry_handoffs_total{mode="lost",reason="lost",outcome="done"}')).toBe(1);
  expect(value('wherry_handoff_drain_seconds_count{mode="cold"}')).toBe(1);
  expect(value('wherry_handoff_downtime_seconds_count{mode="cold"}')).toBe(1);
  expect(value('wherry_handoff_downtime_seconds_count{mode="lost"}')).toBe(1);
  const pushes = 'wherry_api_calls_total{method="POST",route="/v2/datasets/:storageId/items",status="201"}';
  expect(value(pushes)).toBe((await count()) + 1);
  const commits = value('wherry_database_commits_total')!;
  const writes = [...after].filter(([name]) => name.startsWith('wherry_database_writes_total'));
  expect(commits).toBeGreaterThan(0);
  expect(writes.reduce((sum, [, each]) => sum + each, 0)).toBeGreaterThanOrEqual(commits);
  expect(value('wherry_database_commit_duration_seconds_count')).toBe(commits);
});

/** It says its token and works on. */
const telling = `
const { APIFY_TOKEN, ACTOR_DEFAULT_KEY_VALUE_STORE_ID } = process.env;
const api = (process.env.APIFY_API_BASE_URL ?? process.env.ACTOR_API_BASE_URL).replace(/\\/$/, '');
await fetch(api + '/v2/key-value-stores/' + ACTOR_DEFAULT_KEY_VALUE_STORE_ID + '/records/' + Date.now(), {
  method: 'PUT',
  body: JSON.stringify(APIFY_TOKEN),
  headers: { authorization: 'Bearer ' + APIFY_TOKEN, 'content-type': 'application/json' },
});
setInterval(() => undefined, 1000);
`;

test('a call of an attempt that is not active is counted as fenced', async () => {
  const run = await fixture.start(await fixture.deploy('telling', telling), {});
  const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  const told = async () => (await store.listKeys()).items.map(({ key }) => key).filter((key) => key !== 'INPUT');
  await until('its token is told', async () => (await told()).length === 1);
  const token = (await store.getRecord((await told())[0]!))!.value;
  await fixture.migrate(run.id, 'lost');
  const before = (await samples()).get('wherry_fenced_calls_total') ?? 0;
  const late = await fetch(`${fixture.platform.url}/v2/datasets/${run.defaultDatasetId}/items`, {
    method: 'POST',
    body: '{}',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  expect(await late.json()).toMatchObject({ error: { type: 'attempt-fenced' } });
  // A call is over when its response is, which may be after its client has all of it.
  const fenced = async () => (await samples()).get('wherry_fenced_calls_total');
  await until('it is counted', async () => (await fenced()) === before + 1);
  await fixture.client.run(run.id).abort();
});

test('the time from a scheduled time to its run is measured, and what became of each action is counted', async () => {
  const { client } = fixture;
  const actorId = await fixture.deploy('scheduled', 'setInterval(() => undefined, 1000);');
  const gone = await fixture.deploy('gone', '');
  const actions = [actorId, gone].map((each) => ({ type: 'RUN_ACTOR', actorId: each }));
  const { id } = await client.schedules().create({
    cronExpression: '* * * * * *',
    timezone: 'UTC',
    isEnabled: false,
    isExclusive: false,
    actions: actions as never,
  });
  await client.actor(gone).delete();
  expect((await samples()).get('wherry_schedules_due')).toBe(0);
  await client.schedule(id).update({ isEnabled: true });
  const outcomes = (outcome: string) => `wherry_schedule_actions_total{outcome="${outcome}"}`;
  const after = await until('it is invoked', async () => {
    const now = await samples();
    return now.get('wherry_schedule_lag_seconds_count') === 1 && now;
  });
  await client.schedule(id).delete();
  expect(['started', 'failed', 'skipped'].map((outcome) => after.get(outcomes(outcome)))).toEqual([1, 1, 0]);
  // The run was created within a minute after the time that it says it was scheduled for.
  const { items } = await client.actor(actorId).runs().list();
  const { meta, startedAt } = (await client.run(items[0]!.id).get())!;
  const lagSecs =
    (startedAt.getTime() - new Date((meta as unknown as { scheduledAt: string }).scheduledAt).getTime()) / 1000;
  expect(after.get('wherry_schedule_lag_seconds_sum')).toBeCloseTo(lagSecs, 3);
  await client.run(items[0]!.id).abort();
});

test('the time to the first call of a webhook and to its end by outcome is measured, and what waits is shown', async () => {
  await using ofWebhooks = await startFixture({ webhooks: { allowPrivate: true, firstRetrySecs: 3600 } });
  const { client } = ofWebhooks;
  const held = Promise.withResolvers<void>();
  await using receiver = await startReceiver(async ({ path }, response) => {
    if (path === '/held') await held.promise;
    response.writeHead(path === '/bad' ? 500 : 200).end();
  });
  const { id: actorId } = await client.actors().create({ name: 'hooked' });
  const hookTo = async (path: string, more: object = {}) => {
    const webhook = { eventTypes: ['TEST'], condition: { actorId }, requestUrl: receiver.url + path, ...more };
    return client.webhook((await client.webhooks().create(webhook as never)).id);
  };
  const state = (name: string) => `wherry_webhook_dispatches{state="${name}"}`;
  const ended = (outcome: string) => `wherry_webhook_delivery_duration_seconds_count{outcome="${outcome}"}`;
  expect((await samples(ofWebhooks)).get(state('due'))).toBe(0);

  await (await hookTo('/good')).test();
  await (await hookTo('/bad', { doNotRetry: true })).test();
  await (await hookTo('/bad')).test();
  // A host that has failed gets one call at a time.
  await until('the failures are known', async () => (await samples(ofWebhooks)).get(state('retrying')) === 1);
  await until('both ends are counted', async () => {
    const now = await samples(ofWebhooks);
    return now.get(ended('succeeded')) === 1 && now.get(ended('failed')) === 1;
  });
  const slow = await hookTo('/held');
  await slow.test();
  await until('it is called', () => receiver.callsTo('/held').length === 1);
  for (let more = 0; more < 6; more += 1) await slow.test();
  const during = await until('the others wait for room', async () => {
    const now = await samples(ofWebhooks);
    return (now.get('wherry_webhooks_overdue_seconds') ?? 0) > 0 && now;
  });
  const counts = ['due', 'calling', 'retrying'].map((name) => during.get(state(name))!);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[1]).toBeGreaterThan(0);
  expect(counts).toEqual([expect.any(Number), 7 - counts[0]!, 1]);
  held.resolve();
  const after = await until('all are over but the one that is tried again', async () => {
    const now = await samples(ofWebhooks);
    return now.get(ended('succeeded')) === 8 && now;
  });
  expect([state('due'), state('calling'), state('retrying')].map((name) => after.get(name))).toEqual([0, 0, 1]);
  expect(after.get('wherry_webhooks_overdue_seconds')).toBe(0);
  expect(after.get('wherry_webhook_lag_seconds_count')).toBe(10);
});

test('[metrics-1] a scrape reads memory and the two backlogs, and asks no engine', async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const engine = new ProcessEngine({ servers: 2, workFolder: `${dataFolder}/work` });
  const asked: string[] = [];
  const watched = new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        asked.push(String(name));
        return value.apply(target, given);
      };
    },
  });
  await using ofScrape = await startRunFixture({ dataFolder, engine: watched });
  await samples(ofScrape);
  const read = vi.spyOn(SqliteDatabase.prototype, 'read');
  onTestFinished(() => read.mockRestore());
  asked.length = 0;
  expect((await samples(ofScrape)).get('wherry_runs{status="RUNNING"}')).toBe(0);
  const names = read.mock.calls.map(([operation]) => operation.name);
  // The sender of webhooks looks for due ones all the time.
  const ofScrapes = names.filter((name) => name !== 'webhooks.nextDue').toSorted();
  expect(ofScrapes).toEqual(['schedules.backlog', 'webhooks.backlog']);
  // Both are of its memory.
  expect(new Set(asked)).toEqual(new Set(['servers', 'capacityOf']));
});

/** How SQLite goes about a read of one statement, and what it gives. */
function explain<Result>(session: SqliteSession, operation: Operation<object, Result>) {
  const work = operation.body({}, { now: 30_000, steadyNow: 30_000, caller: { kind: 'platform' } });
  const { value: statement } = work.next() as { value: Statement };
  if (statement.kind !== 'one') throw new Error('it does not read one row');
  const explained = session.connection.prepare(`EXPLAIN QUERY PLAN ${statement.sql}`).all(...statement.params);
  const end = work.next(session.connection.prepare(statement.sql).get(...statement.params));
  return { plan: explained.map(({ detail }) => String(detail)), result: end.value as Result };
}

test('[metrics-1] what is due is counted up to 10,000 by the index on it, without a sort', async () => {
  const folder = await dataFolderOfTest();
  const session = new SqliteSession(`${folder}/a.sqlite`, { readOnly: false });
  onTestFinished(async () => {
    session.close();
    await rm(folder, { recursive: true, force: true });
  });
  migrate(session);
  session.connection.exec(`
    PRAGMA foreign_keys = OFF;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
      INSERT INTO schedules (id, user_id, name, cron_expression, timezone, is_enabled, is_exclusive, notifications_email,
        actions_json, created_at, modified_at, next_run_at, next_chosen_at)
        SELECT i, 'u', i, '* * * * *', 'UTC', 1, 0, 0, '[]', 1, 1, i, 1 FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 64000)
      INSERT INTO webhook_dispatches (id, webhook_id, event_id, user_id, created_at, status, host, due_at)
        SELECT i, 'w', 'e', 'u', 1, iif(i % 2, 'ACTIVE', 'SUCCEEDED'), 'h', i FROM n;`);
  const schedules = explain(session, scheduleBacklog);
  expect(schedules.result).toEqual({ due: 10_000, overdueMs: 29_999 });
  const webhooks = explain(session, webhookBacklog);
  expect(webhooks.result).toEqual({ due: 10_000, later: 10_000, overdueMs: 29_999 });
  const steps = [...schedules.plan, ...webhooks.plan].filter((step) => !/counted|SCALAR SUBQUERY|CONSTANT/.test(step));
  expect(steps).toEqual([
    expect.stringMatching(/^SEARCH schedules USING COVERING INDEX schedules_by_next_run /),
    expect.stringMatching(/^SEARCH webhook_dispatches USING COVERING INDEX webhook_dispatches_due \(due_at</),
    expect.stringMatching(/^SEARCH webhook_dispatches USING COVERING INDEX webhook_dispatches_due \(due_at>/),
    expect.stringMatching(/^SCAN webhook_dispatches USING COVERING INDEX webhook_dispatches_due$/),
  ]);
});

test('while the database cannot be read, nothing is said about what is due, and the rest is there', async () => {
  let isWell = true;
  const metrics = new PlatformMetrics({
    ...nothing,
    async backlog() {
      if (!isWell) throw new Error('the disk is gone');
      return backlog;
    },
  });
  const said = async () =>
    (await metrics.text()).match(/^wherry_(?:schedules|webhooks?)_(?:due|overdue|dispatches)\S*/gm);
  expect(await said()).toHaveLength(6);
  isWell = false;
  expect(await said()).toBeNull();
  expect(await metrics.text()).toContain('wherry_runs{status="READY"} 0');
});

test('who has no token gets no metrics', async () => {
  expect((await fetch(`${fixture.platform.url}/metrics`)).status).toBe(401);
});

test('[metrics-2] Actors beyond the first 200 share a label', async () => {
  const metrics = new PlatformMetrics(nothing);
  const run = (actorId: string, finishedAt: number | null) => ({ actorId, status: 'FAILED', startedAt: 0, finishedAt });
  for (let actor = 0; actor < 250; actor += 1)
    metrics.changed(run(`a${actor}`, null) as never, run(`a${actor}`, 1) as never);
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('wherry_runs_ended_total{'));
  expect(lines).toHaveLength(201);
  expect(lines).toContain('wherry_runs_ended_total{status="FAILED",actor="other"} 50');
});

test('the dashboard and the page of metrics name what there is, and the page names all of it', async () => {
  const text = await new PlatformMetrics(nothing).text();
  const there = new Set([...text.matchAll(/^# TYPE (wherry_\w+)/gm)].map(([, name]) => name!));
  const namesIn = (source: string) =>
    new Set([...source.matchAll(/\bwherry_\w+/g)].map(([name]) => name!.replace(/_(?:bucket|sum|count)$/, '')));
  const shown = namesIn(await readFile(dashboard, 'utf8'));
  expect([...shown].filter((name) => !there.has(name))).toEqual([]);
  expect([...namesIn(await readFile(page, 'utf8'))].toSorted()).toEqual([...there].toSorted());
});
