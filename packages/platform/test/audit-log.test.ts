/** Who changed what: an entry for each change, in the transaction of the change, and no secret in any. */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { AuditLog } from '../src/accounts/audit-log.ts';
import { FailedSignIns } from '../src/accounts/failed-sign-ins.ts';
import { hashToken } from '../src/accounts/tokens.ts';
import { createUser } from '../src/accounts/users.ts';
import { addEntry } from '../src/database/audit.ts';
import { type AuditedCall, defineWrite } from '../src/database/operation.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { deployTo, startRunFixture } from './run-fixture.ts';
import { bearer, makeUser, postSession, signIn } from './users-fixture.ts';

interface Entry {
  readonly sequence: number;
  readonly at: string;
  readonly username: string;
  readonly tokenName: string | null;
  readonly runId: string | null;
  readonly operation: string;
  readonly subject: Record<string, string>;
  readonly address: string;
  readonly outcome: string;
}

interface Page {
  readonly items: Entry[];
  readonly nextBefore: number | null;
}

async function pageOf(fixture: Fixture, query = ''): Promise<Page> {
  const response = await fixture.call('GET', `/wherry/v1/audit-log${query}`);
  return ((await response.json()) as { data: Page }).data;
}

const entriesOf = async (fixture: Fixture, operation: string): Promise<Entry[]> =>
  (await pageOf(fixture)).items.filter((each) => each.operation === operation);

const entryOf = (fixture: Fixture, operation: string): Promise<Entry> =>
  until(`an entry for ${operation}`, async () => (await entriesOf(fixture, operation))[0], { secs: 10 });

test('[audit-1] each change has one entry that says who, what and from where, and a refusal says why', async () => {
  await using fixture = await startRunFixture();
  const jane = await makeUser(fixture, 'jane');
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token: jane.token, maxRetries: 0 });
  const actorId = await deployTo(client, 'idle', { 'main.js': 'setInterval(() => undefined, 1000);' });
  const run = await client.actor('idle').start();
  await client.run(run.id).abort();
  await client.datasets().getOrCreate('made');
  await client.datasets().getOrCreate('made');
  await client.dataset('jane/made').pushItems([{ a: 1 }]);
  await client.run(run.id).get();
  await fixture.call('DELETE', `/v2/acts/${actorId}`);
  await fixture.call('POST', '/wherry/v1/servers/local-1/drain');
  await client.dataset('jane/made').delete();

  expect(await entryOf(fixture, 'POST /wherry/v1/users')).toMatchObject({
    username: 'wherry',
    tokenName: 'data folder',
    runId: null,
    subject: { made: jane.id },
    address: expect.stringContaining('127.0.0.1'),
    outcome: 'done',
  });
  expect(await entryOf(fixture, 'POST /v2/actors')).toMatchObject({ username: 'jane', subject: { made: actorId } });
  expect(await entryOf(fixture, 'POST /v2/actors/{actorId}/runs')).toMatchObject({
    username: 'jane',
    tokenName: expect.stringContaining('token'),
    subject: { actorId: 'idle', made: run.id },
  });
  expect(await entryOf(fixture, 'POST /v2/actor-runs/{runId}/abort')).toMatchObject({ subject: { runId: run.id } });
  expect(await entryOf(fixture, 'POST /wherry/v1/servers/{serverId}/drain')).toMatchObject({ outcome: 'done' });
  // Somebody else's Actor.
  expect(await entryOf(fixture, 'DELETE /v2/actors/{actorId}')).toMatchObject({
    username: 'wherry',
    subject: { actorId },
    outcome: 'record-not-found',
  });
  expect(await entryOf(fixture, 'DELETE /v2/datasets/{storageId}')).toMatchObject({ outcome: 'done' });
  // The second opening changed nothing, and what is in a storage is not in the log.
  expect(await entriesOf(fixture, 'POST /v2/datasets')).toHaveLength(1);
  const operations = (await pageOf(fixture)).items.map(({ operation }) => operation);
  expect(operations.filter((each) => each.startsWith('GET') || each.endsWith('/items'))).toEqual([]);
  for (const each of ['POST /v2/actors', 'POST /v2/actors/{actorId}/runs', 'POST /wherry/v1/users']) {
    expect(
      operations.filter((operation) => operation === each),
      each,
    ).toHaveLength(1);
  }
});

