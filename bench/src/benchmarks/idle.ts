import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { deploy } from '../deployment.ts';
import { addFinishedRuns } from '../finished-runs.ts';
import { newFolder, startPlatformProcess, token } from '../processes.ts';
import { median } from '../rounds.ts';

const runCount = 10_000;
const pageSizes = [100, 1000];

/** The memory of a platform at rest, and how fast it lists finished runs. */
export const idle: Benchmark = {
  name: 'idle',
  about: `memory at rest, and a list of ${runCount.toLocaleString('en-US')} finished runs`,
  async run({ quick }) {
    await using folder = await newFolder();
    const [megabytes, runId] = await restAndRun(folder.path, quick ? 1000 : 10_000);
    await addFinishedRuns(folder.path, runId, runCount);
    return [
      { what: 'memory at rest', value: megabytes, unit: 'MB', goals: [atMost(megabytes, 120, '120 MB')] },
      ...(await listRuns(folder.path, quick ? 10 : 50)),
    ];
  },
};

/** Returns the memory of a platform at rest in MB, and the id of a run that it made afterwards. */
async function restAndRun(dataFolder: string, restMs: number): Promise<[number, string]> {
  await using platform = await startPlatformProcess(dataFolder);
  await delay(restMs);
  const megabytes = (await platform.ask(null)).memoryBytes / 1024 / 1024;
  const client = new ApifyClient({ baseUrl: platform.ready, token });
  const actorId = await deploy(client, 'nothing', 'console.log(1);');
  // Not `call`, which would print the run's log.
  const { id } = await client.actor(actorId).start();
  const { status } = await client.run(id).waitForFinish();
  if (status !== 'SUCCEEDED') throw new Error(`the run ended ${status}`);
  return [megabytes, id];
}

async function listRuns(dataFolder: string, times: number): Promise<Figure[]> {
  await using platform = await startPlatformProcess(dataFolder);
  const figures: Figure[] = [];
  for (const limit of pageSizes) {
    const list = () => firstPageMs(platform.ready, limit);
    for (let round = 0; round < 5; round += 1) await list();
    const measured: number[] = [];
    for (let round = 0; round < times; round += 1) measured.push(await list());
    const ms = median(measured);
    figures.push({ what: `first ${limit} runs listed`, value: ms, unit: 'ms', goals: [atMost(ms, 20, '20 ms')] });
  }
  return figures;
}

async function firstPageMs(url: string, limit: number): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}/v2/actor-runs?desc=1&limit=${limit}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { data } = (await answer.json()) as { data: { total: number; items: unknown[] } };
  if (data.total <= runCount || data.items.length !== limit) throw new Error('the list of runs is incomplete');
  return performance.now() - startedAt;
}
