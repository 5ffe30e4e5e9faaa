/** What /metrics says after runs and handoffs of real Actors, and that the dashboard names nothing else. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { PlatformMetrics } from '../src/observation/platform-metrics.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

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

/** The samples by their names with labels, e.g. `wherry_runs{status="READY"}`. */
async function samples(): Promise<Map<string, number>> {
  const answer = await fixture.call('GET', '/metrics');
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

test('who has no token gets no metrics', async () => {
  expect((await fetch(`${fixture.platform.url}/metrics`)).status).toBe(401);
});

test('[metrics-2] Actors beyond the first 200 share a label', async () => {
  const metrics = new PlatformMetrics({ runStatuses: () => [], servers: () => [] });
  const run = (actorId: string, finishedAt: number | null) => ({ actorId, status: 'FAILED', startedAt: 0, finishedAt });
  for (let actor = 0; actor < 250; actor += 1)
    metrics.changed(run(`a${actor}`, null) as never, run(`a${actor}`, 1) as never);
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('wherry_runs_ended_total{'));
  expect(lines).toHaveLength(201);
  expect(lines).toContain('wherry_runs_ended_total{status="FAILED",actor="other"} 50');
});

test('the dashboard and the page of metrics name what there is, and the page names all of it', async () => {
  const text = await new PlatformMetrics({ runStatuses: () => [], servers: () => [] }).text();
  const there = new Set([...text.matchAll(/^# TYPE (wherry_\w+)/gm)].map(([, name]) => name!));
  const namesIn = (source: string) =>
    new Set([...source.matchAll(/\bwherry_\w+/g)].map(([name]) => name!.replace(/_(?:bucket|sum|count)$/, '')));
  const shown = namesIn(await readFile(dashboard, 'utf8'));
  expect([...shown].filter((name) => !there.has(name))).toEqual([]);
  expect([...namesIn(await readFile(page, 'utf8'))].toSorted()).toEqual([...there].toSorted());
});
