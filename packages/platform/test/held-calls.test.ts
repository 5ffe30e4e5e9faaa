/** Calls that are held at the gate and given up by their clients, over real connections. */
import path from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { KnownTokens } from '../src/accounts/tokens.ts';
import { createApp } from '../src/api/app.ts';
import { Authenticator } from '../src/api/authentication.ts';
import { registerRoutes } from '../src/api/routes.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { AttemptGate } from '../src/runs/handoff/attempt-gate.ts';
import { systemClock } from '../src/shared/clock.ts';
import { startFixture } from './fixture.ts';
import { startRun } from './planted-run.ts';
import { startRunFixture, startTestSite } from './run-fixture.ts';

/**
 * An API with a gate, a route that records the calls which reach it, and the platform's own routes, whose handlers have
 * nothing to work with: only whether they are reached matters.
 */
async function startGatedApp() {
  const fixture = await startFixture();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  const run = await startRun(fixture);
  onTestFinished(() => run[Symbol.asyncDispose]());
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  const gate = new AttemptGate(() => undefined);
  const authenticator = new Authenticator(new KnownTokens(database));
  const app = createApp({ authenticator, database, gate, logger: pino({ level: 'silent' }) });
  onTestFinished(() => app.close());
  const handled: string[] = [];
  const finish = Promise.withResolvers<void>();
  const config = { access: { attempt: 'createStorage' }, effect: 'givesResults' } as const;
  app.post('/test/:id/items', { config }, async (request) => {
    handled.push((request.params as { id: string }).id);
    if (request.url.endsWith('/slow/items')) await finish.promise;
    return {};
  });
  registerRoutes(app, {} as never, { commits: true });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const push = (dataset: string, signal?: AbortSignal) =>
    fetch(`${url}/test/${dataset}/items`, {
      method: 'POST',
      headers: { authorization: 'Bearer run-attempt-1' },
      ...(signal && { signal }),
    });
  /** Sends a call that its client gives up once it has come to the gate. */
  const giveUp = async (dataset: string, hasArrived: () => boolean) => {
    const controller = new AbortController();
    const given = push(dataset, controller.signal).catch((error: Error) => error.name);
    await until('the call arrives', hasArrived, { secs: 30 });
    const open = await connections(app.server);
    controller.abort();
    expect(await given).toBe('AbortError');
    await until('its connection is closed', async () => (await connections(app.server)) < open, { secs: 30 });
  };
  const call = (method: string, path: string) =>
    fetch(url + path, { method, headers: { authorization: 'Bearer run-attempt-1' } });
  return { gate, handled, call, push, giveUp, finish, traffic: () => gate.traffic('run', 1) };
}

const connections = (server: { getConnections(callback: (error: Error | null, count: number) => void): unknown }) =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

test.each(['waiting', 'stopped'] as const)(
  '[gate-4] a call that is given up while its attempt is %s is not counted and reaches no handler',
  async (held) => {
    const { gate, handled, push, giveUp, traffic } = await startGatedApp();
    if (held === 'waiting') gate.hold('run', 1);
    else gate.stopWork('run', 1);
    await giveUp('given-up', () => traffic().begun === 1);
    const kept = push('kept');
    await until('the second call arrives', () => traffic().begun === 2, { secs: 30 });
    gate.open('run', 1);
    expect((await kept).status).toBe(200);
    await until('no call is under way', () => traffic().inFlight === 0, { secs: 30 });
    expect(traffic()).toMatchObject({ begun: 2, inFlight: 0, writesInFlight: 0 });
    expect(handled).toEqual(['kept']);
  },
);

test('[gate-4] a call that is given up while its handler works is counted out once', async () => {
  const { handled, push, giveUp, finish, traffic } = await startGatedApp();
  await giveUp('slow', () => handled.length === 1);
  await until('no call is under way', () => traffic().inFlight === 0, { secs: 30 });
  finish.resolve();
  expect((await push('next')).status).toBe(200);
  await until('no call is under way', () => traffic().inFlight === 0, { secs: 30 });
  expect(traffic()).toMatchObject({ begun: 2, inFlight: 0, writesInFlight: 0 });
});

