/**
 * Two users on one platform: every route, as its declaration has it, is called with the token of somebody else, with tokens of
 * each scope, and with a token that is limited to other resources. Afterwards everything that was stored is what it was. The same
 * with an Actor that is public, of which others reach what a list here says.
 */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ApifyClient } from 'apify-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { hashToken } from '../src/accounts/tokens.ts';
import { type DeclaredRoute, scopeOf } from '../src/api/access.ts';
import { proofReport } from './proof-report.ts';
import { deployTo, type RunFixture, startRunFixture } from './run-fixture.ts';
import { allRoutes, bearer, makeToken, makeUser, outcomeOf, textOf } from './users-fixture.ts';

interface Account {
  readonly id: string;
  readonly username: string;
  readonly token: string;
  /** What the names in paths of routes stand for. A route with another name needs a value here. */
  readonly at: Readonly<Record<string, string>>;
  readonly datasetId: string;
  readonly storeId: string;
  readonly queueId: string;
}

let fixture: RunFixture;
let alice: Account;
let bob: Account;
let routes: DeclaredRoute[];

/** A user who has one of everything: the names are the same for both users. */
async function makeAccount(username: string): Promise<Account> {
  const { id, token, tokenId } = await makeUser(fixture, username);
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token, maxRetries: 0 });
  const actorId = await deployTo(
    client,
    'idle',
    { 'main.js': 'setInterval(() => undefined, 1000);' },
    { envVars: [{ name: 'SECRET', value: 'of the Actor', isSecret: true }] },
  );
  const { id: actorTaskId } = await client.tasks().create({ actId: actorId, name: 'task' });
  const { id: scheduleId } = await client.schedules().create({
    ...{ name: 'yearly', cronExpression: '0 0 1 1 *', timezone: 'UTC', isEnabled: false, isExclusive: false },
    actions: [{ type: 'RUN_ACTOR', actorId }] as never,
  });
  const { id: webhookId } = await client.webhooks().create({
    ...{ eventTypes: ['ACTOR.RUN.CREATED'], condition: { actorId }, requestUrl: 'https://receiver.invalid/' },
    isAdHoc: false,
  });
  const dispatchId = (await client.webhook(webhookId).test())!.id;
  const started = await client.task(actorTaskId).start();
  await client.run(started.id).abort();
  const { id: runId, buildId } = await client.run(started.id).waitForFinish();
  const dataset = await client.datasets().getOrCreate('named');
  const store = await client.keyValueStores().getOrCreate('named');
  const queue = await client.requestQueues().getOrCreate('named');
  await client.dataset(dataset.id).pushItems([{ of: username }]);
  await client.dataset(started.defaultDatasetId).pushItems([{ of: username }]);
  await client.keyValueStore(store.id).setRecord({ key: 'KEY', value: { of: username } });
  const added = await client.requestQueue(queue.id).addRequest({ url: 'https://example.com/', uniqueKey: username });
  const published = await fixture.call(
    'POST',
    `/wherry/v1/actors/${actorId}/proofs`,
    { report: proofReport() },
    bearer(token),
  );
  const { id: proofId } = ((await published.json()) as { data: { id: string } }).data;
  const at = {
    proofId,
    actorId,
    actorTaskId,
    scheduleId,
    webhookId,
    dispatchId,
    versionNumber: '0.1',
    name: 'SECRET',
    buildId,
    runId,
    requestId: added.requestId,
    recordKey: 'KEY',
    userId: id,
    tokenId,
    serverId: 'local-1',
    sequence: '1',
    datasetId: dataset.id,
    storeId: store.id,
  };
  return { id, username, token, at, datasetId: dataset.id, storeId: store.id, queueId: queue.id };
}

/** Until then the rows of attempts change by themselves. */
async function containersGone(): Promise<void> {
  const hasAttempts = () =>
    [...storedRows()].some((row) => row.startsWith('attempts') && row.includes('"ended_at":null'));
  await until('the containers of all runs are gone', () => !hasAttempts(), { secs: 60 });
}

