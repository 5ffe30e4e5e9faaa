/**
 * What the token of an attempt reaches: the table of docs/security.md, call by call, with the token of a limited and of a full
 * attempt [permission-1], [permission-2]; and what no table shows.
 */
import { readFile } from 'node:fs/promises';
import type { ActorRun } from 'apify-client';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { proofReport } from './proof-report.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

type Level = 'limited' | 'full';
const levels = { limited: 'LIMITED_PERMISSIONS', full: 'FULL_PERMISSIONS' } as const;

/** Gives its token away, so that a test can call with it, and waits. */
const idleActor = `
import { Actor } from 'apify';
await Actor.init();
await Actor.pushData({ from: 'the Actor' });
await Actor.setValue('OUTPUT', { token: process.env.APIFY_TOKEN, level: process.env.ACTOR_PERMISSION_LEVEL });
setInterval(() => undefined, 1000);
`;

const inputSchema = {
  title: 'Storages',
  type: 'object',
  schemaVersion: 1,
  properties: {
    readable: {
      title: 'A store to read',
      type: 'string',
      description: 'By its id or name.',
      editor: 'textfield',
      resourceType: 'keyValueStore',
      resourcePermissions: ['READ'],
    },
    writable: {
      title: 'Datasets to write to',
      type: 'array',
      description: 'By their ids or names.',
      editor: 'resourcePicker',
      resourceType: 'dataset',
      resourcePermissions: ['READ', 'WRITE'],
    },
    unpermitted: {
      title: 'A dataset without permissions',
      type: 'string',
      description: 'By its id or name.',
      editor: 'textfield',
      resourceType: 'dataset',
    },
  },
};
const definition = JSON.stringify({ actorSpecification: 1, name: 'idle', version: '0.1', input: inputSchema });

const deployIdle = (fixture: RunFixture, name: string, level: Level) =>
  fixture.deploy(
    name,
    idleActor,
    { actorPermissionLevel: levels[level], envVars: [{ name: 'SECRET', value: 'of the Actor', isSecret: true }] },
    { '.actor/actor.json': definition },
  );

interface Started {
  readonly run: ActorRun;
  readonly token: string;
  readonly level: string;
}

/** Starts a run and waits until it has said its token. */
async function startIdle(fixture: RunFixture, actorId: string, input: object = {}, options = {}): Promise<Started> {
  return whenIdle(fixture, await fixture.start(actorId, input, options));
}

async function whenIdle(fixture: RunFixture, run: ActorRun): Promise<Started> {
  const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  const { value } = await until('the Actor says its token', () => store.getRecord('OUTPUT'), { secs: 60 });
  return { run, ...(value as { token: string; level: string }) };
}

interface Row {
  readonly method: string;
  readonly url: string;
  /** What the body of a commit names. */
  readonly names: string | undefined;
  readonly limited: boolean;
  readonly full: boolean;
}

async function tableRows(): Promise<Row[]> {
  const text = await readFile(new URL('../../../docs/security.md', import.meta.url), 'utf8');
  const pattern = /^\| `([A-Z]+) (\S+)`(?: with `\{(\w+)\}`|, of a run that it started)? \| (yes|no) \| (yes|no) \|$/gm;
  return [...text.matchAll(pattern)].map(([, method, url, names, limited, full]) => ({
    method: method!,
    url: url!,
    names,
    limited: limited === 'yes',
    full: full === 'yes',
  }));
}

/** Sent nowhere: no attempt of these tests ends well. */
const hookOf = (condition: object) => ({
  eventTypes: ['ACTOR.RUN.SUCCEEDED'],
  requestUrl: 'http://127.0.0.1:9/',
  condition,
});

