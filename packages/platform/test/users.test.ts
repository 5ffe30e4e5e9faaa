/** Users, their roles and their tokens, from the first start to the removal of a user with everything. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { hashToken, KnownTokens } from '../src/accounts/tokens.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { createRun, prepareStart } from '../src/runs/operations/run-creation.ts';
import { systemClock } from '../src/shared/clock.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { dataFolderOfTest, deployTo, type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeToken, makeUser, outcomeOf } from './users-fixture.ts';

const idle = { 'main.js': 'setInterval(() => undefined, 1000);' };

const clientOf = ({ platform: { url } }: Fixture, token: string) =>
  new ApifyClient({ baseUrl: url, token, maxRetries: 0 });

const as = (fixture: Fixture, token: string) => async (method: string, url: string, body?: unknown) =>
  outcomeOf(await fixture.call(method, url, body, bearer(token)));

const refused = '403 insufficient-permissions';
const unknownToken = '401 user-or-token-not-found';

async function dataOf<Data>(response: Promise<Response>): Promise<Data> {
  return ((await (await response).json()) as { data: Data }).data;
}

function openDatabase(dataFolder: string): DatabaseSync {
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'));
  database.exec('PRAGMA busy_timeout = 10000');
  onTestFinished(() => database.close());
  return database;
}

test('[user-4] the user of the data folder is an administrator, and stays one that can sign in', async () => {
  await using fixture = await startFixture();
  const { items } = await dataOf<{ items: object[] }>(fixture.call('GET', '/wherry/v1/users'));
  expect(items).toMatchObject([{ username: 'wherry', role: 'administrator', disabledAt: null }]);
  const tokens = await dataOf<{ items: { id: string }[] }>(fixture.call('GET', '/wherry/v1/tokens'));
  expect(tokens.items).toMatchObject([{ name: 'data folder', isOfDataFolder: true, scopes: ['manage'] }]);
  const admin = as(fixture, fixture.platform.token);
  expect(await admin('PUT', '/wherry/v1/users/wherry', { isDisabled: true })).toBe('409 first-user');
  expect(await admin('PUT', '/wherry/v1/users/wherry', { role: 'member' })).toBe('409 first-user');
  expect(await admin('DELETE', '/wherry/v1/users/wherry')).toBe('409 first-user');
  expect(await admin('DELETE', `/wherry/v1/tokens/${tokens.items[0]!.id}`)).toBe('409 token-of-data-folder');
  expect(await admin('POST', `/wherry/v1/tokens/${tokens.items[0]!.id}/rotate`)).toBe('409 token-of-data-folder');
  expect(await admin('GET', '/v2/users/me')).toBe('200');
});

test('names of users are checked, and are taken in whatever case', async () => {
  await using fixture = await startFixture();
  const add = (username: unknown) => as(fixture, fixture.platform.token)('POST', '/wherry/v1/users', { username });
  for (const wrong of ['a', 'me', 'health', 'two--hyphens', '-a-b', 'with space', 'a~b', 'a/b', 'x'.repeat(31), 7]) {
    expect(await add(wrong), String(wrong)).toBe('400 invalid-input');
  }
  expect(await add('Jane-2')).toBe('201');
  expect(await add('jane-2')).toBe('409 username-not-unique');
  expect(await add('WHERRY')).toBe('409 username-not-unique');
});

test('[authorization-2] only administrators reach users, servers and the log of changes', async () => {
  await using fixture = await startFixture();
  const [member, administrator] = [
    await makeUser(fixture, 'member'),
    await makeUser(fixture, 'second', { role: 'administrator' }),
  ];
  const calls = [
    ['GET', '/wherry/v1/users'],
    ['GET', '/wherry/v1/users/member'],
    ['PUT', '/wherry/v1/users/member', { role: 'administrator' }],
    ['GET', '/wherry/v1/audit-log'],
    ['GET', '/wherry/v1/servers'],
    ['POST', '/wherry/v1/servers/local-1/drain'],
    ['POST', '/wherry/v1/servers/local-1/undrain'],
  ] as const;
  const outcomes = async (token: string) => {
    const found: string[] = [];
    for (const [method, url, body] of calls) found.push(await as(fixture, token)(method, url, body));
    return found;
  };
  expect(await outcomes(member.token)).toEqual(calls.map(() => refused));
  expect(await outcomes(administrator.token)).toEqual(calls.map(() => '200'));
  // The role counts at each call, not when the token was made.
  expect(await outcomes(member.token)).toEqual(calls.map(() => '200'));
  const asMember = as(fixture, administrator.token);
  expect(await asMember('POST', '/wherry/v1/tokens', { name: 'for another', user: 'member' })).toBe('201');
  await fixture.call('PUT', '/wherry/v1/users/second', { role: 'member' });
  expect(await asMember('POST', '/wherry/v1/tokens', { name: 'for another', user: 'member' })).toBe(refused);
  expect(await asMember('POST', '/wherry/v1/tokens', { name: 'for nobody', user: 'nobody' })).toBe(refused);
});

test('[token-4] a token of a user is refused from the moment it is rotated, removed or expired', async () => {
  await using fixture = await startFixture();
  await makeUser(fixture, 'jane');
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const [one, other] = [await makeToken(fixture, 'jane'), await makeToken(fixture, 'jane', { expiresAt })];
  const asks = (token: string) => as(fixture, token)('GET', '/v2/users/me');
  expect(await asks(one.token)).toBe('200');
  const rotated = await dataOf<{ token: string; id: string }>(
    fixture.call('POST', `/wherry/v1/tokens/${one.id}/rotate`, undefined, bearer(one.token)),
  );
  expect(rotated.id).toBe(one.id);
  expect([await asks(one.token), await asks(rotated.token)]).toEqual([unknownToken, '200']);
  expect(await as(fixture, rotated.token)('DELETE', `/wherry/v1/tokens/${one.id}`)).toBe('200');
  expect(await asks(rotated.token)).toBe(unknownToken);

  // A clock of its own, since the platform's goes by the wall.
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  let now = Date.now();
  const known = new KnownTokens(database, () => now);
  expect((await known.identityOf(hashToken(other.token)))?.username).toBe('jane');
  now = Date.parse(expiresAt) - 1;
  expect((await known.identityOf(hashToken(other.token)))?.username).toBe('jane');
  now += 1;
  await expect(known.identityOf(hashToken(other.token))).rejects.toMatchObject({
    statusCode: 401,
    message: expect.stringContaining('expired'),
  });
  await database.close();
});

test('[token-4] a start with another token replaces that of the data folder, and leaves those of the API', async () => {
  const dataFolder = await dataFolderOfTest();
  let made = '';
  {
    await using fixture = await startFixture({ dataFolder });
    made = (await makeToken(fixture, 'wherry')).token;
  }
  {
    await using fixture = await startFixture({ dataFolder, token: 'another-token' });
    expect(await as(fixture, 'test-token')('GET', '/v2/users/me')).toBe(unknownToken);
    expect(await as(fixture, made)('GET', '/v2/users/me')).toBe('200');
    made = (await makeUser(fixture, 'jane')).token;
  }
  // Otherwise whoever has it would be an administrator.
  await expect(startFixture({ dataFolder, token: made })).rejects.toMatchObject({ type: 'token-in-use' });
});

test('a token is shown once, and stored as a hash alone; its last use is stored once an hour', async () => {
  await using fixture = await startFixture();
  const { id, token } = await makeToken(fixture, 'wherry');
  const listed = async () =>
    (
      await dataOf<{ items: { id: string; lastUsedAt: string | null }[] }>(fixture.call('GET', '/wherry/v1/tokens'))
    ).items.find((each) => each.id === id)!;
  expect((await listed()).lastUsedAt).toBeNull();
  await fixture.call('GET', '/v2/users/me', undefined, bearer(token));
  const used = await until('the use is stored', async () => (await listed()).lastUsedAt, { secs: 10 });
  await fixture.call('GET', '/v2/users/me', undefined, bearer(token));
  expect((await listed()).lastUsedAt).toBe(used);
  const texts = await Promise.all(
    (await readdir(fixture.dataFolder))
      .filter((name) => name.startsWith('wherry.sqlite'))
      .map((name) => readFile(path.join(fixture.dataFolder, name), 'latin1')),
  );
  expect(texts.join('')).not.toContain(token);
  expect(JSON.stringify(await listed())).not.toContain(token);
});

test('[token-3] a token with limits gives nobody more than it has', async () => {
  await using fixture = await startRunFixture();
  const jane = await makeUser(fixture, 'jane');
  const client = clientOf(fixture, jane.token);
  const dataset = await client.datasets().getOrCreate('results');
  const full = await deployTo(client, 'full', idle, { actorPermissionLevel: 'FULL_PERMISSIONS' } as object);
  const reading = await makeToken(fixture, 'jane', { scopes: ['read'] });
  const seen = await dataOf<Record<string, unknown>>(
    fixture.call('GET', `/v2/datasets/${dataset.id}`, undefined, bearer(reading.token)),
  );
  expect(seen).toMatchObject({ name: 'results' });
  expect(seen).not.toHaveProperty('urlSigningSecretKey');
  expect(JSON.stringify(seen)).not.toContain('signature=');
  const listed = await fixture.call('GET', '/v2/datasets', undefined, bearer(reading.token));
  expect(await listed.text()).not.toContain('signature=');
  expect((await clientOf(fixture, reading.token).user('me').get()).proxy?.password).toBe('');
  expect((await client.user('me').get()).proxy?.password).toMatch(/^wherry_proxy_/);

  const start = (token: string) => as(fixture, token)('POST', `/v2/acts/${full}/runs`);
  const running = { scopes: ['run'], resources: { actors: ['full'] } };
  expect(await start((await makeToken(fixture, 'jane', running)).token)).toBe(refused);
  expect(await start((await makeToken(fixture, 'jane', { ...running, startsFull: true })).token)).toBe('201');

  // Only a token that may do all makes tokens, and none that lasts longer.
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const ending = await makeToken(fixture, 'jane', { expiresAt });
  const make = (token: string, more: object) =>
    as(fixture, token)('POST', '/wherry/v1/tokens', { name: `made ${Math.random()}`, ...more });
  expect(await make(ending.token, {})).toBe(refused);
  expect(await make(ending.token, { expiresAt: new Date(Date.parse(expiresAt) + 1).toISOString() })).toBe(refused);
  expect(await make(ending.token, { expiresAt, scopes: ['read'] })).toBe('201');
  for (const limits of [{ scopes: ['read', 'run'] }, { resources: { storages: ['results'] } }]) {
    expect(await make((await makeToken(fixture, 'jane', limits)).token, { scopes: ['read'] })).toBe(refused);
  }
});

test('[token-2] a token that names an Actor starts it, and reads its runs with their storages and logs', async () => {
  await using fixture = await startRunFixture();
  const jane = await makeUser(fixture, 'jane');
  const client = clientOf(fixture, jane.token);
  const actor = await deployTo(client, 'counter', { 'main.js': 'console.log("at work");' });
  const { token } = await makeToken(fixture, 'jane', { scopes: ['read', 'run'], resources: { actors: ['counter'] } });
  const limited = clientOf(fixture, token);
  const run = await limited.actor('jane/counter').call(undefined, { log: null });
  expect(run.status).toBe('SUCCEEDED');
  expect(await limited.run(run.id).log().get()).toContain('at work');
  expect((await limited.dataset(run.defaultDatasetId).listItems()).items).toEqual([]);
  expect((await limited.actor(actor).runs().list()).total).toBe(1);
  await expect(limited.runs().list()).rejects.toMatchObject({ type: 'insufficient-permissions' });
  await expect(limited.dataset(run.defaultDatasetId).pushItems([{ a: 1 }])).rejects.toMatchObject({
    type: 'insufficient-permissions',
  });
  const names = { actors: ['nothing'], storages: [], runs: [] };
  await expect(makeToken(fixture, 'jane', { resources: names })).rejects.toThrow('record-not-found');
});

test('what a user shares is read by other users as by anybody', async () => {
  await using fixture = await startFixture();
  const [jane, john] = [await makeUser(fixture, 'jane'), await makeUser(fixture, 'john')];
  const client = clientOf(fixture, jane.token);
  const { id } = await client.datasets().getOrCreate('shared');
  await client.dataset(id).pushItems([{ from: 'jane' }]);
  const link = String(
    (await dataOf<{ itemsPublicUrl: string }>(fixture.call('GET', `/v2/datasets/${id}`, undefined, bearer(jane.token))))
      .itemsPublicUrl,
  ).replace(fixture.platform.url, '');
  const john_ = as(fixture, john.token);
  expect(await john_('GET', `/v2/datasets/${id}/items`)).toBe('404 record-not-found');
  expect(await john_('GET', link)).toBe('200');
  await client.dataset(id).update({ generalAccess: 'ANYONE_WITH_NAME_CAN_READ' as never });
  for (const address of [id, 'jane~shared', `${jane.id}~shared`]) {
    expect(await john_('GET', `/v2/datasets/${address}/items`)).toBe('200');
    expect(await john_('POST', `/v2/datasets/${address}/items`, [{ from: 'john' }])).toBe('404 record-not-found');
  }
  const seen = await fixture.call('GET', `/v2/datasets/${id}`, undefined, bearer(john.token));
  expect(await seen.json()).not.toHaveProperty('data.urlSigningSecretKey');
});

test('[user-1] an Actor in Standby mode takes requests of its user, and of tokens that may start it', async () => {
  await using fixture = await startRunFixture();
  const [jane, john] = [await makeUser(fixture, 'jane'), await makeUser(fixture, 'john')];
  const client = clientOf(fixture, jane.token);
  const server = `
import { createServer } from 'node:http';
createServer((request, response) => response.end('served')).listen(process.env.ACTOR_WEB_SERVER_PORT);`;
  const actorId = await deployTo(client, 'web', { 'main.js': server }, { actorStandby: { isEnabled: true } } as object);
  const { standbyUrl } = await dataOf<{ standbyUrl: string }>(
    fixture.call('GET', `/v2/acts/${actorId}`, undefined, bearer(jane.token)),
  );
  const ask = async (token: string) => (await fetch(`${standbyUrl}/`, { headers: bearer(token) })).status;
  expect(await ask(john.token)).toBe(404);
  expect(await ask((await makeToken(fixture, 'jane', { scopes: ['read'] })).token)).toBe(403);
  expect(await ask((await makeToken(fixture, 'jane', { scopes: ['run'], resources: { actors: [] } })).token)).toBe(403);
  expect((await client.runs().list()).total).toBe(0);
  expect(await ask((await makeToken(fixture, 'jane', { scopes: ['run'] })).token)).toBe(200);
  expect(await ask(jane.token)).toBe(200);
});

test('each user is shown what is theirs, and of others the name alone', async () => {
  await using fixture = await startFixture();
  const jane = await makeUser(fixture, 'jane', { name: 'Jane', email: 'jane@example.com' });
  const client = clientOf(fixture, jane.token);
  expect(await client.user('me').get()).toMatchObject({ id: jane.id, username: 'jane', email: 'jane@example.com' });
  for (const address of [jane.id, 'JANE']) {
    const seen = await fixture.client.user(address).get();
    expect(seen).toEqual({ id: jane.id, username: 'jane', profile: { name: 'Jane' } });
  }
});

test('an administrator moves runs of all users, and a drain does; nobody else moves them', async () => {
  await using fixture = await startRunFixture({ handoffs: { bootSecs: 1, quietGraceSecs: 0.1 } });
  const [jane, john] = [await makeUser(fixture, 'jane'), await makeUser(fixture, 'john')];
  const client = clientOf(fixture, jane.token);
  const run = await client.actor(await deployTo(client, 'idle', idle)).start();
  const john_ = as(fixture, john.token);
  expect(await john_('POST', `/wherry/v1/runs/${run.id}/migrate`, { mode: 'lost' })).toBe('404 record-not-found');
  expect(await john_('GET', `/wherry/v1/runs/${run.id}/attempts`)).toBe('404 record-not-found');
  const { from, to } = await fixture.migrate(run.id, 'lost');
  expect(to).not.toBe(from);
  expect((await fixture.attempts(run.id)).length).toBe(2);
  const drained = await dataOf<{ moved: object[]; failed: object[] }>(
    fixture.call('POST', `/wherry/v1/servers/${to}/drain`),
  );
  expect(drained).toMatchObject({ moved: [{ runId: run.id }], failed: [] });
  // What the run has stored stays its user's.
  expect(await as(fixture, fixture.platform.token)('GET', `/v2/actor-runs/${run.id}`)).toBe('404 record-not-found');
  await client.run(run.id).abort();
});

interface Worker {
  readonly id: string;
  readonly token: string;
  readonly runId: string;
  readonly actorId: string;
}

/** A user with a run at work and one that is over. */
async function makeWorker(fixture: RunFixture): Promise<Worker> {
  const { id, token } = await makeUser(fixture, 'worker');
  const client = clientOf(fixture, token);
  const actorId = await deployTo(client, 'idle', idle);
  const over = await client.actor(actorId).start();
  await client.run(over.id).abort();
  await client.run(over.id).waitForFinish();
  await client.datasets().getOrCreate('kept');
  return { id, token, actorId, runId: (await client.actor(actorId).start()).id };
}

