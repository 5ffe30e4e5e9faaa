import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { defineRead } from '../src/database/operation.ts';
import { all } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

const platform = { kind: 'platform' } as const;

/** Echoes its input to the OUTPUT record and the dataset, with the stock SDK. */
const echo = `
import { Actor } from 'apify';
await Actor.init();
const input = await Actor.getInput();
await Actor.setValue('OUTPUT', { input });
await Actor.pushData([{ n: 1, hidden: 'x' }, { n: 2 }]);
await Actor.exit();
`;
const quick = 'console.log("quick")';
const failing = 'process.exit(7)';
const endless = 'console.log("at work"); setInterval(() => {}, 1000)';

/** How many rows of each kind there are, read beside the platform. */
async function counts({ dataFolder }: RunFixture) {
  const database = SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  try {
    return await database.read(countRows, {}, platform);
  } finally {
    await database.close();
  }
}
const countRows = defineRead('test.countRows', function* () {
  const [row] = yield* all<Record<string, number>>(
    `SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM attempts) AS attempts,
      (SELECT count(*) FROM datasets) AS datasets, (SELECT count(*) FROM records) AS records,
      (SELECT count(*) FROM idempotency_keys) AS keys`,
  );
  return { ...row };
});

const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { type: string; message: string } };
  expect(error.message).toMatch(/^[A-Z].* .*/s);
  return [answer.status, error.type];
};

test('a run is started, waited for and described as Apify describes it', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('echo', echo);
  const started = await fixture.client.actor(actorId).start({ a: 1 }, { memory: 256, timeout: 60, waitForFinish: 30 });
  expect(started.status, await fixture.logOf(started.id)).toBe('SUCCEEDED');
  const run = (await fixture.client.run(started.id).get())!;
  expect(run).toMatchObject({
    actId: actorId,
    status: 'SUCCEEDED',
    exitCode: 0,
    buildNumber: '0.1.1',
    options: { build: 'latest', memoryMbytes: 256, timeoutSecs: 60, diskMbytes: 512 },
    meta: { origin: 'API', clientIp: '127.0.0.1', userAgent: expect.stringContaining('ApifyClient') },
    stats: { inputBodyLen: 7, migrationCount: 0, rebootCount: 0, resurrectCount: 0, metamorph: 0 },
    generalAccess: 'FOLLOW_USER_SETTING',
    usageTotalUsd: 0,
    actorTaskId: null,
    storageIds: { datasets: { default: run.defaultDatasetId } },
  });
  // Apify has it only in runs of Actors that are paid by event.
  expect(run).not.toHaveProperty('chargedEventCounts');
  expect(run.finishedAt!.getTime() - run.startedAt.getTime()).toBe(run.stats.durationMillis);
  expect(run.stats.runTimeSecs).toBeGreaterThan(0);
  expect((await fixture.client.run(run.id).dataset().listItems()).items).toEqual([{ n: 1, hidden: 'x' }, { n: 2 }]);
  expect((await fixture.client.dataset(run.defaultDatasetId).get())!).toMatchObject({
    actId: actorId,
    actRunId: run.id,
  });
  const output = await fixture.client.run(run.id).keyValueStore().getRecord('OUTPUT');
  expect(output!.value).toEqual({ input: { a: 1 } });
});

test('call waits for the end, and an input of any type and of more than 1 MiB arrives', async () => {
  await using fixture = await startRunFixture();
  const read = `
    const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, APIFY_DEFAULT_KEY_VALUE_STORE_ID: store } = process.env;
    const answer = await fetch(url + '/v2/key-value-stores/' + store + '/records/INPUT?token=' + token);
    console.log('type', answer.headers.get('content-type'), 'bytes', (await answer.arrayBuffer()).byteLength);`;
  const actorId = await fixture.deploy('read', read);
  const run = await fixture.client
    .actor(actorId)
    .call(Buffer.alloc(3_000_000, 'x'), { contentType: 'text/csv', log: null });
  expect(run.status).toBe('SUCCEEDED');
  expect(await fixture.logOf(run.id)).toContain('type text/csv bytes 3000000');
  expect(run.stats.inputBodyLen).toBe(3_000_000);
});

