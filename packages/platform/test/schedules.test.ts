/** Schedules that start runs, on a whole platform. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

/** The first scheduled time comes within a second, the next one 10 s later. */
const soon = { cronExpression: '* * * * * *', timezone: 'UTC', isEnabled: true } as const;

const input = {
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties: {
    pages: { title: 'Pages', type: 'integer', description: 'How many.', default: 3 },
    start: { title: 'Start', type: 'string', description: 'Where.', editor: 'textfield' },
  },
};
const definition = JSON.stringify({ actorSpecification: 1, name: 'checked', version: '0.1', input });

/** Stores what it was given and how. */
const tellingActor = `
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store, APIFY_META_ORIGIN: origin } = process.env;
const records = url + '/v2/key-value-stores/' + store + '/records/';
const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
const input = await (await fetch(records + 'INPUT', { headers })).text();
await fetch(records + 'OUTPUT', { method: 'PUT', headers, body: JSON.stringify({ input, origin }) });`;

let fixture: RunFixture;

beforeAll(async () => {
  fixture = await startRunFixture();
});

afterAll(() => fixture[Symbol.asyncDispose]());

interface LogLine {
  readonly message: string;
  readonly level: string;
  readonly createdAt: Date;
}

const logOf = async (id: string) => ((await fixture.client.schedule(id).getLog()) ?? []) as unknown as LogLine[];

const whenInvoked = (id: string) =>
  until('the schedule is invoked', async () => (await logOf(id)).some(({ message }) => message === 'Schedule invoked'));

async function createSoon(actions: readonly object[]): Promise<string> {
  return (await fixture.client.schedules().create({ ...soon, actions: actions as never })).id;
}