const statusIn = (dataFolder: string, runId: string): string => {
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'), { readOnly: true });
  const row = database.prepare('SELECT status FROM runs WHERE id = ?').get(runId) as { status: string };
  database.close();
  return row.status;
};

test('[user-2] a disabled user’s tokens end at once, runs are aborted and nothing starts, and the data stays', async () => {
  await using fixture = await startRunFixture();
  const worker = await makeWorker(fixture);
  expect(await as(fixture, worker.token)('GET', '/v2/users/me')).toBe('200');
  await fixture.call('PUT', '/wherry/v1/users/worker', { isDisabled: true });
  expect(await as(fixture, worker.token)('GET', '/v2/users/me')).toBe(unknownToken);
  await until('the run is aborted', () => statusIn(fixture.dataFolder, worker.runId) === 'ABORTED', { secs: 60 });
  // As a schedule, or an attempt that is not over yet, would ask for it: in the name of the user.
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  const owner = { kind: 'user', userId: worker.id } as const;
  const start = { userId: worker.id, actor: worker.actorId, build: undefined };
  const prepared = await database.read(prepareStart, start, owner);
  const newRun = {
    id: 'startedWhenDisabl',
    userId: worker.id,
    buildId: prepared.build.id,
    serverId: null,
    options: { memoryMbytes: 128, timeoutSecs: 10 } as never,
    input: null,
    meta: { origin: 'SCHEDULER' },
    storages: { datasetId: 'd', keyValueStoreId: 'k', requestQueueId: 'q' },
    idempotencyKey: undefined,
    maxRuns: 10,
    forcePermissionLevel: undefined,
    grants: [],
  };
  await expect(database.write(createRun, newRun, owner)).rejects.toMatchObject({ type: 'user-disabled' });
  await database.close();
  await fixture.call('PUT', '/wherry/v1/users/worker', { isDisabled: false });
  const client = clientOf(fixture, worker.token);
  expect((await client.runs().list()).total).toBe(2);
  expect((await client.datasets().list()).total).toBe(1);
});