test('[start-2] a start that is sent again with its key returns the first run and starts nothing', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('quick', quick);
  const other = await fixture.deploy('other', quick);
  const start = async (actor: string, key: string, input: unknown) => {
    const answer = await fixture.call('POST', `/v2/acts/${actor}/runs`, input, { 'idempotency-key': key });
    return [answer.status, ((await answer.json()) as { data: { id: string } }).data?.id];
  };
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => start(actorId, 'k', { big: 'x'.repeat(1_200_000) })));
  expect(new Set(answers.map((each) => each.join())).size).toBe(1);
  expect(answers[0]![0]).toBe(201);
  // Whatever the second one holds.
  expect(await start(other, 'k', {})).toEqual(answers[0]);
  expect((await fixture.client.runs().list()).total).toBe(1);
  expect(await counts(fixture)).toMatchObject({ runs: 1, datasets: 1, records: 1, keys: 1 });
  expect((await start(actorId, 'another', {}))[1]).not.toBe(answers[0]![1]);
  expect(await errorOf(await fixture.call('POST', `/v2/acts/${actorId}/runs`, {}, { 'idempotency-key': '' }))).toEqual([
    400,
    'invalid-idempotency-key',
  ]);
});

test('an Actor starts another one, once, though it asks twice', async () => {
  await using fixture = await startRunFixture();
  const child = await fixture.deploy('child', quick);
  const parent = await fixture.deploy(
    'parent',
    `import { ApifyClient } from 'apify-client';
    const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token } = process.env;
    for (const time of [1, 2]) {
      const answer = await fetch(url + '/v2/acts/${child}/runs?waitForFinish=30', {
        method: 'POST', headers: { authorization: 'Bearer ' + token, 'idempotency-key': 'child' },
      });
      console.log('child', (await answer.json()).data.status);
    }`,
  );
  const run = await fixture.client.actor(parent).call({}, { log: null });
  expect(await fixture.logOf(run.id)).toMatch(/child SUCCEEDED.*child SUCCEEDED/s);
  const { items } = await fixture.client.actor(child).runs().list();
  expect(items.map(({ meta }) => meta.origin)).toEqual(['ACTOR']);
});

test('a client says itself where a run or a build comes from, but not that it is an Actor', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('echo', echo);
  const originOf = async (path: string, claim: string) => {
    const answer = await fixture.call('POST', path, {}, { 'x-apify-request-origin': claim });
    return ((await answer.json()) as { data: { meta: { origin: string } } }).data.meta.origin;
  };
  expect(await originOf(`/v2/acts/${actorId}/runs`, 'CLI')).toBe('CLI');
  expect(await originOf(`/v2/acts/${actorId}/builds?version=0.1`, 'CI')).toBe('CI');
  expect(await originOf(`/v2/acts/${actorId}/runs`, 'ACTOR')).toBe('API');
});

test('the input is checked against the schema, gets its defaults, and one that is wrong starts nothing', async () => {
  await using fixture = await startRunFixture();
  const inputSchema = {
    title: 'Input',
    type: 'object',
    schemaVersion: 1,
    properties: {
      start: { title: 'Start', type: 'string', description: 'Where', editor: 'textfield' },
      depth: { title: 'Depth', type: 'integer', description: 'How deep', default: 3 },
    },
    required: ['start'],
  };
  const actorId = await fixture.deploy('strict', echo, {}, { '.actor/input_schema.json': JSON.stringify(inputSchema) });
  const run = await fixture.client.actor(actorId).call({ start: 'x' }, { log: null });
  const { value } = (await fixture.client.run(run.id).keyValueStore().getRecord('OUTPUT'))!;
  expect(value).toEqual({ input: { start: 'x', depth: 3 } });
  const before = await counts(fixture);
  for (const input of [{}, { start: 1 }, [], 'nonsense{']) {
    const answer = await fixture.call('POST', `/v2/acts/${actorId}/runs`, input);
    expect(await errorOf(answer), JSON.stringify(input)).toEqual([400, 'invalid-input']);
  }
  expect(await errorOf(await fixture.call('GET', `/v2/acts/${actorId}/run-sync`))).toEqual([400, 'invalid-input']);
  expect(await counts(fixture)).toEqual(before);
});