test.each([
  ['POST', '/v2/datasets/d/items', 'held'],
  ['POST', '/v2/actor-runs/r/dataset/items', 'held'],
  ['POST', '/v2/actor-runs/r/charge', 'held'],
  ['POST', '/v2/acts/a/runs?waitForFinish=60', 'held'],
  ['GET', '/v2/acts/a/run-sync?timeout=9', 'held'],
  ['PUT', '/wherry/v1/runs/r/commits/7', 'held'],
  ['POST', '/v2/request-queues/q/head/lock?limit=25', 'held'],
  ['GET', '/v2/request-queues/q/requests/x', 'held'],
  ['POST', '/v2/request-queues/q/requests', 'held'],
  ['PUT', '/v2/request-queues/q/requests/x/lock', 'held'],
  ['PUT', '/v2/actor-runs/r/request-queue/requests/x', 'held'],
  ['PUT', '/v2/key-value-stores/s/records/STATE', 'let in'],
  ['GET', '/v2/datasets/d/items', 'let in'],
  ['POST', '/v2/actor-runs/r/reboot', 'let in'],
])('[gate-3] once work is stopped, %s %s is %s', async (method, path, expected) => {
  const { gate, call, traffic } = await startGatedApp();
  gate.stopWork('run', 1);
  let state = 'held';
  const done = call(method, path).then(() => {
    state = 'let in';
  });
  if (expected === 'let in') await done;
  await until('the call arrives', () => traffic().begun === 1, { secs: 30 });
  expect({ state, inFlight: traffic().inFlight }).toEqual({ state: expected, inFlight: 0 });
  gate.open('run', 1);
  await done;
});

/** Each attempt gives its first push up when that is not accepted soon, and repeats it. Nothing else is called before. */
const impatientActor = (site: string) => `
import { Actor } from 'apify';
const { ACTOR_DEFAULT_DATASET_ID: dataset, APIFY_API_BASE_URL: api, APIFY_TOKEN: token } = process.env;
const push = (signal) => fetch(api + '/v2/datasets/' + dataset + '/items', {
  method: 'POST', signal, body: JSON.stringify({ pid: process.pid }),
  headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
});
const isGivenUp = await push(AbortSignal.timeout(3000)).then(() => false, () => true);
if (isGivenUp) await fetch('${site}/given-up');
await push();
// Without this the SDK asks for a reboot when it is told to migrate, and the gate opens before a call is given up.
await Actor.init({ gracefulShutdown: false });
let persists = 0;
Actor.on('persistState', async ({ isMigrating }) => {
  if (isMigrating) await Actor.setValue('PERSISTS-' + process.pid, { persists: ++persists });
});
console.log('at work', process.pid);
setInterval(() => {}, 1000);
`;

test('an attempt that gave calls up at the gate drains like any other: it gets persistState a second time', async () => {
  // A drain that waits for a grace as long as this does not end within the test.
  await using fixture = await startRunFixture({ handoffs: { bootSecs: 60, graceSecs: 600, quietGraceSecs: 10 } });
  await using site = await startTestSite(0);
  const run = await fixture.start(await fixture.deploy('impatient', impatientActor(site.url)));
  const pidsAtWork = async () => [...(await fixture.logOf(run.id)).matchAll(/at work (\d+)/g)].map(([, pid]) => pid);
  await until('one attempt is at work', async () => (await pidsAtWork()).length === 1, { secs: 60 });
  await fixture.migrate(run.id, 'warm');
  await until('two attempts are at work', async () => (await pidsAtWork()).length === 2, { secs: 60 });
  expect(site.hits.get('/given-up')).toBe(1);
  await fixture.migrate(run.id, 'warm');
  const [, second] = await pidsAtWork();
  const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  expect((await store.getRecord(`PERSISTS-${second}`))?.value).toEqual({ persists: 2 });
  await fixture.client.run(run.id).abort();
});