test('[user-2] the runs of a user who was disabled just before the platform ended are aborted by the next start', async () => {
  const dataFolder = await dataFolderOfTest();
  let worker: Worker;
  {
    await using fixture = await startRunFixture({ dataFolder });
    worker = await makeWorker(fixture);
  }
  openDatabase(dataFolder).exec("UPDATE users SET disabled_at = 1 WHERE username = 'worker'");
  await using fixture = await startRunFixture({ dataFolder });
  expect(await as(fixture, worker.token)('GET', '/v2/users/me')).toBe(unknownToken);
  await until('the run is aborted', () => statusIn(dataFolder, worker.runId) === 'ABORTED', { secs: 60 });
});

test('[user-3] a removed user is deleted with everything, and only then is the name free', async () => {
  await using fixture = await startRunFixture();
  const worker = await makeWorker(fixture);
  const admin = as(fixture, fixture.platform.token);
  const other = await makeUser(fixture, 'other');
  const kept = await clientOf(fixture, other.token).datasets().getOrCreate('kept');
  expect(await admin('DELETE', '/wherry/v1/users/worker')).toBe('200');
  expect(await as(fixture, worker.token)('GET', '/v2/users/me')).toBe(unknownToken);
  expect(await admin('PUT', '/wherry/v1/users/worker', { isDisabled: false })).toMatch(
    /^(?:409 user-removed|404 record-not-found)$/,
  );
  await until(
    'the user is gone',
    async () => (await admin('GET', '/wherry/v1/users/worker')) === '404 record-not-found',
    {
      secs: 90,
    },
  );
  const database = openDatabase(fixture.dataFolder);
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  const left = tables
    .filter(({ name }) => name !== 'audit_log')
    .flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM ${name}`)
        .all()
        .map((row) => `${name} ${JSON.stringify(row)}`),
    )
    .filter((row) => [worker.id, worker.runId, worker.actorId].some((id) => row.includes(id)));
  expect(left).toEqual([]);
  expect(await clientOf(fixture, other.token).dataset(kept.id).get()).toBeDefined();
  expect(await admin('POST', '/wherry/v1/users', { username: 'worker' })).toBe('201');
});

test('[user-3] every table with rows of users is one that the removal of a user knows', async () => {
  await using fixture = await startFixture();
  const tables = openDatabase(fixture.dataFolder)
    .prepare(
      `SELECT tables.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND columns.name = 'user_id' ORDER BY tables.name`,
    )
    .all()
    .map((row) => (row as { name: string }).name);
  // For a new one: let accounts/ended-users.ts delete its rows, then name it here. Entries of the log of changes stay,
  // handoffs go with their runs, and what a schedule starts with the schedule.
  const known = ['actor_tasks', 'actors', 'api_tokens', 'audit_log', 'builds', 'datasets', 'handoffs'];
  const others = [
    'input_key_pairs',
    'key_value_stores',
    'proofs',
    'request_queues',
    'runs',
    'schedule_targets',
    'schedules',
    'usage_days',
    'webhook_dispatches',
    'webhook_events',
  ];
  expect(tables).toEqual([...known, ...others, 'webhooks']);
});