test.each([
  ['memory=100', 400, 'invalid-input'],
  ['memory=384', 400, 'invalid-input'],
  ['memory=65536', 400, 'invalid-input'],
  ['timeout=-1', 400, 'invalid-input'],
  ['timeout=soon', 400, 'invalid-input'],
  ['maxItems=1.5', 400, 'invalid-input'],
  ['maxTotalChargeUsd=-3', 400, 'invalid-input'],
  ['restartOnError=perhaps', 400, 'invalid-input'],
  ['waitForFinish=x', 400, 'invalid-input'],
  ['forcePermissionLevel=ROOT', 400, 'invalid-input'],
  ['build=beta', 404, 'unknown-build-tag'],
  ['build=0.1.9', 404, 'build-not-found'],
  ['webhooks=bm90IGpzb24', 400, 'invalid-input'],
  [`webhooks=${Buffer.from('[{"eventTypes":["ACTOR.RUN.SUCCEEDED"]}]').toString('base64')}`, 400, 'invalid-input'],
])('a start with ?%s is refused with %i %s, and starts nothing', async (query, status, type) => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('quick', quick);
  expect(await errorOf(await fixture.call('POST', `/v2/acts/${actorId}/runs?${query}`, {}))).toEqual([status, type]);
  expect(await counts(fixture)).toEqual({ runs: 0, attempts: 0, datasets: 0, records: 0, keys: 0 });
});

test('a start of what is not there, or was not built, is refused', async () => {
  await using fixture = await startRunFixture();
  const { id } = await fixture.client.actors().create({ name: 'unbuilt' });
  expect(await errorOf(await fixture.call('POST', `/v2/acts/${id}/runs`, {}))).toEqual([404, 'unknown-build-tag']);
  expect(await errorOf(await fixture.call('POST', '/v2/actors/nobody~nothing/runs', {}))).toEqual([
    404,
    'record-not-found',
  ]);
  expect(await fixture.client.run('nothing').get()).toBeUndefined();
  expect(await fixture.client.actor(id).lastRun().get()).toBeUndefined();
});

test('run-sync returns what the run made, by POST and by GET', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('echo', echo);
  const posted = await fixture.call('POST', `/v2/acts/${actorId}/run-sync`, { a: 1 });
  expect([posted.status, await posted.json()]).toEqual([201, { input: { a: 1 } }]);
  const got = await fixture.call('GET', `/v2/actors/${actorId}/run-sync?outputRecordKey=NONE`);
  expect([got.status, await got.text()]).toEqual([201, '']);
  const items = `/v2/acts/${actorId}/run-sync-get-dataset-items`;
  const csv = await fixture.call('POST', `${items}?format=csv&omit=hidden&bom=0`, { a: 1 });
  expect([csv.status, await csv.text()]).toEqual([201, 'n\r\n1\r\n2\r\n']);
  const json = await fixture.call('GET', `${items}?desc=1&limit=1`);
  expect([json.status, await json.json()]).toEqual([201, [{ n: 2 }]]);
  expect(json.headers.get('x-apify-pagination-total')).toBe('2');
  expect((await fixture.client.runs().list()).total).toBe(4);
  expect(await errorOf(await fixture.call('POST', `${items}?format=pdf`, {}))).toEqual([400, 'invalid-input']);
  await fixture.call('HEAD', `/v2/acts/${actorId}/run-sync`);
  expect((await fixture.client.runs().list()).total).toBe(4);
});