const bodies: Readonly<Record<string, (at: Record<string, string>) => unknown>> = {
  'PUT /v2/actor-runs/{own}': () => ({ statusMessage: 'at work' }),
  'PUT /v2/actor-runs/{other}': () => ({ statusMessage: 'written by another run' }),
  'POST /v2/actor-runs/{own}/charge': () => ({ eventName: 'page' }),
  'POST /v2/actor-runs/{other}/charge': () => ({ eventName: 'page' }),
  'PUT /wherry/v1/runs/{own}/commits/1': () => ({ items: [{ items: [{ committed: 1 }] }] }),
  'PUT /wherry/v1/runs/{other}/commits/1': () => ({ items: [{ items: [{ committed: 1 }] }] }),
  'PUT /wherry/v1/runs/{own}/commits/2 foreignDataset': (at) => ({
    items: [{ datasetId: at.foreignDataset, items: [{ committed: 2 }] }],
  }),
  'PUT /wherry/v1/runs/{own}/commits/2 otherStore': (at) => ({
    records: [{ storeId: at.otherStore, key: 'INPUT', value: { changed: true } }],
  }),
  'POST /v2/acts': (at) => ({ name: `made-${at.level}` }),
  'PUT /v2/acts/{ownActor}': () => ({ title: 'Idle' }),
  'PUT /v2/acts/{limitedActor}': () => ({ title: 'Taken over' }),
  'POST /v2/acts/{limitedActor}/versions': () => ({
    versionNumber: '0.2',
    sourceType: 'SOURCE_FILES',
    sourceFiles: [],
  }),
  'PUT /v2/acts/{limitedActor}/versions/0.1': () => ({ sourceType: 'SOURCE_FILES', sourceFiles: [] }),
  'PUT /v2/acts/{limitedActor}/versions/0.1/env-vars/SECRET': () => ({ name: 'SECRET', value: 'new', isSecret: false }),
  'POST /v2/actor-tasks': (at) => ({ actId: at.limitedActor, name: `made-${at.level}` }),
  'PUT /v2/actor-tasks/{task}': () => ({ title: 'Of another' }),
  'PUT /v2/actor-tasks/{task}/input': () => ({ changed: true }),
  'PUT /v2/datasets/{foreignDataset}': () => ({ title: 'renamed' }),
  'POST /wherry/v1/actors/{ownActor}/proofs': () => ({ report: proofReport() }),
  'POST /v2/schedules': () => ({ cronExpression: '@yearly' }),
  'PUT /v2/schedules/{schedule}': () => ({ title: 'Taken over' }),
  'POST /v2/tools/encode-and-sign': () => ({ any: 'value' }),
  'POST /v2/webhooks own': (at) => hookOf({ actorRunId: at.own }),
  'POST /v2/webhooks other': (at) => hookOf({ actorRunId: at.other }),
  'PUT /v2/webhooks/{webhook}': () => ({ description: 'changed' }),
};

function bodyOf(row: Row, at: Record<string, string>): unknown {
  const known = bodies[[row.method, row.url, row.names].filter((each) => each !== undefined).join(' ')];
  if (known !== undefined) return known(at);
  if (row.url.endsWith('/items') && row.method === 'POST') return [{ pushed: 'by a test' }];
  if (row.url.includes('/records/') && row.method === 'PUT') return { written: 'by a test' };
  if (row.url.endsWith('/requests') && row.method === 'POST') return { url: 'https://example.com/', uniqueKey: 'one' };
  return undefined;
}

