import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { HealthReport } from '../src/api/about/health-routes.ts';
import { ProcessEngine } from '../src/index.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { startRunFixture } from './run-fixture.ts';

async function healthOf({ platform }: Fixture): Promise<HealthReport & { code: number }> {
  const response = await fetch(`${platform.url}/health`);
  return { code: response.status, ...((await response.json()) as HealthReport) };
}

/** Results are kept for a second, so the next one may be an older. */
const untilFails = (fixture: Fixture, check: keyof HealthReport['checks']) =>
  until(`/health says that the ${check} fails`, async () => {
    const report = await healthOf(fixture);
    return report.checks[check].ok ? undefined : report;
  });

test('[health-1] /health is ok, and leaves nothing in the database', async () => {
  await using fixture = await startFixture();
  const ok = { ok: true };
  await until('the start is over', async () => (await healthOf(fixture)).code === 200);
  expect(await healthOf(fixture)).toEqual({
    code: 200,
    status: 'ok',
    checks: { database: ok, disk: ok, engine: ok, eventLoop: ok },
  });
  expect((await fixture.call('GET', '/v2/users/health')).status).toBe(404);
});

test('[health-1] a database that was deleted while the platform is up takes no write, and /health says so', async () => {
  await using fixture = await startFixture();
  const file = path.join(fixture.dataFolder, 'wherry.sqlite');
  await rename(file, `${file}.away`);
  const refused = await fixture.call('POST', '/v2/datasets?name=lost');
  expect({ status: refused.status, body: await refused.json() }).toMatchObject({
    status: 503,
    body: { error: { type: 'database-missing' } },
  });
  expect(await untilFails(fixture, 'database')).toMatchObject({
    code: 503,
    status: 'failing',
    checks: { database: { message: 'database-missing' } },
  });
  await rename(`${file}.away`, file);
  expect((await fixture.call('POST', '/v2/datasets?name=stored')).status).toBe(201);
  await until('/health is well again', async () => (await healthOf(fixture)).code === 200);
});

test('[health-1] a data folder that was deleted while the platform is up is no healthy one', async () => {
  await using fixture = await startFixture();
  await rm(fixture.dataFolder, { recursive: true });
  expect(await untilFails(fixture, 'database')).toMatchObject({ code: 503, checks: { disk: { message: 'ENOENT' } } });
});

test('[health-1] an engine that cannot be reached', async () => {
  const workFolder = await mkdtemp(path.join(tmpdir(), 'wherry-health-'));
  onTestFinished(() => rm(workFolder, { recursive: true, force: true }));
  class Unreachable extends ProcessEngine {
    async check(): Promise<void> {
      await readFile(path.join(workFolder, 'docker.sock'));
    }
  }
  await using fixture = await startFixture({ engine: new Unreachable({ servers: 1, workFolder }) });
  expect(await untilFails(fixture, 'engine')).toMatchObject({ code: 503, checks: { engine: { message: 'ENOENT' } } });
});

test('[health-1] an event loop that stood still', async () => {
  await using fixture = await startFixture();
  await until('the start is over', async () => (await healthOf(fixture)).code === 200);
  for (const endsAtMs = performance.now() + 5500; performance.now() < endsAtMs; );
  expect(await untilFails(fixture, 'eventLoop')).toMatchObject({ code: 503, status: 'failing' });
});

/** Once it is told that it moves, it says so, and has work in flight until it may go. */
const slowToMove = `
const { ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store, APIFY_API_BASE_URL, APIFY_TOKEN, ACTOR_EVENTS_WEBSOCKET_URL } = process.env;
const record = (key) => APIFY_API_BASE_URL.replace(/\\/$/, '') + '/v2/key-value-stores/' + store + '/records/' + key;
const headers = { authorization: 'Bearer ' + APIFY_TOKEN, 'content-type': 'application/json' };
const put = (key) => fetch(record(key), { method: 'PUT', headers, body: 'true' });
const events = new WebSocket(ACTOR_EVENTS_WEBSOCKET_URL);
events.onopen = () => put('LISTENING');
events.onmessage = async ({ data }) => {
  if (JSON.parse(data).name !== 'migrating') return;
  while ((await fetch(record('GO'), { headers })).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  process.exit(0);
};
setInterval(() => undefined, 1000);
`;

test('[health-2] /ready says no as soon as the platform begins to end, while runs still work', async () => {
  await using fixture = await startRunFixture();
  const readiness = async () => {
    const response = await fetch(`${fixture.platform.url}/ready`);
    return [response.status, await response.json()];
  };
  expect(await readiness()).toEqual([200, { status: 'ready' }]);
  const run = await fixture.start(await fixture.deploy('slow-to-move', slowToMove));
  const records = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  await until('the run listens', () => records.recordExists('LISTENING'));
  const closed = fixture.platform.close({ graceSecs: 600 });
  expect(await readiness()).toEqual([503, { status: 'stopping' }]);
  await records.setRecord({ key: 'GO', value: true });
  await closed;
});

test('a damaged database is refused at the start, with what to do', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-health-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  await writeFile(path.join(dataFolder, 'wherry.sqlite'), randomBytes(100_000));
  await expect(startFixture({ dataFolder })).rejects.toThrow(/wherry restore/);
});