beforeAll(async () => {
  fixture = await startRunFixture();
  routes = await allRoutes();
  [alice, bob] = [await makeAccount('alice'), await makeAccount('bob')];
  await containersGone();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Ways to write an address; each is called. */
type Addressing = 'id' | 'name' | 'full name';

function urlOf({ url }: DeclaredRoute, account: Account, addressing: Addressing): string {
  const storageIds: Readonly<Record<string, string>> = {
    datasets: account.datasetId,
    'key-value-stores': account.storeId,
    'request-queues': account.queueId,
  };
  const named = (id: string, name: string) => ({ id, name, 'full name': `${account.username}~${name}` })[addressing];
  return url.replaceAll(/:(\w+)/g, (_, parameter: string) => {
    if (parameter === 'storageId') return named(storageIds[url.split('/')[2]!]!, 'named');
    if (parameter === 'id') return url.includes('actor-builds') ? account.at.buildId! : account.at.runId!;
    const value = account.at[parameter];
    if (value === undefined) throw new Error(`${url}: give makeAccount a value for "${parameter}"`);
    if (parameter === 'actorTaskId') return named(value, 'task');
    if (parameter === 'datasetId' || parameter === 'storeId') return named(value, 'named');
    return parameter === 'actorId' ? named(value, 'idle') : value;
  });
}

/** A body with which the call would be right, so that it is not refused for that. */
function bodyOf({ method, url }: DeclaredRoute, { at }: Account): unknown {
  const request = { url: 'https://example.com/new', uniqueKey: 'new' };
  if (method === 'GET' || (method === 'DELETE' && !url.endsWith('/batch'))) return undefined;
  if (url.endsWith('/requests/batch')) return method === 'DELETE' ? [{ id: at.requestId }] : [request];
  if (url.endsWith('/requests')) return request;
  if (url.endsWith('/requests/:requestId')) return { ...request, id: at.requestId, uniqueKey: 'alice' };
  if (url.endsWith('/items')) return [{ pushed: 'by somebody else' }];
  if (url.endsWith('/env-vars') || url.endsWith('/env-vars/:name'))
    return { name: 'SECRET', value: 'of somebody else' };
  if (url.endsWith('/versions')) return { versionNumber: '0.2', sourceType: 'SOURCE_FILES', sourceFiles: [] };
  if (url.endsWith('/proofs')) return { report: proofReport() };
  if (url.endsWith('/charge')) return { eventName: 'page' };
  // Two paths to the same: the second creation must not be refused for its name.
  if (url === '/v2/actors' || url === '/v2/acts') return { name: url.slice(4) };
  if (url === '/v2/actor-tasks') return { actId: at.actorId, name: 'another' };
  if (url === '/v2/schedules') return { name: 'another', cronExpression: '0 0 1 1 *', isEnabled: false, actions: [] };
  if (url === '/v2/webhooks') {
    const condition = { actorId: at.actorId };
    return { eventTypes: ['ACTOR.RUN.CREATED'], condition, requestUrl: 'https://receiver.invalid/' };
  }
  if (url === '/wherry/v1/users') return { username: 'somebody' };
  if (url === '/wherry/v1/tokens') return { name: 'mine' };
  if (url.endsWith('/share-links')) return { contents: 'keys', expiresInSecs: 60 };
  return {};
}

/** What a call needs in its query to be right. */
function queryFor({ method, url }: DeclaredRoute): string {
  if (url.endsWith('/metamorph')) return '?targetActorId=idle';
  if (url.endsWith('/builds') && method === 'POST') return '?version=0.1';
  if (url.endsWith('/lock') && method !== 'DELETE') return '?lockSecs=10&limit=1';
  return '';
}

const call = (route: DeclaredRoute, url: string, account: Account, token: string) =>
  fixture.call(route.method, `${url}${queryFor(route)}`, bodyOf(route, account), bearer(token));

/**
 * All stored rows as texts, but for what a call leaves that is refused: its entry in the log, the use of its token, and the bytes
 * that its caller has used. How far a dispatch is delivered is the platform's own doing.
 */
function storedRows(): Set<string> {
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'), { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  const rows = new Set<string>();
  for (const { name } of tables.filter((each) => !leftByItself.includes(each.name))) {
    for (const row of database.prepare(`SELECT * FROM ${name}`).all()) {
      const ignored = name === 'webhook_dispatches' ? ofDelivery : ['last_used_at'];
      rows.add(`${name} ${JSON.stringify(row, (key, value) => (ignored.includes(key) ? undefined : value))}`);
    }
  }
  database.close();
  return rows;
}

const leftByItself = ['audit_log', 'usage_days', 'webhook_calls', 'sqlite_stat1'];
const ofDelivery = ['status', 'finished_at', 'try_count', 'due_at', 'claimed_by'];

const missingFrom = (some: Set<string>, all: Set<string>): string[] => [...some].filter((row) => !all.has(row));

const names = (account: Account): string[] => [
  account.id,
  account.datasetId,
  account.storeId,
  account.queueId,
  ...['actorId', 'buildId', 'runId', 'tokenId', 'actorTaskId', 'scheduleId', 'webhookId', 'dispatchId', 'proofId'].map(
    (name) => account.at[name]!,
  ),
];

const addressings: readonly Addressing[] = ['id', 'name', 'full name'];
const hasParameters = ({ url }: DeclaredRoute) => url.includes(':');
const isPublic = ({ config }: DeclaredRoute) => config.access === 'public';

test('[user-1] no route reads or changes what is another user’s, or tells that it exists', async () => {
  const before = storedRows();
  const wrong: string[] = [];
  for (const route of routes.filter((each) => !isPublic(each) && hasParameters(each))) {
    const { access } = route.config;
    for (const addressing of addressings) {
      const url = urlOf(route, alice, addressing);
      // A plain name is one of the caller's own.
      if (addressing === 'name' || (addressing === 'full name' && !url.includes('~'))) continue;
      const outcome = await outcomeOf(await call(route, url, alice, bob.token));
      const expected =
        access === 'administrator'
          ? '403 insufficient-permissions'
          : access === 'profile'
            ? '200'
            : '404 record-not-found';
      if (outcome !== expected) wrong.push(`${route.method} ${url}: ${outcome}`);
    }
  }
  expect(wrong).toEqual([]);
  const after = storedRows();
  expect(missingFrom(before, after), 'what has changed').toEqual([]);
  expect(missingFrom(after, before), 'what was added').toEqual([]);
});

test('[user-1] no list shows what is another user’s, and no creation makes anything for them', async () => {
  const before = storedRows();
  const wrong: string[] = [];
  for (const route of routes.filter((each) => !isPublic(each) && !hasParameters(each))) {
    const answer = await call(route, route.url, bob, bob.token);
    const text = await textOf(answer);
    const isRight =
      route.config.access === 'administrator' ? answer.status === 403 : answer.ok || answer.status === 400;
    if (!isRight || names(alice).some((name) => text.includes(name)))
      wrong.push(`${route.method} ${route.url}: ${text}`);
  }
  expect(wrong).toEqual([]);
  const after = storedRows();
  expect(missingFrom(before, after), 'what has changed').toEqual([]);
  const added = missingFrom(after, before);
  expect(added.filter((row) => names(alice).some((name) => row.includes(name)))).toEqual([]);
});

/** A token of a run's attempt at each permission level in turn; each is good until the next one. */
async function* attemptTokensOf(runId: string): AsyncGenerator<{ readonly level: string; readonly token: string }> {
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'));
  try {
    database.exec('PRAGMA busy_timeout = 10000');
    for (const level of ['LIMITED_PERMISSIONS', 'FULL_PERMISSIONS']) {
      const token = `attempt-of-${runId}-${level}`;
      database.prepare('UPDATE attempts SET token_hash = ? WHERE run_id = ?').run(hashToken(token), runId);
      database.prepare('UPDATE runs SET permission_level = ? WHERE id = ?').run(level, runId);
      const own = await fixture.call('GET', `/v2/actor-runs/${runId}`, undefined, bearer(token));
      expect(own.status).toBe(200);
      yield { level, token };
    }
  } finally {
    database.close();
  }
}

test('[user-1] an attempt acts for the user of its run, at both levels', async () => {
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token: bob.token, maxRetries: 0 });
  const run = await client.actor('idle').start();
  const wrong: string[] = [];
  for await (const { level, token } of attemptTokensOf(run.id)) {
    for (const route of routes.filter((each) => !isPublic(each) && hasParameters(each))) {
      const url = urlOf(route, alice, 'id');
      const outcome = await outcomeOf(await call(route, url, alice, token));
      if (!['404 record-not-found', '403 insufficient-permissions'].includes(outcome)) {
        wrong.push(`${level} ${route.method} ${url}: ${outcome}`);
      }
    }
  }
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  await containersGone();
  expect(wrong).toEqual([]);
});

