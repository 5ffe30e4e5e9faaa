/** When schedules are invoked, by a clock that the test moves, over the real database. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defineWrite } from '../src/database/operation.ts';
import { exec } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import type { InvokedSchedule } from '../src/schedules/invoker.ts';
import type { ScheduleInput } from '../src/schedules/schedule-settings.ts';
import { createSchedule, getSchedule, getScheduleLog, updateSchedule } from '../src/schedules/schedules.ts';
import { Refusal } from '../src/shared/errors.ts';
import { newId } from '../src/shared/ids.ts';
import { endRun, plantActors, seeSchedules, userId } from './simulation/schedules/planted-schedules.ts';
import { wakerOver } from './simulation/schedules/waker-over.ts';
import { VirtualClock } from './simulation/virtual-clock.ts';

const owner = { kind: 'user', userId } as const;
const platform = { kind: 'platform' } as const;
const actorId = 'schedules-actor-a';

/** What was invoked long ago. */
const plantInvocations = defineWrite(
  'test.plantInvocations',
  function* ({ id, times }: { id: string; times: readonly number[] }) {
    for (const [index, time] of times.entries()) {
      yield* exec('INSERT INTO schedule_invocations VALUES (?, ?)', id, time);
      yield* exec("INSERT INTO schedule_logs VALUES (?, ?, ?, 'INFO', 'old')", id, index + 1, time);
    }
  },
);

type WakerOptions = Omit<Parameters<typeof wakerOver>[0], 'database' | 'clock'>;

/** A database with one Actor, at noon, and what starts and moves platforms. */
async function open() {
  const folder = await mkdtemp(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'wherry-times-'));
  const time = new VirtualClock();
  time.setMs = Date.UTC(2026, 0, 1, 12) - time.nowMs;
  const own = { isDead: false };
  const clock = time.of(own);
  const database = SqliteDatabase.open(path.join(folder, 'times.sqlite'), clock);
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  await database.write(plantActors, { ids: [actorId] }, platform);
  const settle = async (turns = 60) => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    database,
    time,
    settle,
    start(options: WakerOptions = {}) {
      const waker = wakerOver({ database, clock, ...options });
      waker.start();
      return waker;
    },
    /** Second by second, as a waiting platform sees it. */
    async pass(secs: number) {
      for (let second = 0; second < secs; second += 1) {
        time.advanceTo(time.nowMs + 1000);
        await settle(20);
      }
    },
    /** In one leap, as a machine that sleeps. */
    async leap(ms: number) {
      time.advanceTo(time.nowMs + ms);
      await settle();
    },
    async create(input: ScheduleInput): Promise<string> {
      const id = newId();
      const actions = input.actions ?? [{ type: 'RUN_ACTOR', actorId }];
      const actionIds = actions.map(() => newId());
      await database.write(createSchedule, { userId, id, input: { ...input, actions }, actionIds }, owner);
      return id;
    },
    change: (schedule: string, input: ScheduleInput) =>
      database.write(updateSchedule, { userId, schedule, input, actionIds: [newId(), newId()] }, owner),
    nextOf: async (schedule: string) => (await database.read(getSchedule, { userId, schedule }, owner)).nextRunAt,
    async logOf(schedule: string) {
      const lines = await database.read(getScheduleLog, { userId, schedule }, owner);
      return lines.map(({ level, message }) => `${level} ${message}`);
    },
    /** The scheduled times that have started a run, in order, as times of the day. */
    async started() {
      const { runs } = await database.read(seeSchedules, null, platform);
      const times = runs.map(({ scheduledAt }) => scheduledAt).sort((one, other) => one - other);
      return times.map((each) => new Date(each).toISOString().slice(11, 19));
    },
    runs: async () => (await database.read(seeSchedules, null, platform)).runs,
    end: (id: string) => database.write(endRun, { id }, platform),
  };
}

test('a schedule is invoked at each of its times, and no more often than every 10 s', async () => {
  const { create, start, pass, started, logOf } = await open();
  const id = await create({ cronExpression: '*/4 * * * * *' });
  start();
  await pass(35);
  expect(await started()).toEqual(['12:00:04', '12:00:16', '12:00:28']);
  expect(await logOf(id)).toEqual(Array.from({ length: 3 }, () => 'INFO Schedule invoked'));
});

