/** `kill -9` of the platform at named points around the invocations of schedules, on one data folder. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { until } from '../../../test/support/until.ts';
import { schedulePoints } from '../src/schedules/invoker.ts';
import { type KillablePlatform, startKillable } from './killable-platform.ts';
import { dataFolderOfTest, deployTo } from './run-fixture.ts';
import { Random } from './simulation/random.ts';

/** 500 kills in the long form. */
const rounds = (isLong ? 500 : 8) * Number(process.env.WHERRY_HISTORIES_FACTOR ?? 1);
const seed = Number(process.env.WHERRY_SEED ?? 17);
const program = fileURLToPath(new URL('./schedule-kill-process.ts', import.meta.url));

const clientOf = ({ url }: KillablePlatform) => new ApifyClient({ baseUrl: url, token: 'test-token', maxRetries: 0 });

/** Resolves once the process has ended by itself. */
const whenKilled = ({ url }: KillablePlatform) =>
  until('the platform is killed', () =>
    fetch(`${url}/health`).then(
      async (response) => void (await response.arrayBuffer()),
      () => true,
    ),
  );

/** Five schedules, so that one is due every two seconds, with two Actors each. */
async function createSchedules(client: ApifyClient, actorIds: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (let second = 0; second < 10; second += 2) {
    const { id } = await client.schedules().create({
      cronExpression: `${second}/10 * * * * *`,
      actions: actorIds.map((actorId) => ({ type: 'RUN_ACTOR', actorId, runOptions: { memoryMbytes: 128 } })) as never,
    });
    ids.push(id);
  }
  return ids;
}

interface ScheduledRun {
  readonly actId: string;
  readonly status: string;
  readonly meta: { readonly scheduleId: string; readonly scheduledAt: Date };
}

async function runsOf(client: ApifyClient): Promise<ScheduledRun[]> {
  const runs: ScheduledRun[] = [];
  for await (const run of client.runs().list()) runs.push(run as unknown as ScheduledRun);
  return runs;
}

/** No new runs come, and those that there are end well. */
async function whenAllAreOver(client: ApifyClient, scheduleIds: readonly string[]): Promise<void> {
  for (const id of scheduleIds) await client.schedule(id).update({ isEnabled: false });
  const areOver = async () => (await runsOf(client)).every(({ status }) => status === 'SUCCEEDED');
  await until('all runs are over', areOver, { secs: 600 });
}

test(`[schedule-1] [schedule-3] kill -9 around invocations, ${rounds} times in a row, seed ${seed}: no time is started twice, and none half`, async () => {
  const random = new Random(seed);
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const first = await startKillable(dataFolder, program, 'none', '0');
  const client = clientOf(first);
  const actorIds = [
    await deployTo(client, 'one', { 'main.js': '' }),
    await deployTo(client, 'other', { 'main.js': '' }),
  ];
  const scheduleIds = await createSchedules(client, actorIds);
  await first.kill();

  for (let round = 0; round < rounds; round += 1) {
    const point = schedulePoints[round % schedulePoints.length]!;
    await whenKilled(await startKillable(dataFolder, program, point, String(1 + random.below(4))));
    if (round % 20 === 19) {
      const calm = await startKillable(dataFolder, program, 'none', '0');
      await whenAllAreOver(clientOf(calm), scheduleIds);
      for (const id of scheduleIds) await clientOf(calm).schedule(id).update({ isEnabled: true });
      await calm.kill();
    }
  }

  const last = await startKillable(dataFolder, program, 'none', '0');
  const startedAt = Date.now();
  const after = clientOf(last);
  await until('each schedule was invoked again', async () => {
    const schedules = await Promise.all(scheduleIds.map((id) => after.schedule(id).get()));
    return schedules.every((each) => Date.parse(each!.lastRunAt as string) > startedAt);
  });
  await whenAllAreOver(after, scheduleIds);

  const runs = await runsOf(after);
  const starts = runs.map(
    ({ actId, meta }) => `${actId} ${meta.scheduleId} ${new Date(meta.scheduledAt).toISOString()}`,
  );
  expect(starts.toSorted()).toEqual([...new Set(starts)].toSorted());
  for (const id of scheduleIds) {
    const log = (await after.schedule(id).getLog()) as unknown as { message: string }[];
    const invocations = log.filter(({ message }) => message === 'Schedule invoked').length;
    // One whose runs were not both started would be half an invocation.
    expect(runs.filter(({ meta }) => meta.scheduleId === id)).toHaveLength(2 * invocations);
    expect(log.filter(({ message }) => message.startsWith('Cannot start'))).toEqual([]);
  }
  expect(runs.length).toBeGreaterThan(rounds);
});
