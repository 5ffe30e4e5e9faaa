/** The calls of schedules, with the stock client and without. */
import { ApifyClient } from 'apify-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { bearer, makeUser } from './users-fixture.ts';

const yearly = { cronExpression: '@yearly', timezone: 'UTC', isEnabled: true, isExclusive: false } as const;

/** One platform for all tests: each has an account with other schedules in it. */
let fixture: RunFixture;
let client: ApifyClient;
let actorId: string;

beforeAll(async () => {
  fixture = await startRunFixture();
  client = fixture.client;
  actorId = await fixture.deploy('quick', 'console.log("done");');
});

afterAll(() => fixture[Symbol.asyncDispose]());

/** Status and body of a call. */
async function called(method: string, url: string, body?: unknown) {
  const response = await fixture.call(method, url, body);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
}

const errorTypeOf = async (method: string, url: string, body?: unknown) => {
  const { status, body: error } = await called(method, url, body);
  return `${status} ${(error as { error?: { type: string } } | undefined)?.error?.type}`;
};

test('the stock client creates, reads, lists, changes and deletes schedules', async () => {
  const created = await client.schedules().create({
    ...yearly,
    name: 'every-year',
    title: 'Each year',
    description: 'What it is for.',
    actions: [{ type: 'RUN_ACTOR', actorId, runInput: { body: '{}', contentType: 'application/json' } }] as never,
  });
  expect(created).toMatchObject({
    ...yearly,
    name: 'every-year',
    title: 'Each year',
    notifications: { email: true },
    lastRunAt: null,
    actions: [{ id: expect.any(String), type: 'RUN_ACTOR', actorId }],
  });
  const nextYear = new Date().getUTCFullYear() + 1;
  expect(new Date(created.nextRunAt).toISOString()).toBe(`${nextYear}-01-01T00:00:00.000Z`);
  expect(await client.schedule(created.id).get()).toEqual(created);
  expect(await client.schedule('wherry/Every-Year').get()).toEqual(created);

  const { items, total } = await client.schedules().list({ desc: true });
  expect(total).toBe(items.length);
  expect(items[0]).toMatchObject({
    id: created.id,
    actions: [{ id: created.actions[0]!.id, type: 'RUN_ACTOR', actorId }],
  });
  expect(items[0]!.actions[0]).not.toHaveProperty('runInput');

  const { limits, current } = (await client.user().limits()) as never as Record<string, Record<string, number>>;
  expect(current!.scheduleCount).toBe(total);
  expect(limits!.maxScheduleCount).toBeGreaterThan(total);

  const renamed = await client.schedule(created.id).update({ name: 'renamed', cronExpression: '30 5 16 * * 1' });
  expect(renamed).toMatchObject({ name: 'renamed', title: 'Each year', actions: created.actions });
  const next = new Date(renamed.nextRunAt);
  expect([next.getUTCDay(), next.toISOString().slice(11, 19)]).toEqual([1, '16:05:30']);
  expect(await client.schedule(created.id).getLog()).toEqual([]);

  await client.schedule(created.id).delete();
  expect(await client.schedule(created.id).get()).toBeUndefined();
  expect(await client.schedule(created.id).getLog()).toBeUndefined();
  const stranger = new ApifyClient({ baseUrl: fixture.platform.url, token: 'another-token', maxRetries: 0 });
  await expect(stranger.schedules().list()).rejects.toThrow();
});