test('[schedule-3] what passed while the platform was down is made up by one invocation, for the last time, and the log says so', async () => {
  const { create, start, leap, pass, started, logOf, nextOf } = await open();
  const hourly = await create({ cronExpression: '0 * * * *' });
  const daily = await create({ cronExpression: '30 14 * * *' });
  const first = start();
  await leap(3_600_000);
  await first.close();
  await leap(5 * 3_600_000 + 60_000);
  expect(await started()).toEqual(['13:00:00']);
  start();
  await pass(3);
  expect(await started()).toEqual(['13:00:00', '14:30:00', '18:00:00']);
  expect(await logOf(hourly)).toEqual([
    'INFO Schedule invoked',
    'WARNING The platform was down or busy at the scheduled times from 2026-01-01T14:00:00.000Z to 2026-01-01T18:00:00.000Z. The schedule is invoked once for all of them.',
    'INFO Schedule invoked',
  ]);
  expect((await logOf(daily))[0]).toMatch(
    /^WARNING The platform was down or busy at the scheduled time .* \d+ s late\.$/,
  );
  expect(await nextOf(hourly)).toBe('2026-01-01T19:00:00.000Z');
});

test('[waker-1] a machine that slept and a clock that is set forward delay an invocation by no more than a second', async () => {
  const { create, start, time, pass, leap, started } = await open();
  await create({ cronExpression: '0 * * * *' });
  start();
  await pass(1);
  // While a machine sleeps, its monotonic clock stands still.
  time.setMs += 3_600_000;
  await leap(1000);
  expect(await started()).toEqual(['13:00:00']);
});

test('[schedule-2] a clock that is set back starts no time again, and what it did not have yet is not left out', async () => {
  const { create, start, time, pass, leap, started, nextOf } = await open();
  const id = await create({ cronExpression: '0 * * * *' });
  const first = start();
  await leap(3_600_000);
  expect(await started()).toEqual(['13:00:00']);
  time.setMs -= 1_800_000;
  await pass(2);
  // 13:00 comes again, and was invoked.
  expect(await nextOf(id)).toBe('2026-01-01T14:00:00.000Z');
  // A clock that is wrong by a month for a while, and is set right before the next start.
  time.setMs += 31 * 86_400_000;
  await pass(2);
  expect(await nextOf(id)).toMatch(/^2026-02-01/);
  await first.close();
  time.setMs -= 31 * 86_400_000;
  start();
  await pass(2);
  expect(await nextOf(id)).toBe('2026-01-01T14:00:00.000Z');
  await leap(3_600_000 + 1_800_000);
  expect((await started()).filter((each) => each === '14:00:00')).toHaveLength(1);
});

test('[waker-1] a clock that is set back during an invocation keeps no schedule waiting', async () => {
  const { create, start, time, leap, pass, started } = await open();
  await create({ cronExpression: '* * * * *' });
  let isFirst = true;
  start({
    placeNew: async () => {
      if (isFirst) time.setMs -= 1_800_000;
      isFirst = false;
      return { serverId: null, release: () => undefined };
    },
  });
  await leap(60_000);
  await pass(62);
  expect(await started()).toEqual(['11:32:00', '12:01:00']);
});

test('[schedule-2] invocations that are forgotten are not made again', async () => {
  const { create, database, start, pass, leap, time, nextOf, logOf } = await open();
  const id = await create({ cronExpression: '* * * * *' });
  const now = Date.UTC(2026, 0, 1, 12);
  const times = Array.from({ length: 1000 }, (_, index) => now - index * 60_000).reverse();
  await database.write(plantInvocations, { id, times }, platform);
  start();
  await leap(60_000);
  expect(await logOf(id)).toHaveLength(1000);
  expect((await logOf(id)).at(-1)).toBe('INFO Schedule invoked');
  const { invocations } = await database.read(seeSchedules, null, platform);
  expect(invocations).toHaveLength(1000);
  time.setMs -= 2000 * 60_000;
  await pass(2);
  expect(await nextOf(id)).toBe('2026-01-01T12:02:00.000Z');
});

test('[schedule-5] an exclusive schedule starts no action whose run is not over, also after a change', async () => {
  const { create, change, start, leap, runs, end, logOf } = await open();
  const id = await create({ cronExpression: '* * * * *', isExclusive: true });
  start();
  await leap(60_000);
  await leap(60_000);
  expect(await runs()).toHaveLength(1);
  expect((await logOf(id)).at(-1)).toMatch(
    /^WARNING Actor ".*" was not started: its run .* the schedule is exclusive\.$/,
  );
  // The action is sent without its id, as by who knows only what it starts.
  await change(id, { actions: [{ type: 'RUN_ACTOR', actorId, runInput: { body: '{}' } }] });
  await leap(60_000);
  expect(await runs()).toHaveLength(1);
  await end((await runs())[0]!.id);
  await leap(60_000);
  expect(await runs()).toHaveLength(2);
  await change(id, { isExclusive: false });
  await leap(60_000);
  expect(await runs()).toHaveLength(3);
});

