/**
 * Histories of schedules, each made from a seed: docs/simulation.md. One that fails is seen again by
 * `WHERRY_SEED=… npx vitest run packages/platform/test/simulation-schedules.test.ts`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { type SchedulePoint, schedulePoints } from '../src/schedules/invoker.ts';
import { breakUniqueness } from './simulation/schedules/planted-schedules.ts';
import { ClockOfHistories, type ScheduleHistoryOptions, ScheduleWorld } from './simulation/schedules/schedule-world.ts';
import { isReplay } from './simulation/seeds.ts';
import { Violation } from './simulation/violation.ts';

async function openDatabase() {
  // Nothing here cuts the power: in memory a sync costs nothing.
  const folder = await mkdtemp(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'wherry-schedules-'));
  const clock = new ClockOfHistories();
  const database = SqliteDatabase.open(path.join(folder, 'schedules.sqlite'), clock);
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  const runHistory = async (seed: number, options: ScheduleHistoryOptions) => {
    const world = new ScheduleWorld(seed, database, options);
    clock.current = world.clock;
    await world.run();
  };
  return { database, runHistory };
}

test('[schedule-1] [schedule-2] [schedule-3] [schedule-5] no scheduled time is invoked twice and none is lost, whatever dies, fails or sets the clock', async () => {
  const { runHistory } = await openDatabase();
  const crashes = new Map<SchedulePoint, number>();
  const replayed = process.env.WHERRY_SEED;
  const first = replayed === undefined ? 1 : Number(replayed);
  const count = isReplay ? 1 : (isLong ? 4000 : 60) * Number(process.env.WHERRY_HISTORIES_FACTOR ?? 1);
  const trace = isReplay ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
  for (let seed = first; seed < first + count; seed += 1) {
    try {
      await runHistory(seed, { breakage: 'none', crashes, trace });
    } catch (error) {
      throw new Error(`seed ${seed} broke a promise: ${error}`, { cause: error });
    }
  }
  if (!isReplay) expect(schedulePoints.filter((point) => !crashes.has(point))).toEqual([]);
});

test.skipIf(isReplay).each(['comparesNothing', 'forgets'] as const)(
  'the checkers see a platform that starts a scheduled time twice: %s',
  async (breakage) => {
    const { database, runHistory } = await openDatabase();
    await database.write(breakUniqueness, null, { kind: 'platform' });
    let seen: Violation | undefined;
    // In every second history the clock is set.
    for (let seed = 2; seed <= 1000 && seen === undefined; seed += 2) {
      try {
        await runHistory(seed, { breakage });
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        seen = error;
      }
    }
    expect(seen?.checker).toMatch(/^\[schedule-[12]\]$/);
  },
);