test.each([['read'], ['run']])(
  '[token-2] a token with the scope %s makes the calls that need it, and no others',
  async (scope) => {
    const { token } = await makeToken(fixture, 'alice', { scopes: [scope] });
    const before = storedRows();
    const wrong: string[] = [];
    for (const route of routes) {
      const { access } = route.config;
      const needed = scopeOf(route);
      // Those are refused to a member whatever the scope.
      if (needed === undefined || access === 'administrator') continue;
      // What needs the scope is asked of what does not exist, so that nothing changes.
      const account = needed === scope ? { ...alice, username: 'nobody', at: nothing(alice.at) } : alice;
      const url = urlOf(route, account, 'full name').replace(
        /(datasets|key-value-stores|request-queues)\/nobody~named/,
        '$1/none',
      );
      const outcome = await outcomeOf(await call(route, url, alice, token));
      const isRefused = outcome === '403 insufficient-permissions';
      if (isRefused !== (needed !== scope)) wrong.push(`${route.method} ${url} needs ${needed}: ${outcome}`);
    }
    expect(wrong).toEqual([]);
    const after = storedRows();
    expect(missingFrom(before, after), 'what has changed').toEqual([]);
    expect(missingFrom(after, before), 'what was added').toEqual([]);
  },
);

const nothing = (at: Account['at']) => Object.fromEntries(Object.keys(at).map((name) => [name, 'NoSuchThing000000']));