test('the schedules that start an Actor or a task are listed, as their actions are now', async () => {
  const { id: target } = await client.actors().create({ name: `target-${Date.now()}` });
  const { id: taskId } = await client.tasks().create({ actId: target, name: `target-${Date.now()}` });
  const startsActor = { type: 'RUN_ACTOR', actorId: target };
  const startsTask = { type: 'RUN_ACTOR_TASK', actorTaskId: taskId };
  const scheduleOf = (...actions: object[]) =>
    client.schedules().create({ ...yearly, isEnabled: false, actions: actions as never });
  const twice = await scheduleOf(startsActor, startsActor);
  const both = await scheduleOf(startsTask, startsActor);
  await scheduleOf({ type: 'RUN_ACTOR', actorId });
  const listed = async (query: string) => {
    const { body } = await called('GET', `/wherry/v1/schedules?desc=1&${query}`);
    const { total, items } = body!.data as { total: number; items: { id: string }[] };
    return [total, ...items.map(({ id }) => id)];
  };
  expect(await listed(`actorId=${target}`)).toEqual([2, both.id, twice.id]);
  expect(await listed(`actorId=${target}&limit=1`)).toEqual([2, both.id]);
  expect(await listed(`taskId=${taskId}`)).toEqual([1, both.id]);
  await client.schedule(both.id).update({ title: 'the actions stay' } as never);
  expect(await listed(`taskId=${taskId}`)).toEqual([1, both.id]);
  await client.schedule(both.id).update({ actions: [{ type: 'RUN_ACTOR', actorId }] as never });
  expect(await listed(`taskId=${taskId}`)).toEqual([0]);
  expect(await listed(`actorId=${target}`)).toEqual([1, twice.id]);
  await client.schedule(twice.id).delete();
  expect(await listed(`actorId=${target}`)).toEqual([0]);
  expect((await listed(''))[0]).toBe((await client.schedules().list()).total);
  expect(await errorTypeOf('GET', '/wherry/v1/schedules?actorId=a&taskId=b')).toBe('400 invalid-input');
  // A public Actor is started by schedules of others.
  const jane = await makeUser(fixture, 'jane');
  await client.actor(target).update({ isPublic: true } as never);
  const ofJane = new ApifyClient({ baseUrl: fixture.platform.url, token: jane.token, maxRetries: 0 });
  const theirs = await ofJane.schedules().create({ ...yearly, actions: [startsActor] as never });
  expect(await listed(`actorId=${target}`)).toEqual([0]);
  const response = await fixture.call('GET', `/wherry/v1/schedules?actorId=${target}`, undefined, bearer(jane.token));
  expect(await response.json()).toMatchObject({ data: { total: 1, items: [{ id: theirs.id }] } });
});

test('the next time is right after each change: of the expression, of the time zone, off and on', async () => {
  const { id } = await client.schedules().create({ ...yearly, cronExpression: '0 12 1 7 *' });
  const update = async (fields: object) => (await client.schedule(id).update(fields)).nextRunAt;
  const iso = (date: unknown) => new Date(date as string).toISOString().slice(4);
  expect(iso(await update({ timezone: 'Europe/Prague' }))).toBe('-07-01T10:00:00.000Z');
  expect(iso(await update({ cronExpression: '0 0 1 1 *' }))).toBe('-12-31T23:00:00.000Z');
  expect(await update({ isEnabled: false })).toBeNull();
  expect(await update({ cronExpression: '0 12 1 7 *' })).toBeNull();
  expect(iso(await update({ isEnabled: true }))).toBe('-07-01T10:00:00.000Z');
});

