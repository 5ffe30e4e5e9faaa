/** The stream of changes as its clients see it: who is told of what, from whomever it comes, and when it ends. */
import { ApifyClient } from 'apify-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { EventStream } from '../src/api/events/event-stream.ts';
import { readEvents } from './event-reader.ts';
import { startFixture } from './fixture.ts';
import { deployTo, type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeToken, makeUser, signIn } from './users-fixture.ts';

let fixture: RunFixture;
let actorId: string;

beforeAll(async () => {
  fixture = await startRunFixture({ handoffs: { bootSecs: 30, quietGraceSecs: 0.1 } });
  actorId = await fixture.deploy(
    'waits',
    "import { Actor } from 'apify';\nawait Actor.init();\nawait Actor.pushData({ a: 1 });\nsetInterval(() => undefined, 1000);",
  );
});
afterAll(() => fixture[Symbol.asyncDispose]());

const clientOf = (token: string) => new ApifyClient({ baseUrl: fixture.platform.url, token, maxRetries: 0 });

test('[change-1] what calls, the supervisor, schedules and webhooks change is told to the user whose it is', async () => {
  await using stream = await readEvents(fixture);
  expect(Object.fromEntries(stream.response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const { client } = fixture;
  const webhook = await client.webhooks().create({
    eventTypes: ['ACTOR.RUN.CREATED'],
    condition: { actorId },
    requestUrl: 'http://127.0.0.1:9/',
  });
  const run = await fixture.start(actorId);
  await stream.next('the push', ({ data }) => data.id === run.defaultDatasetId && data.kind === 'dataset', 0);
  const { id: handoffId } = await fixture.migrate(run.id, 'cold');
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  const build = await client.actor(actorId).build('0.1', { waitForFinish: 60 });
  const task = await client.tasks().create({ actId: actorId, name: 'of-events' });
  const schedule = await client.schedules().create({
    ...{ name: 'each-second', cronExpression: '* * * * *', timezone: 'UTC', isEnabled: true, isExclusive: false },
    actions: [{ type: 'RUN_ACTOR', actorId }] as never,
  });
  await client.schedule(schedule.id).delete();
  await client.actor(actorId).update({ title: 'Waits' });
  const queue = await client.requestQueues().getOrCreate('of-events');
  await client.requestQueue(queue.id).addRequest({ url: 'https://example.com/', uniqueKey: 'a' });
  await fixture.call('POST', '/wherry/v1/servers/local-2/drain');
  await fixture.call('POST', '/wherry/v1/servers/local-2/undrain');
  const { id: tokenId } = await makeToken(fixture, 'wherry');
  const wanted = [
    ...[`run ${run.id}`, `attempt ${run.id}/1`, `attempt ${run.id}/2`, `handoff ${handoffId}`, 'server local-1'],
    ...[`webhook ${webhook.id}`, `build ${build.id}`, `task ${task.id}`, `schedule ${schedule.id}`, 'server local-2'],
    ...[`actor ${actorId}`, `requestQueue ${queue.id}`, `keyValueStore ${run.defaultKeyValueStoreId}`],
    ...[`dataset ${run.defaultDatasetId}`, `token ${tokenId}`],
  ];
  await until('all is told', () => wanted.every((each) => stream.changes().has(each))).catch((error: unknown) => {
    throw new Error(`not told: ${wanted.filter((each) => !stream.changes().has(each)).join(', ')}`, { cause: error });
  });
  await stream.next('the dispatch', ({ data }) => data.kind === 'dispatch');
  const own = stream.events.find(({ data }) => data.id === run.defaultDatasetId);
  expect(own).toMatchObject({ event: 'change', data: { runId: run.id, actorId } });
  const ids = stream.events.map(({ id }) => Number(id.split('-')[1]));
  expect(ids).toEqual(ids.toSorted((one, other) => one - other));
});

test('[stream-3] nobody is told of what is another user’s; administrators of servers, of where all runs are, and of the audit log', async () => {
  const [alice, bob] = [await makeUser(fixture, 'events-alice'), await makeUser(fixture, 'events-bob')];
  await using own = await readEvents(fixture, { token: alice.token });
  await using other = await readEvents(fixture, { token: bob.token });
  await using administrator = await readEvents(fixture);
  const client = clientOf(alice.token);
  const idle = await deployTo(client, 'idle', { 'main.js': 'setInterval(() => undefined, 1000);' });
  const run = await client.actor(idle).start();
  await own.next('the attempt', ({ data }) => data.id === `${run.id}/1`);
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  await clientOf(bob.token).datasets().getOrCreate('last');
  await other.next('something', ({ data }) => data.kind === 'dataset');
  await administrator.next('the attempt', ({ data }) => data.id === `${run.id}/1`);
  const kindsOf = (events: typeof own.events) => new Set(events.map(({ data }) => data.kind));
  expect(kindsOf(other.events)).toEqual(new Set(['dataset']));
  expect(own.changes().has(`run ${run.id}`)).toBe(true);
  expect(own.changes().has(`actor ${idle}`)).toBe(true);
  expect(kindsOf(own.events).has('server')).toBe(false);
  expect(kindsOf(own.events).has('auditLog')).toBe(false);
  const ofAlice = administrator.events.filter(({ data }) => data.runId === run.id || data.actorId === idle);
  expect(kindsOf(ofAlice)).toEqual(new Set(['attempt']));
  await administrator.next('the server', ({ data }) => data.kind === 'server');
  await administrator.next('the audit log', ({ data }) => data.kind === 'auditLog' && data.id === 'platform');
});

test('[token-2] a token that is limited to named resources is told of those, and one that may not read gets no stream', async () => {
  const { client } = fixture;
  const [named, unnamed] = [
    await client.datasets().getOrCreate('named'),
    await client.datasets().getOrCreate('unnamed'),
  ];
  const { token } = await makeToken(fixture, 'wherry', {
    scopes: ['read'],
    resources: { actors: [actorId], storages: [named.id] },
  });
  await using stream = await readEvents(fixture, { token });
  await client.dataset(unnamed.id).pushItems([{ a: 1 }]);
  await client.tasks().create({ actId: actorId, name: 'of-the-named-actor' });
  const run = await fixture.start(actorId);
  await client.run(run.id).abort();
  await client.run(run.id).waitForFinish();
  await client.dataset(named.id).pushItems([{ a: 1 }]);
  await stream.next('the named dataset', ({ data }) => data.id === named.id);
  await stream.next('the run', ({ data }) => data.id === run.id);
  // What changed within a second before is told now [feed-1]: also a build of the named Actor, of a test before.
  const others = stream.events.filter(
    ({ data }) => data.id !== named.id && (data.actorId !== actorId || data.kind === 'task'),
  );
  expect(others.map(({ data }) => JSON.stringify(data))).toEqual([]);
  const { token: runner } = await makeToken(fixture, 'wherry', { scopes: ['run'] });
  const refused = await fixture.call('GET', '/wherry/v1/events', undefined, bearer(runner));
  expect([refused.status, (await refused.json()) as object]).toMatchObject([
    403,
    { error: { type: 'insufficient-permissions' } },
  ]);
  expect((await fetch(`${fixture.platform.url}/wherry/v1/events`)).status).toBe(401);
});

test('[stream-2] a stream ends when its token is removed, when it expires, and when its user is disabled', async () => {
  const user = await makeUser(fixture, 'events-leaver');
  const removed = await makeToken(fixture, user.id);
  const expiring = await makeToken(fixture, user.id, { expiresAt: new Date(Date.now() + 3000).toISOString() });
  await using first = await readEvents(fixture, { token: removed.token });
  await using second = await readEvents(fixture, { token: expiring.token });
  await using third = await readEvents(fixture, { token: user.token });
  await fixture.call('DELETE', `/wherry/v1/tokens/${removed.id}`);
  await until('the stream of the removed token ends', first.hasEnded, { secs: 30 });
  expect([second.hasEnded(), third.hasEnded()]).toContain(false);
  await until('the stream of the expired token ends', second.hasEnded, { secs: 60 });
  expect(third.hasEnded()).toBe(false);
  await fixture.call('PUT', `/wherry/v1/users/${user.id}`, { isDisabled: true });
  await until('the stream of the disabled user ends', third.hasEnded, { secs: 30 });
});

test('[stream-2] the stream of a session goes on when other tokens change, and ends when the browser signs out', async () => {
  const user = await makeUser(fixture, 'events-browser');
  const browser = await signIn(fixture.platform.url, { token: user.token });
  const another = await signIn(fixture.platform.url, { token: user.token });
  await using stream = await readEvents(fixture, { cookie: browser.cookie });
  await using other = await readEvents(fixture, { cookie: another.cookie });
  const { id } = await makeToken(fixture, user.id);
  await stream.next('the token', ({ data }) => data.kind === 'token' && data.id === id);
  const dataset = await clientOf(user.token).datasets().getOrCreate('of-browser');
  await stream.next('the dataset', (event) => event.data.id === dataset.id);
  expect((await browser.call('DELETE', '/wherry/v1/session')).status).toBe(204);
  await until('the stream of the session ends', stream.hasEnded, { secs: 30 });
  const later = await clientOf(user.token).datasets().getOrCreate('of-another-browser');
  await other.next('the later dataset', (event) => event.data.id === later.id);
  expect(other.hasEnded()).toBe(false);
});

test('[stream-2] an administrator who becomes a member is told of servers no more', async () => {
  const user = await makeUser(fixture, 'events-lowered', { role: 'administrator' });
  await using stream = await readEvents(fixture, { token: user.token });
  await fixture.call('POST', '/wherry/v1/servers/local-2/drain');
  await stream.next('the server', ({ data }) => data.kind === 'server');
  await fixture.call('PUT', `/wherry/v1/users/${user.id}`, { role: 'member' });
  await stream.next('the user', ({ data }) => data.id === user.id);
  const before = stream.events.length;
  await fixture.call('POST', '/wherry/v1/servers/local-2/undrain');
  await clientOf(user.token).datasets().getOrCreate('later');
  await stream.next('the dataset', ({ data }) => data.kind === 'dataset');
  expect(stream.events.slice(before).map(({ data }) => data.kind)).not.toContain('server');
});

test('[stream-1] a stream that nobody reads takes no more than its limit, and is destroyed then', () => {
  const stream = new EventStream();
  const change = { kind: 'run', id: 'r', userId: 'u', runId: 'r', actorId: 'a' } as const;
  let [most, sent] = [0, 0];
  for (; !stream.destroyed && sent < 100_000; sent += 1) {
    stream.event({ kind: 'change', id: `e-${sent}`, change });
    most = Math.max(most, stream.readableLength);
  }
  expect(stream.destroyed).toBe(true);
  expect(most).toBeLessThan(300 * 1024);
  expect(sent).toBeGreaterThan(1000);
  stream.event({ kind: 'reset', id: 'e-0' });
  stream.finish();
});

test('[feed-3] a client resumes where it was, and after a restart of the platform is told to read all again', async () => {
  await using small = await startFixture();
  await using first = await readEvents(small);
  const { client } = small;
  await client.datasets().getOrCreate('one');
  const { id } = await first.next('the first dataset', ({ data }) => data.kind === 'dataset');
  await first[Symbol.asyncDispose]();
  const two = await client.datasets().getOrCreate('two');
  await using second = await readEvents(small, { headers: { 'last-event-id': id } });
  await second.next('what was missed', ({ data }) => data.id === two.id);
  expect(second.events.filter(({ data }) => data.kind === 'dataset')).toHaveLength(1);
  const { dataFolder } = small;
  await small.platform.close();
  await until('the end of the platform ends the stream', second.hasEnded, { secs: 30 });
  await using again = await startFixture({ dataFolder });
  await using third = await readEvents(again, { headers: { 'last-event-id': second.lastId() } });
  await third.next('a reset', ({ event }) => event === 'reset');
});