test('[token-2] a token that is limited to named resources reaches no other, and nothing of the account', async () => {
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token: alice.token, maxRetries: 0 });
  const actor = await client.actors().create({ name: 'other' });
  const dataset = await client.datasets().getOrCreate('other');
  const resources = { actors: ['other'], storages: ['other'], runs: [] };
  const { token } = await makeToken(fixture, 'alice', { resources });
  const before = storedRows();
  const wrong: string[] = [];
  for (const route of routes.filter((each) => !isPublic(each) && each.config.access !== 'profile')) {
    const url = urlOf(route, alice, 'id');
    const outcome = await outcomeOf(await call(route, url, alice, token));
    if (outcome !== '403 insufficient-permissions') wrong.push(`${route.method} ${url}: ${outcome}`);
  }
  expect(wrong).toEqual([]);
  const after = storedRows();
  expect(missingFrom(before, after), 'what has changed').toEqual([]);
  expect(missingFrom(after, before), 'what was added').toEqual([]);
  for (const url of [
    `/v2/acts/${actor.id}`,
    '/v2/acts/other',
    `/v2/datasets/${dataset.id}/items`,
    '/v2/datasets/other',
  ]) {
    expect((await fixture.call('GET', url, undefined, bearer(token))).status, url).toBe(200);
  }
});

/** What others reach of a public Actor: each call, below `/v2/acts` or `/v2/actors` where it begins with the Actor. */
const openToOthers: Readonly<Record<string, string>> = {
  'GET :actorId': '200',
  'GET :actorId/builds/default': '200',
  'GET :actorId/builds/:buildId': '200',
  'GET :actorId/builds/:buildId/openapi.json': '200',
  'GET /v2/actor-builds/:buildId': '200',
  'GET /v2/actor-builds/:buildId/openapi.json': '200',
  // With the runs of the caller alone.
  'GET :actorId/runs': '200',
  'GET :actorId/statistics': '200',
  'POST :actorId/runs': '201',
  'GET :actorId/run-sync': '201',
  'POST :actorId/run-sync': '201',
  'GET :actorId/run-sync-get-dataset-items': '201',
  'POST :actorId/run-sync-get-dataset-items': '201',
  'POST :actorId/validate-input': '200',
};

const openedBy = ({ method, url }: DeclaredRoute): string | undefined =>
  openToOthers[`${method} ${url.replace(/^\/(?:v2\/(?:acts|actors)|wherry\/v1\/actors)\/(?=:actorId)/, '')}`];