test('run-sync of a run that fails or takes too long says so', async () => {
  await using fixture = await startRunFixture({ syncWaitSecs: 3 });
  const failed = await fixture.call('POST', `/v2/acts/${await fixture.deploy('failing', failing)}/run-sync`, {});
  expect(await errorOf(failed)).toEqual([400, 'run-failed']);
  const actorId = await fixture.deploy('endless', endless);
  const timedOut = await fixture.call('POST', `/v2/acts/${actorId}/run-sync?timeout=1`, {});
  expect(timedOut.status).toBe(400);
  expect(await timedOut.json()).toMatchObject({ error: { type: 'run-failed', data: { status: 'TIMED-OUT' } } });
  // The call gives up, the run goes on.
  const tooLong = await fixture.call('POST', `/v2/acts/${actorId}/run-sync`, {});
  expect(await errorOf(tooLong)).toEqual([408, 'run-timeout-exceeded']);
  expect(await fixture.client.actor(actorId).lastRun().get()).toMatchObject({ status: 'RUNNING' });
});

test('runs are listed by user and by Actor, by status and time, both ways, in pages', async () => {
  await using fixture = await startRunFixture();
  const good = await fixture.deploy('good', quick);
  const bad = await fixture.deploy('bad', failing);
  const ids: string[] = [];
  for (const actor of [good, bad, good]) ids.push((await fixture.client.actor(actor).call({}, { log: null })).id);
  const runs = fixture.client.runs();
  const listed = async (options: object) => (await runs.list(options)).items.map(({ id }) => id);
  expect(await listed({})).toEqual(ids);
  expect(await listed({ desc: true, limit: 2 })).toEqual([ids[2], ids[1]]);
  expect(await listed({ offset: 1, limit: 1 })).toEqual([ids[1]]);
  expect(await listed({ status: 'FAILED' })).toEqual([ids[1]]);
  expect(await listed({ status: ['FAILED', 'SUCCEEDED'] })).toEqual(ids);
  const page = await runs.list({ limit: 1, status: 'SUCCEEDED' });
  expect(page).toMatchObject({ total: 2, count: 1, limit: 1, offset: 0, desc: false });
  expect(page.items[0]).toMatchObject({ actId: good, buildNumber: '0.1.1', status: 'SUCCEEDED' });
  const { startedAt } = (await fixture.client.run(ids[1]!).get())!;
  expect(await listed({ startedAfter: startedAt })).toEqual(ids.slice(1));
  expect(await listed({ startedBefore: startedAt })).toEqual(ids.slice(0, 2));
  expect((await fixture.client.actor(good).runs().list()).items.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  const spelled = await fixture.call('GET', `/v2/acts/${bad}/runs`);
  expect(await spelled.json()).toMatchObject({ data: { total: 1, items: [{ id: ids[1], buildNumberInt: 100_001 }] } });
  for (const query of ['status=GONE', 'startedAfter=later', 'limit=x', 'desc=maybe']) {
    expect(await errorOf(await fixture.call('GET', `/v2/actor-runs?${query}`)), query).toEqual([400, 'invalid-input']);
  }
});

test('the last run of an Actor is found by status and origin, and so are its storages and its log', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('echo', echo);
  const first = await fixture.client.actor(actorId).call({ n: 1 }, { log: null });
  const running = await fixture.start(await fixture.deploy('endless', endless));
  const actor = fixture.client.actor(actorId);
  expect((await actor.lastRun().get())!.id).toBe(first.id);
  expect((await actor.lastRun({ status: 'SUCCEEDED', origin: 'API' }).get())!.id).toBe(first.id);
  expect(await actor.lastRun({ status: 'FAILED' }).get()).toBeUndefined();
  expect(await actor.lastRun({ origin: 'SCHEDULER' }).get()).toBeUndefined();
  expect((await actor.lastRun().dataset().listItems()).items.length).toBe(2);
  expect((await actor.lastRun().keyValueStore().getRecord('INPUT'))!.value).toEqual({ n: 1 });
  expect(await actor.lastRun().log().get()).toContain('Attempt 1 starts');
  const byActor = await fixture.call('GET', `/v2/acts/${actorId}/runs/${first.id}`);
  expect(((await byActor.json()) as { data: { id: string } }).data.id).toBe(first.id);
  // A run of another Actor is not one of this Actor.
  expect((await fixture.call('GET', `/v2/acts/${actorId}/runs/${running.id}`)).status).toBe(404);
  expect(await errorOf(await fixture.call('GET', `/v2/acts/${actorId}/runs/last?origin=MOON`))).toEqual([
    400,
    'invalid-input',
  ]);
});