test('what cannot be a schedule is refused with Apify’s error types, and changes nothing', async () => {
  const before = (await client.schedules().list()).total;
  const create = (fields: object) => errorTypeOf('POST', '/v2/schedules', { ...yearly, ...fields });
  for (const cronExpression of [
    'every day',
    '* * * *',
    '60 * * * *',
    '0 0 30 2 *',
    '@reboot',
    '0 0 L * *',
    '? * * * *',
  ]) {
    expect(await create({ cronExpression }), cronExpression).toBe('400 cron-expression-invalid');
  }
  for (const timezone of ['Mars/Olympus', '+02:00', '']) {
    expect(await create({ timezone }), timezone).toBe('400 invalid-input');
  }
  expect(await create({ cronExpression: undefined })).toBe('400 invalid-input');
  expect(await create({ name: 'no' })).toBe('400 invalid-input');
  expect(await create({ name: 'with blanks in it' })).toBe('400 invalid-input');
  expect(await create({ actions: [{ type: 'RUN_ACTOR', actorId: 'nobody' }] })).toBe('404 schedule-actor-not-found');
  expect(await create({ actions: [{ type: 'RUN_ACTOR' }] })).toBe('400 invalid-input');
  expect(await create({ actions: [{ type: 'SEND_MAIL', actorId }] })).toBe('400 invalid-input');
  const odd = { type: 'RUN_ACTOR', actorId, runOptions: { memoryMbytes: 1000 } };
  expect(await create({ actions: [odd] })).toBe('400 invalid-input');
  const eleven = Array.from({ length: 11 }, () => ({ type: 'RUN_ACTOR', actorId }));
  expect(await create({ actions: eleven })).toBe('400 invalid-input');
  expect((await client.schedules().list()).total).toBe(before);

  const { id } = await client.schedules().create({ ...yearly, name: 'taken' });
  expect(await create({ name: 'Taken' })).toBe('409 schedule-name-not-unique');
  const other = await client.schedules().create({ ...yearly });
  expect(other.name).toMatch(/^schedule-/);
  expect(await errorTypeOf('PUT', `/v2/schedules/${other.id}`, { name: 'taken' })).toBe('409 schedule-name-not-unique');
  expect(await errorTypeOf('PUT', `/v2/schedules/${id}`, { cronExpression: 'never' })).toBe(
    '400 cron-expression-invalid',
  );
  expect(await errorTypeOf('GET', '/v2/schedules/missing')).toBe('404 record-not-found');
  expect(await errorTypeOf('GET', '/v2/schedules/missing/log')).toBe('404 record-not-found');
  expect(await errorTypeOf('DELETE', '/v2/schedules/missing')).toBe('404 record-not-found');
});

test('a schedule that was read can be sent back as it is, and its actions keep their ids', async () => {
  const task = await client.tasks().create({ actId: actorId, name: 'a-task' });
  const actions = [
    { type: 'RUN_ACTOR', actorId },
    { type: 'RUN_ACTOR_TASK', actorTaskId: task.id, input: { depth: 2 } },
  ];
  const created = await client.schedules().create({ ...yearly, actions: actions as never });
  const { body } = await called('GET', `/v2/schedules/${created.id}`);
  const before = body!.data as { actions: { id: string }[] };
  const { body: put } = await called('PUT', `/v2/schedules/${created.id}`, before);
  const after = put!.data as typeof before;
  expect(after).toMatchObject({ ...before, modifiedAt: expect.any(String) });
  // Without their ids, in another order, and with a new one.
  const reversed = await client
    .schedule(created.id)
    .update({ actions: [...actions.toReversed(), { type: 'RUN_ACTOR', actorId }] as never });
  const [ofTask, ofActor, added] = reversed.actions;
  expect([ofActor!.id, ofTask!.id]).toEqual(before.actions.map(({ id }) => id));
  expect(before.actions.map(({ id }) => id)).not.toContain(added!.id);
});

test('secret fields of an action’s input are encrypted in the schedule, and the run can read them', async () => {
  const input = {
    title: 'Input',
    type: 'object',
    schemaVersion: 1,
    properties: {
      password: { title: 'Password', type: 'string', description: 'Secret.', editor: 'textfield', isSecret: true },
    },
  };
  const secretive = await fixture.deploy(
    'secretive',
    `import { Actor } from 'apify';
     await Actor.init();
     await Actor.setValue('OUTPUT', { length: (await Actor.getInput()).password.length });
     await Actor.exit();`,
    {},
    { '.actor/actor.json': JSON.stringify({ actorSpecification: 1, name: 'secretive', version: '0.1', input }) },
  );
  const runInput = { body: '{"password":"swordfish"}', contentType: 'application/json' };
  const created = await client.schedules().create({
    ...yearly,
    cronExpression: '*/10 * * * * *',
    actions: [{ type: 'RUN_ACTOR', actorId: secretive, runInput }] as never,
  });
  const stored = JSON.stringify(created.actions);
  expect(stored).not.toContain('swordfish');
  expect(stored).toContain('ENCRYPTED_');
  const length = await until('a run of the schedule has read its input', async () => {
    const { items } = await client.actor(secretive).runs().list();
    const record = items[0] && (await client.keyValueStore(items[0].defaultKeyValueStoreId).getRecord('OUTPUT'));
    return (record?.value as { length: number } | undefined)?.length;
  });
  expect(length).toBe('swordfish'.length);
  await client.schedule(created.id).delete();
});