/** All that the rows of the table name. */
async function prepare(fixture: RunFixture, level: Level) {
  const { client } = fixture;
  const ownActor = await deployIdle(fixture, 'own', level);
  // Only an Actor that is paid by event can charge.
  const actorChargeEvents = { page: { eventTitle: 'Page', eventDescription: 'A page', eventPriceUsd: 0.001 } };
  const pricingInfos = [{ pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents } }];
  await client.actor(ownActor).update({ pricingInfos } as never);
  const limitedActor = await deployIdle(fixture, 'other-limited', 'limited');
  const fullActor = await deployIdle(fixture, 'other-full', 'full');
  const deletableActor = await deployIdle(fixture, 'deletable', 'limited');
  const [foreignDataset, writableDataset, unpermitted] = await Promise.all(
    ['foreign', 'writable', 'unpermitted'].map((name) => client.datasets().getOrCreate(name)),
  );
  const [foreignStore, readableStore] = await Promise.all(
    ['foreign', 'readable'].map((name) => client.keyValueStores().getOrCreate(name)),
  );
  const sharedDataset = await client.datasets().getOrCreate('shared');
  await client.dataset(sharedDataset.id).update({ generalAccess: 'ANYONE_WITH_ID_CAN_READ' as never });
  const schedule = await client.schedules().create({ cronExpression: '@yearly' });
  const foreignQueue = await client.requestQueues().getOrCreate('foreign');
  for (const { id } of [foreignStore!, readableStore!]) {
    await client.keyValueStore(id).setRecord({ key: 'KEY', value: { of: 'the user' } });
  }
  const [task, fullTask, otherTask, deletableTask] = await Promise.all(
    ['task', 'full-task', 'other-task', 'deletable-task'].map((name) =>
      client.tasks().create({ actId: name === 'full-task' ? fullActor : limitedActor, name }),
    ),
  );
  await whenIdle(fixture, await client.task(otherTask!.id).start());
  const own = await startIdle(fixture, ownActor, {
    readable: 'readable',
    writable: [writableDataset!.id],
    unpermitted: unpermitted!.id,
  });
  const other = await startIdle(fixture, limitedActor, { secret: 'of the other run' });
  const ended = await startIdle(fixture, limitedActor);
  const deletable = await startIdle(fixture, limitedActor);
  for (const { run } of [ended, deletable]) {
    await client.run(run.id).abort();
    await client.run(run.id).waitForFinish();
  }
  const webhook = await client.webhooks().create(hookOf({ actorId: limitedActor }) as never);
  const dispatch = await client.webhook(webhook.id).test();
  // The last run of the other Actor is to be one that is at work.
  const last = await startIdle(fixture, limitedActor);
  const answer = await fixture.call('POST', `/v2/acts/${limitedActor}/runs`, {}, bearer(own.token));
  const child = await whenIdle(fixture, ((await answer.json()) as { data: ActorRun }).data);
  return {
    own,
    at: {
      level,
      own: own.run.id,
      ownActor,
      ownBuild: own.run.buildId,
      ownDataset: own.run.defaultDatasetId,
      ownStore: own.run.defaultKeyValueStoreId,
      ownQueue: own.run.defaultRequestQueueId,
      createdName: 'created-by-the-actor',
      readableStore: readableStore!.id,
      writableDataset: writableDataset!.id,
      unpermitted: unpermitted!.id,
      foreignDataset: foreignDataset!.id,
      foreignName: 'foreign',
      sharedDataset: sharedDataset.id,
      foreignStore: foreignStore!.id,
      foreignQueue: foreignQueue.id,
      schedule: schedule.id,
      other: other.run.id,
      otherBuild: other.run.buildId,
      otherStore: other.run.defaultKeyValueStoreId,
      ended: ended.run.id,
      deletable: deletable.run.id,
      last: last.run.id,
      child: child.run.id,
      webhook: webhook.id,
      dispatch: dispatch!.id,
      childDataset: child.run.defaultDatasetId,
      limitedActor,
      fullActor,
      deletableActor,
      task: task!.id,
      fullTask: fullTask!.id,
      otherTask: otherTask!.id,
      deletableTask: deletableTask!.id,
    } as Record<string, string>,
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Outcome {
  readonly status: number;
  readonly type: string | undefined;
}

async function outcomeOf(answer: Response): Promise<Outcome> {
  const text = await answer.text();
  const type = answer.ok ? undefined : (JSON.parse(text) as { error: { type: string } }).error.type;
  return { status: answer.status, type };
}

test.each<Level>(['limited', 'full'])('every line of the table holds for a %s attempt', async (level) => {
  await using fixture = await startRunFixture();
  const { own, at } = await prepare(fixture, level);
  expect(own.level).toBe(levels[level]);
  const rows = await tableRows();
  expect(rows.length).toBeGreaterThan(100);
  const wrong: string[] = [];
  for (const row of rows) {
    // What ends or changes a run of the attempt's own is done to one that is there for that alone.
    const fresh = row.url.includes('{fresh}') ? await startIdle(fixture, at.ownActor!) : undefined;
    const known: Record<string, string> = { ...at, ...(fresh && { fresh: fresh.run.id }) };
    const url = row.url.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name]!);
    const outcome = await outcomeOf(
      await fixture.call(row.method, url, bodyOf(row, known), bearer((fresh ?? own).token)),
    );
    const isAllowed = outcome.status < 300;
    const isRefused = outcome.status === 403 && outcome.type === 'insufficient-permissions';
    if (row[level] ? !isAllowed : !isRefused) {
      wrong.push(`${row.method} ${row.url}: ${outcome.status} ${outcome.type}`);
    }
    if (fresh !== undefined) await fixture.client.run(fresh.run.id).abort();
  }
  expect(wrong).toEqual([]);
  const input = await fixture.client.keyValueStore(at.otherStore!).getRecord('INPUT');
  expect(input?.value, 'the input of the other run').toEqual({ secret: 'of the other run' });
});