/** Alice with a public Actor that ends by itself, in place of her other one. */
async function withPublicActor(name: string): Promise<Account> {
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token: alice.token, maxRetries: 0 });
  const main = `
    import { Actor } from 'apify';
    await Actor.init();
    await Actor.setValue('OUTPUT', {});
    await Actor.exit();`;
  const envVars = [{ name: 'SECRET', value: 'of the Actor', isSecret: true }];
  const actorId = await deployTo(client, name, { 'main.js': main }, { envVars, ...{ isPublic: true } });
  await client.webhooks().create({
    ...{ eventTypes: ['ACTOR.RUN.CREATED'], condition: { actorId }, requestUrl: 'https://example.com/' },
    isAdHoc: false,
  });
  const { id: runId, buildId } = await client.actor(actorId).call({}, { log: null });
  await containersGone();
  return { ...alice, at: { ...alice.at, actorId, buildId, runId } };
}

/** Starts take long, so each of their two paths has one way to write the address. */
const addressingsOf = ({ url, config: { access } }: DeclaredRoute): readonly Addressing[] =>
  typeof access === 'object' && access.attempt === 'startRun'
    ? [url.startsWith('/v2/acts/') ? 'id' : 'full name']
    : ['id', 'full name'];

const urlOfPublic = (route: DeclaredRoute, account: Account, addressing: Addressing, name: string) =>
  urlOf(route, account, addressing).replace('alice~idle', `alice~${name}`);

test('[public-1] [public-2] of a public Actor others reach what the list says, and nothing changes for its owner', async () => {
  const account = await withPublicActor('open');
  const before = storedRows();
  const wrong: string[] = [];
  const walk = async (isWanted: (route: DeclaredRoute) => boolean, expectedOf: (route: DeclaredRoute) => string) => {
    for (const route of routes.filter((each) => !isPublic(each) && hasParameters(each) && isWanted(each))) {
      for (const addressing of addressingsOf(route)) {
        const url = urlOfPublic(route, account, addressing, 'open');
        if (addressing === 'full name' && !url.includes('~')) continue;
        const outcome = await outcomeOf(await call(route, url, account, bob.token));
        if (outcome !== expectedOf(route)) wrong.push(`${route.method} ${url}: ${outcome}`);
      }
    }
  };
  // The last run of an Actor is the caller’s own, of whom there is none yet.
  await walk(
    (route) => openedBy(route) === undefined,
    ({ config: { access } }) =>
      access === 'administrator'
        ? '403 insufficient-permissions'
        : access === 'profile'
          ? '200'
          : '404 record-not-found',
  );
  expect(wrong).toEqual([]);
  const between = storedRows();
  expect(missingFrom(before, between), 'what has changed').toEqual([]);
  expect(missingFrom(between, before), 'what was added').toEqual([]);
  await walk(
    (route) => openedBy(route) !== undefined,
    (route) => openedBy(route)!,
  );
  expect(wrong).toEqual([]);
  await containersGone();
  const after = storedRows();
  expect(missingFrom(before, after), 'what has changed').toEqual([]);
  const owners = missingFrom(after, before).flatMap((row) => /"user_id":"(\w+)"/.exec(row)?.[1] ?? []);
  expect(new Set(owners)).toEqual(new Set([bob.id]));
});

test('[public-1] an attempt of a run of another user’s public Actor reaches no more of it, at both levels', async () => {
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token: bob.token, maxRetries: 0 });
  const account = await withPublicActor('waiting');
  const ofAlice = new ApifyClient({ baseUrl: fixture.platform.url, token: alice.token, maxRetries: 0 });
  const idle = await ofAlice.actor(alice.at.actorId!).update({ isPublic: true });
  const run = await client.actor(idle.id).start();
  const wrong: string[] = [];
  for await (const { level, token } of attemptTokensOf(run.id)) {
    for (const at of [account.at, { ...account.at, actorId: idle.id, buildId: run.buildId }]) {
      for (const route of routes.filter((each) => !isPublic(each) && hasParameters(each))) {
        const isOfActor = /:(?:actorId|buildId)/.test(route.url) && !route.url.includes('/runs/');
        if (!isOfActor || openedBy(route) !== undefined) continue;
        const url = urlOf(route, { ...account, at }, 'id');
        const outcome = await outcomeOf(await call(route, url, account, token));
        if (!['404 record-not-found', '403 insufficient-permissions'].includes(outcome)) {
          wrong.push(`${level} ${route.method} ${url}: ${outcome}`);
        }
      }
    }
  }
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  await containersGone();
  expect(wrong).toEqual([]);
});