test('[audit-1] an entry names what was made, of every kind', async () => {
  await using fixture = await startRunFixture();
  const { client } = fixture;
  const actor = await client.actors().create({ name: 'made' });
  const task = await client.tasks().create({ actId: actor.id, name: 'made' });
  const schedule = await client.schedules().create({
    name: 'made',
    cronExpression: '@yearly',
    timezone: 'UTC',
    isEnabled: false,
    isExclusive: false,
    actions: [],
  } as never);
  const webhook = await client.webhooks().create({
    eventTypes: ['ACTOR.RUN.FAILED'],
    condition: { actorId: actor.id },
    requestUrl: 'https://example.com/',
  });
  const made = new Map([
    ['POST /v2/actors', actor.id],
    ['POST /v2/actor-tasks', task.id],
    ['POST /v2/schedules', schedule.id],
    ['POST /v2/webhooks', webhook.id],
  ]);
  for (const [operation, id] of made) {
    expect((await entryOf(fixture, operation)).subject.made, operation).toBe(id);
  }
});

test('[audit-1] the change of an attempt names its run', async () => {
  await using fixture = await startRunFixture();
  const actorId = await deployTo(fixture.client, 'idle', { 'main.js': 'setInterval(() => undefined, 1000);' });
  const run = await fixture.start(actorId);
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'));
  onTestFinished(() => database.close());
  database.exec('PRAGMA busy_timeout = 10000');
  database.prepare('UPDATE attempts SET token_hash = ? WHERE run_id = ?').run(hashToken('attempt'), run.id);
  const started = await fixture.call('POST', `/v2/acts/${actorId}/runs`, {}, bearer('attempt'));
  const { data: child } = (await started.json()) as { data: { id: string } };
  await fixture.call('PUT', `/v2/actor-runs/${run.id}`, { statusMessage: 'at work' }, bearer('attempt'));
  const { items } = await pageOf(fixture, '?operation=runs');
  expect(items.filter(({ runId }) => runId !== null)).toMatchObject([
    { runId: run.id, tokenName: null, username: 'wherry', subject: { made: child.id }, outcome: 'done' },
  ]);
  for (const id of [child.id, run.id]) await fixture.client.run(id).abort();
});