test('an attempt keeps the storages that its Actor created in later runs, and other Actors do not get them', async () => {
  await using fixture = await startRunFixture();
  const [actor, stranger] = [
    await deployIdle(fixture, 'creator', 'limited'),
    await deployIdle(fixture, 'stranger', 'limited'),
  ];
  const first = await startIdle(fixture, actor);
  const made = await fixture.call('POST', '/v2/datasets?name=kept', undefined, bearer(first.token));
  expect(made.status).toBe(201);
  await fixture.client.run(first.run.id).abort();
  const [later, other] = [await startIdle(fixture, actor), await startIdle(fixture, stranger)];
  const push = async (token: string) =>
    outcomeOf(await fixture.call('POST', '/v2/datasets/kept/items', [{ by: 'a later run' }], bearer(token)));
  expect(await push(later.token)).toEqual({ status: 201, type: undefined });
  expect(await push(other.token)).toEqual({ status: 403, type: 'insufficient-permissions' });
  // The default storages of an earlier run were made for that run, not by the Actor.
  const earlier = `/v2/datasets/${first.run.defaultDatasetId}/items`;
  expect(await outcomeOf(await fixture.call('GET', earlier, undefined, bearer(later.token)))).toMatchObject({
    status: 403,
  });
});

test('[permission-3] an input grants no more than whoever starts the run reaches', async () => {
  await using fixture = await startRunFixture();
  const { client } = fixture;
  const [parent, helper] = [
    await deployIdle(fixture, 'parent', 'limited'),
    await deployIdle(fixture, 'helper', 'limited'),
  ];
  const { id: foreign } = await client.datasets().getOrCreate('not-given');
  const { run, token } = await startIdle(fixture, parent);
  const canRead = async (by: string, dataset: string) =>
    (await fixture.call('GET', `/v2/datasets/${dataset}/items`, undefined, bearer(by))).status === 200;

  const started = await fixture.call(
    'POST',
    `/v2/acts/${helper}/runs`,
    { writable: [foreign, run.defaultDatasetId] },
    bearer(token),
  );
  const child = await whenIdle(fixture, ((await started.json()) as { data: ActorRun }).data);
  expect(await canRead(child.token, foreign)).toBe(false);
  expect(await canRead(child.token, run.defaultDatasetId)).toBe(true);

  // Its own input, changed by itself, grants nothing either.
  const input = `/v2/key-value-stores/${run.defaultKeyValueStoreId}/records/INPUT`;
  expect((await fixture.call('PUT', input, { writable: [foreign] }, bearer(token))).status).toBe(201);
  expect(await canRead(token, foreign)).toBe(false);
  await fixture.call('POST', `/v2/actor-runs/${run.id}/reboot`, undefined, bearer(token));
  const rebooted = await until(
    'the rebooted attempt says its token',
    async () => {
      const record = await client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
      const found = (record?.value as { token: string } | undefined)?.token;
      return found !== token && found;
    },
    { secs: 60 },
  );
  expect(await canRead(rebooted, foreign)).toBe(false);

  // Nor does the input of what it becomes.
  const url = `/v2/actor-runs/${run.id}/metamorph?targetActorId=${helper}`;
  expect((await fixture.call('POST', url, { writable: [foreign] }, bearer(rebooted))).status).toBe(200);
  const changed = await until(
    'the attempt of the other Actor says its token',
    async () => {
      const record = await client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
      const found = (record?.value as { token: string } | undefined)?.token;
      return found !== rebooted && found;
    },
    { secs: 60 },
  );
  expect(await canRead(changed, foreign)).toBe(false);
});