test('a scheduled run has its input and options, and says what has started it and when it was due', async () => {
  const { client } = fixture;
  const actorId = await fixture.deploy('checked', tellingActor, {}, { '.actor/actor.json': definition });
  const action = {
    type: 'RUN_ACTOR',
    actorId,
    runInput: { body: '{"start":"here"}', contentType: 'application/json; charset=utf-8' },
    runOptions: { build: '0.1.1', timeoutSecs: 77, memoryMbytes: 256, restartOnError: null },
  };
  const id = await createSoon([action]);
  await whenInvoked(id);
  await client.schedule(id).update({ isEnabled: false });
  const { items } = await client.actor(actorId).runs().list();
  const run = await client.run(items[0]!.id).waitForFinish();
  expect(run).toMatchObject({
    status: 'SUCCEEDED',
    options: { build: '0.1.1', timeoutSecs: 77, memoryMbytes: 256 },
    meta: { origin: 'SCHEDULER', scheduleId: id },
  });
  const { scheduledAt } = run.meta as unknown as { scheduledAt: Date };
  expect(new Date(scheduledAt).getUTCMilliseconds()).toBe(0);
  const { value } = (await client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT'))!;
  const told = value as unknown as { input: string; origin: string };
  expect(told.origin).toBe('SCHEDULER');
  // The schema's defaults fill up what the schedule does not say.
  expect(JSON.parse(told.input)).toEqual({ start: 'here', pages: 3 });
  const schedule = (await client.schedule(id).get())!;
  expect(schedule.nextRunAt).toBeNull();
  expect(Date.parse(schedule.lastRunAt)).toBeGreaterThanOrEqual(new Date(scheduledAt).getTime());
  expect((await logOf(id)).at(-1)).toEqual({
    message: 'Schedule invoked',
    level: 'INFO',
    createdAt: new Date(schedule.lastRunAt),
  });
  expect(
    await client
      .actor(actorId)
      .lastRun({ origin: 'SCHEDULER' } as never)
      .get(),
  ).toMatchObject({ actId: actorId });
});

test('[schedule-4] actions that cannot start are in the log, and the others start', async () => {
  const { client } = fixture;
  const good = await fixture.deploy('good', '');
  const checked = await fixture.deploy('strict', '', {}, { '.actor/actor.json': definition });
  const gone = await fixture.deploy('gone', '');
  const task = await client.tasks().create({ actId: good, name: 'ended-task' });
  const { id: unbuilt } = await client.actors().create({ name: 'unbuilt' });
  const body = (text: string) => ({ runInput: { body: text, contentType: 'application/json' } });
  const { id } = await client.schedules().create({
    ...soon,
    isEnabled: false,
    actions: [
      { type: 'RUN_ACTOR', actorId: gone },
      { type: 'RUN_ACTOR', actorId: checked, ...body('{"pages":"many"}') },
      { type: 'RUN_ACTOR', actorId: checked, ...body('not JSON') },
      { type: 'RUN_ACTOR', actorId: good, runOptions: { build: 'no-such-tag' } },
      { type: 'RUN_ACTOR', actorId: unbuilt },
      { type: 'RUN_ACTOR_TASK', actorTaskId: task.id },
      { type: 'RUN_ACTOR', actorId: good },
    ] as never,
  });
  await client.actor(gone).delete();
  await client.task(task.id).delete();
  await client.schedule(id).update({ isEnabled: true });
  await whenInvoked(id);
  await client.schedule(id).update({ isEnabled: false });
  const lines = (await logOf(id)).slice(0, 7).map(({ level, message }) => `${level} ${message}`);
  expect(lines).toEqual([
    'INFO Schedule invoked',
    expect.stringMatching(new RegExp(`^ERROR Cannot start Actor "${gone}": Actor was not found`)),
    expect.stringMatching(new RegExp(`^ERROR Cannot start Actor "${checked}": Input is not valid: .*pages`)),
    expect.stringMatching(new RegExp(`^ERROR Cannot start Actor "${checked}": Input is not valid`)),
    expect.stringMatching(new RegExp(`^ERROR Cannot start Actor "${good}": .*no-such-tag`)),
    expect.stringMatching(new RegExp(`^ERROR Cannot start Actor "${unbuilt}": .*latest`)),
    expect.stringMatching(new RegExp(`^ERROR Cannot start Actor task "${task.id}": Actor task was not found`)),
  ]);
  expect((await client.actor(good).runs().list()).items.length).toBeGreaterThan(0);
  expect((await client.actor(checked).runs().list()).total).toBe(0);
});

test('a task is started with its options, and with its input below that of the action', async () => {
  const { client } = fixture;
  const actorId = await fixture.deploy('of-task', '');
  const task = await client.tasks().create({
    actId: actorId,
    name: 'scheduled',
    options: { memoryMbytes: 256, timeoutSecs: 77 },
    input: { pages: 1, depth: 2 },
  });
  const action = { type: 'RUN_ACTOR_TASK', actorTaskId: 'scheduled', input: { depth: 3 } };
  const { id } = await client.schedules().create({ ...soon, actions: [action] as never });
  await whenInvoked(id);
  await client.schedule(id).update({ isEnabled: false });
  const run = await until(
    'the run of the task is there',
    async () => (await client.task(task.id).runs().list()).items[0],
  );
  const whole = (await client.run(run.id).get())!;
  expect(whole).toMatchObject({ actorTaskId: task.id, meta: { origin: 'SCHEDULER', scheduleId: id } });
  expect(whole.options).toMatchObject({ memoryMbytes: 256, timeoutSecs: 77 });
  const input = await client.keyValueStore(whole.defaultKeyValueStoreId).getRecord('INPUT');
  expect(input!.value).toEqual({ pages: 1, depth: 3 });
});

test('[schedule-4] a start that the transaction refuses is in the log, and the others start', async () => {
  await using limited = await startRunFixture({ maxRuns: 2, writer: 'worker thread' });
  const { client } = limited;
  const waiting = await limited.deploy('waiting', 'setInterval(() => {}, 1000);');
  const actions = [waiting, waiting, waiting].map((actorId) => ({ type: 'RUN_ACTOR', actorId }));
  const { id } = await client.schedules().create({ ...soon, actions: actions as never });
  const log = await until('the schedule is invoked', async () => {
    const lines = (await client.schedule(id).getLog()) as unknown as LogLine[];
    return lines.length > 0 && lines;
  });
  expect(log.slice(0, 2).map(({ message }) => message)).toEqual([
    'Schedule invoked',
    expect.stringContaining(`Cannot start Actor "${waiting}": There are 2 runs that are not over`),
  ]);
  const { items } = await client.runs().list();
  expect(items).toHaveLength(2);
  await client.schedule(id).delete();
  // The runs stay, and say which schedule they are of.
  await Promise.all(items.map((run) => client.run(run.id).abort()));
  expect((await client.run(items[0]!.id).get())!.meta).toMatchObject({ scheduleId: id });
});