test('waiting for a run ends with the run, or with the time', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('endless', endless));
  await until('the run is RUNNING', async () => (await fixture.client.run(run.id).get())!.status === 'RUNNING');
  const waited = (await fixture.client.run(run.id).get({ waitForFinish: 1 }))!;
  expect(waited.status).toBe('RUNNING');
  expect(waited.stats.durationMillis).toBeGreaterThanOrEqual(1000);
  const [ended] = await Promise.all([
    fixture.client.run(run.id).get({ waitForFinish: 60 }),
    fixture.client.run(run.id).abort(),
  ]);
  expect(ended!.status).toBe('ABORTED');
});

test('a fenced attempt learns nothing of its run and starts, changes and charges nothing', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('quick', quick);
  const run = await fixture.start(
    await fixture.deploy(
      'telling',
      'console.log("token", "is", [...process.env.APIFY_TOKEN].join("-")); setInterval(() => {}, 1000)',
    ),
  );
  const token = await until('the run has logged its token', async () =>
    /token is (\S+)/.exec(await fixture.logOf(run.id))?.[1]?.replaceAll(/-(?=.)/g, ''),
  );
  const asAttempt = async (method: string, url: string, body?: unknown) => {
    const answer = await fixture.call(method, url, body, { authorization: `Bearer ${token}` });
    return answer.ok ? [answer.status, 'fine'] : errorOf(answer);
  };
  expect(await asAttempt('GET', `/v2/actor-runs/${run.id}`)).toEqual([200, 'fine']);
  await fixture.client.run(run.id).reboot();
  await until('the second attempt is active', async () =>
    (await fixture.attempts(run.id)).some(({ number, phase }) => number === 2 && phase === 'active'),
  );
  const before = await counts(fixture);
  for (const [method, url, body] of [
    ['GET', `/v2/actor-runs/${run.id}`],
    ['GET', '/v2/actor-runs'],
    ['POST', `/v2/acts/${actorId}/runs`, {}],
    ['POST', `/v2/acts/${actorId}/run-sync`, {}],
    ['PUT', `/v2/actor-runs/${run.id}`, { statusMessage: 'ghost' }],
    ['POST', `/v2/actor-runs/${run.id}/abort`],
    ['POST', `/v2/actor-runs/${run.id}/reboot`],
    ['POST', `/v2/actor-runs/${run.id}/metamorph?targetActorId=${actorId}`, {}],
    ['POST', `/v2/actor-runs/${run.id}/resurrect`],
    ['POST', `/v2/actor-runs/${run.id}/charge`, { eventName: 'page' }],
    ['DELETE', `/v2/actor-runs/${run.id}`],
  ] as const) {
    expect(await asAttempt(method, url, body), `${method} ${url}`).toEqual([403, 'attempt-fenced']);
  }
  expect(await counts(fixture)).toEqual(before);
  expect(await fixture.client.run(run.id).get()).toMatchObject({ status: 'RUNNING', statusMessage: null });
});