test('[audit-1] a change that is in the database has its entry, and one that is not has none', async () => {
  await using fixture = await startFixture();
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  const callOf = (id: string): AuditedCall => ({
    id,
    userId: 'u',
    username: 'somebody',
    token: undefined,
    runId: undefined,
    operation: `TEST ${id}`,
    subject: {},
    address: '::1',
    isRecorded: false,
  });
  const add = (id: string, username: string) => {
    const user = { id, username, role: 'member', name: null, email: null } as const;
    return database.write(createUser, user, { kind: 'user', userId: 'u', audited: callOf(id) });
  };
  // Together, so that the second one's refusal does the group again, each write in its own savepoint.
  const outcomes = await Promise.allSettled([add('one', 'somebody'), add('two', 'SOMEBODY'), add('three', 'else')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const { items } = await pageOf(fixture, '?operation=TEST');
  expect(items.map(({ operation }) => operation)).toEqual(['TEST three', 'TEST one']);
});

test('[audit-2] no entry has a body, a query or a token', async () => {
  await using fixture = await startFixture();
  const secret = 'SecretSecretSecret';
  const calls = [
    ['POST', `/v2/acts?token=${fixture.platform.token}&more=${secret}`, { name: 'one', title: secret }],
    ['POST', '/v2/acts/one/versions', { versionNumber: '0.1', sourceType: 'SOURCE_FILES', sourceFiles: [] }],
    ['POST', '/v2/acts/one/versions/0.1/env-vars', { name: 'KEY', value: secret, isSecret: true }],
    ['POST', '/wherry/v1/tokens', { name: 'a token' }],
  ] as const;
  const made: string[] = [];
  for (const [method, url, body] of calls) {
    const response = await fixture.call(method, url, body);
    expect(response.status, url).toBe(201);
    made.push(((await response.json()) as { data: { token?: string } }).data.token ?? '');
  }
  const { items } = await pageOf(fixture);
  expect(items).toHaveLength(calls.length);
  for (const text of [secret, fixture.platform.token, made.at(-1)!]) expect(JSON.stringify(items)).not.toContain(text);
});

const plantEntries = defineWrite('test.plantEntries', function* ({ count }: { count: number }, { now }) {
  for (let index = 0; index < count; index += 1) {
    const call = { id: `${index}`, userId: 'u', username: 'u', token: undefined, runId: undefined, address: '' };
    yield* addEntry(
      { ...call, operation: `TEST ${index}`, subject: {}, isRecorded: false },
      'done',
      now - 1000 + index,
    );
  }
});

test('[audit-3] the newest entries stay, within the number and the age that are set, and are read page by page', async () => {
  await using fixture = await startFixture();
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  await database.write(plantEntries, { count: 1200 }, { kind: 'platform' });
  const first = await pageOf(fixture, '?limit=1000');
  const second = await pageOf(fixture, `?limit=1000&before=${first.nextBefore}`);
  expect([first.items.length, second.items.length, second.nextBefore]).toEqual([1000, 200, null]);
  const parts = { database, clock: systemClock, logger: { error: () => undefined } };
  await new AuditLog({ ...parts, maxEntries: 100 }).trim();
  const kept = (await pageOf(fixture, '?limit=1000')).items;
  expect(kept).toHaveLength(100);
  expect(kept[0]!.operation).toBe('TEST 1199');
  await new AuditLog({ ...parts, maxAgeMs: -86_400_000 }).trim();
  expect((await pageOf(fixture)).items).toEqual([]);
});

const session = 'POST /wherry/v1/session';

test('[audit-1] who signs in and out is in it, with the token, the means, and whom a sign-in replaces', async () => {
  await using fixture = await startFixture();
  const { url } = fixture.platform;
  const jane = await makeUser(fixture, 'jane');
  const own = await signIn(url, { token: fixture.platform.token });
  const made = await fixture.call('POST', '/wherry/v1/session/codes', undefined, bearer(jane.token));
  const { code } = ((await made.json()) as { data: { code: string } }).data;
  const response = await postSession(url, { code }, { cookie: own.cookie });
  expect(response.status).toBe(201);
  const [byLink, byToken] = await entriesOf(fixture, session);
  expect(byToken).toMatchObject({
    username: 'wherry',
    tokenName: 'data folder',
    subject: { by: 'token' },
    address: expect.stringContaining('127.0.0.1'),
    outcome: 'done',
  });
  expect(Object.keys(byToken!.subject)).toEqual(['by']);
  expect(byLink).toMatchObject({
    username: 'jane',
    tokenName: expect.stringMatching(/^token /),
    subject: { by: 'link', replaced: 'wherry' },
    outcome: 'done',
  });
  const signedIn = await signIn(url, { token: jane.token });
  await signedIn.call('DELETE', '/wherry/v1/session');
  expect(await entriesOf(fixture, 'DELETE /wherry/v1/session')).toMatchObject([{ username: 'jane', outcome: 'done' }]);
});

test('[audit-4] failed sign-ins of an address are one entry, with their number and their means', async () => {
  await using fixture = await startFixture();
  const { url } = fixture.platform;
  for (let index = 0; index < 3; index += 1) await postSession(url, { token: 'wrong' });
  await fetch(`${url}/wherry/v1/session/codes/check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 'wrong' }),
  });
  // Neither is a try to sign in.
  await postSession(url, {});
  await postSession(url, { token: 'a', code: 'b' });
  const entries = await until(
    'the failures are in the log',
    async () => {
      const found = await entriesOf(fixture, session);
      return found.length >= 2 && found;
    },
    { secs: 20 },
  );
  const last = expect.stringMatching(/^\d{4}-/);
  expect(entries.toSorted((one, other) => one.subject.by!.localeCompare(other.subject.by!))).toMatchObject([
    { username: '', subject: { by: 'link', failures: '1', last }, outcome: 'sign-in-code-not-valid' },
    { username: '', subject: { by: 'token', failures: '3', last }, outcome: 'user-or-token-not-found' },
  ]);
});

test('[audit-4] tries from ten thousands of addresses are a few entries an hour, and a few writes', async () => {
  await using fixture = await startFixture();
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  let nowMs = 1_800_000_000_000;
  const waiting: { atMs: number; wake: () => void }[] = [];
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs: number, wake: () => void) => {
      const timer = { atMs: nowMs + delayMs, wake };
      waiting.push(timer);
      return () => void (waiting.includes(timer) && waiting.splice(waiting.indexOf(timer), 1));
    },
  };
  let writes = 0;
  const counted = {
    write: (...args: Parameters<typeof database.write>) => {
      writes += 1;
      return database.write(...args);
    },
  } as unknown as typeof database;
  const failures = new FailedSignIns({
    database: counted,
    clock,
    logger: { error: (error: unknown) => expect.fail(`${error}`) },
  });
  const of = (address: string) => ({
    operation: session,
    means: 'token' as const,
    address,
    network: address,
    outcome: 'user-or-token-not-found',
  });
  const hours = 2;
  const perHour = 36_000;
  for (let index = 0; index < hours * perHour; index += 1) {
    failures.count(of(`10.0.${Math.trunc(index / 250) % 250}.${index % 250}`));
    nowMs += 100;
    for (const timer of waiting.filter(({ atMs }) => atMs <= nowMs)) {
      waiting.splice(waiting.indexOf(timer), 1);
      timer.wake();
    }
  }
  await failures.close();
  const { items } = await pageOf(fixture, '?limit=1000');
  const ofSession = items.filter(({ operation }) => operation === session);
  expect(ofSession.length).toBeLessThanOrEqual(hours * 22);
  expect(ofSession.filter(({ address }) => address === 'other addresses')).toHaveLength(hours);
  const total = ofSession.reduce((sum, { subject }) => sum + Number(subject.failures), 0);
  expect(total, 'none is lost').toBe(hours * perHour);
  expect(writes).toBeLessThanOrEqual(hours * 60 + hours + 2);
});