test('a stock Actor with limited permissions calls another one, follows its log and reads its results', async () => {
  await using fixture = await startRunFixture();
  const child = await fixture.deploy(
    'child',
    `import { Actor } from 'apify';
    await Actor.init();
    await Actor.pushData({ by: 'the child' });
    await Actor.setValue('OUTPUT', { of: 'the child' });
    await Actor.exit();`,
  );
  const parent = await fixture.deploy(
    'parent',
    `import { Actor } from 'apify';
    await Actor.init();
    const run = await Actor.call('${child}', { any: 'input' });
    const { items } = await Actor.apifyClient.dataset(run.defaultDatasetId).listItems();
    const output = await Actor.apifyClient.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
    const { versions, name } = await Actor.apifyClient.actor('${child}').get();
    const { items: runs } = await Actor.apifyClient.runs().list();
    const { total } = await Actor.apifyClient.actor('${child}').runs().list();
    await Actor.pushData({ status: run.status, items, output: output.value, name, versions, runs: runs.length, total });
    await Actor.exit();`,
  );
  // A run that somebody else started is in none of its lists.
  await fixture.client.actor(child).call({}, { log: null });
  const run = await fixture.client.actor(parent).call({}, { log: null });
  expect(run.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  expect(await fixture.itemsOf(run)).toEqual([
    {
      status: 'SUCCEEDED',
      items: [{ by: 'the child' }],
      output: { of: 'the child' },
      name: 'child',
      versions: [],
      runs: 2,
      total: 1,
    },
  ]);
});

test('the level of a run is its Actor’s, unless its start says otherwise; new Actors are limited', async () => {
  await using fixture = await startRunFixture();
  const plain = await fixture.deploy('plain', idleActor);
  const actor = (await (await fixture.call('GET', `/v2/acts/${plain}`)).json()) as { data: Record<string, unknown> };
  expect(actor.data.actorPermissionLevel).toBe('LIMITED_PERMISSIONS');
  const levelOf = async (query: string) => {
    const answer = await fixture.call('POST', `/v2/acts/${plain}/runs${query}`, {});
    return (await whenIdle(fixture, ((await answer.json()) as { data: ActorRun }).data)).level;
  };
  expect(await levelOf('')).toBe('LIMITED_PERMISSIONS');
  expect(await levelOf('?forcePermissionLevel=FULL_PERMISSIONS')).toBe('FULL_PERMISSIONS');
  await fixture.call('PUT', `/v2/acts/${plain}`, { actorPermissionLevel: 'FULL_PERMISSIONS' });
  expect(await levelOf('')).toBe('FULL_PERMISSIONS');
  expect(await levelOf('?forcePermissionLevel=LIMITED_PERMISSIONS')).toBe('LIMITED_PERMISSIONS');
  const wrong = await fixture.call('POST', `/v2/acts/${plain}/runs?forcePermissionLevel=ALL`, {});
  expect(await outcomeOf(wrong)).toEqual({ status: 400, type: 'invalid-input' });
});