test('an observer hears of each invocation how late it was, and how many actions started, failed and were skipped', async () => {
  const { create, start, leap } = await open();
  const heard: InvokedSchedule[] = [];
  const actions = [actorId, actorId].map((each) => ({ type: 'RUN_ACTOR' as const, actorId: each }));
  await create({ cronExpression: '* * * * *', isExclusive: true, actions });
  let hasRoom = true;
  const placeNew = async () => {
    // The second action of the first invocation gets no room.
    if (!hasRoom) throw new Refusal(402, 'too-many-runs', 'There is no room.');
    hasRoom = false;
    return { serverId: null, release: () => undefined };
  };
  start({ placeNew, observer: { scheduleInvoked: (invoked) => heard.push(invoked) } });
  await leap(60_000);
  await leap(95_000);
  const noon = Date.UTC(2026, 0, 1, 12);
  const times = (scheduledSecs: number, invokedSecs: number) => ({
    scheduledAt: noon + scheduledSecs * 1000,
    invokedAt: noon + invokedSecs * 1000,
  });
  expect(heard).toEqual([
    { ...times(60, 60), started: 1, failed: 1, skipped: 0 },
    { ...times(120, 155), started: 0, failed: 1, skipped: 1 },
  ]);
});

test('[schedule-6] a change of what does not concern the times leaves a time that is due, another one does not', async () => {
  const { create, change, start, leap, pass, started } = await open();
  const titled = await create({ cronExpression: '0 13 * * *' });
  const moved = await create({ cronExpression: '30 13 * * *' });
  const disabled = await create({ cronExpression: '45 13 * * *' });
  await leap(2 * 3_600_000);
  await change(titled, { title: 'Another title', isEnabled: true, cronExpression: '0 13 * * *' });
  await change(moved, { cronExpression: '31 13 * * *' });
  await change(disabled, { isEnabled: false });
  await change(disabled, { isEnabled: true });
  start();
  await pass(3);
  expect(await started()).toEqual(['13:00:00']);
});

test('[waker-3] what the platform lacks is waited for, while other schedules go on, and in the end it is a failure of the action', async () => {
  const { create, start, leap, pass, runs, logOf } = await open();
  let lacks = 3;
  const placeNew = async () => {
    lacks -= 1;
    if (lacks >= 0) throw new Refusal(503, 'no-server', 'All servers are being drained.');
    return { serverId: null, release: () => undefined };
  };
  const id = await create({ cronExpression: '0 13 * * *' });
  start({ placeNew });
  await leap(3_600_000);
  await create({ cronExpression: '0 13 * * *', actions: [] });
  expect(await runs()).toEqual([]);
  await pass(20);
  expect(await runs()).toHaveLength(1);
  expect(await logOf(id)).toEqual(['INFO Schedule invoked']);
  lacks = 1000;
  await leap(24 * 3_600_000);
  await pass(120);
  expect(await runs()).toHaveLength(1);
  expect((await logOf(id)).slice(-2)).toEqual([
    'INFO Schedule invoked',
    `ERROR Cannot start Actor "${actorId}": All servers are being drained.`,
  ]);
});

test('[waker-2] five hundred schedules of one minute are invoked once each, a few at a time', async () => {
  const { create, start, leap, settle, runs } = await open();
  for (let index = 0; index < 500; index += 1) await create({ cronExpression: '0 13 * * *' });
  let underWay = 0;
  let most = 0;
  start({
    placeNew: async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      return { serverId: null, release: () => (underWay -= 1) };
    },
  });
  await leap(3_600_000);
  for (let round = 0; round < 1000 && (await runs()).length < 500; round += 1) await settle();
  expect(new Set((await runs()).map(({ scheduleId }) => scheduleId)).size).toBe(500);
  expect(await runs()).toHaveLength(500);
  expect(most).toBeLessThanOrEqual(4);
});

test('without a schedule that has a next time, the platform waits for nothing', async () => {
  const { create, change, start, settle, time } = await open();
  const waker = start();
  await settle();
  expect(time.nextAt()).toBeUndefined();
  const id = await create({ cronExpression: '@daily' });
  waker.wake();
  await settle();
  expect(time.nextAt()).toBeDefined();
  await change(id, { isEnabled: false });
  waker.wake();
  await settle();
  expect(time.nextAt()).toBeUndefined();
});
