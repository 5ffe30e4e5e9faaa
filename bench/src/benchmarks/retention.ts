import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { startChild } from '../child.ts';
import { deploy } from '../deployment.ts';
import { addOldRuns } from '../finished-runs.ts';
import { newFolder, startPlatformProcess, token } from '../processes.ts';
import { delaysDuring, headers, type MeasuredPlatform, pushers } from '../pushers.ts';

interface Collection {
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly collected: Readonly<Record<string, { readonly count: number }>>;
}

/** How long other calls wait while retention deletes the runs of months with their storages. */
export const retention: Benchmark = {
  name: 'retention',
  about: `the event loop's delay while ${pushers} connections push, and old runs are deleted with their storages`,
  async run({ quick, profileFolder }) {
    const runCount = quick ? 5000 : 100_000;
    await using folder = await newFolder();
    await addOldRuns(folder.path, await runOnce(folder.path), runCount);
    const figures: Figure[] = [];
    await using platform: MeasuredPlatform = await startChild('children/writer-process.ts', {
      args: [folder.path, token, 'main thread', '7'],
      profileFolder,
    });
    const { id } = await new ApifyClient({ baseUrl: platform.ready, token }).datasets().getOrCreate();
    // The first seconds of a process compile what the pushes use.
    await delaysDuring(platform, id, () => delay(5000));
    figures.push(...(await figuresOf(platform, id, 'nothing else', () => delay(quick ? 5000 : 60_000))));
    figures.push(
      ...(await figuresOf(platform, id, `${runCount.toLocaleString('en-US')} runs deleted`, async () => {
        const { collected } = await collect(platform.ready);
        // The ten newest stay, one of them the run that was copied.
        if (collected.runs!.count !== runCount - 9) throw new Error(`${collected.runs!.count} runs were deleted`);
      })),
    );
    return figures;
  },
};

async function runOnce(dataFolder: string): Promise<string> {
  await using platform = await startPlatformProcess(dataFolder);
  const client = new ApifyClient({ baseUrl: platform.ready, token });
  const { id } = await client.actor(await deploy(client, 'nothing', 'console.log(1);')).start({ n: 1 });
  await client.run(id).waitForFinish();
  return id;
}

async function collect(url: string): Promise<Collection> {
  const call = async (method: string) => {
    const body = method === 'POST' ? '{}' : null;
    const response = await fetch(`${url}/wherry/v1/gc`, { method, headers, body });
    if (!response.ok) throw new Error(`a collection was refused with ${response.status}`);
    return ((await response.json()) as { data: Collection }).data;
  };
  let collection = await call('POST');
  while (collection.finishedAt === null) {
    await delay(500);
    collection = await call('GET');
  }
  if (collection.error !== null) throw new Error(collection.error);
  return collection;
}

async function figuresOf(
  platform: MeasuredPlatform,
  datasetId: string,
  what: string,
  task: () => Promise<void>,
): Promise<Figure[]> {
  const { maxMs, maxOwnMs, p99Ms, longestPushMs, pushCount, secs } = await delaysDuring(platform, datasetId, task);
  return [
    { what: `${what}: longest delay`, value: maxMs, unit: 'ms', goals: [atMost(maxMs, 50, '50 ms')] },
    // The rest of a delay is the time that other processes had the processor, or the disk took.
    { what: `${what}: most processor time in a turn`, value: maxOwnMs, unit: 'ms', goals: [] },
    { what: `${what}: 99th percentile`, value: p99Ms, unit: 'ms', goals: [] },
    { what: `${what}: longest push`, value: longestPushMs, unit: 'ms', goals: [] },
    { what: `${what}: pushes`, value: pushCount / secs, unit: '/s', goals: [] },
    { what: `${what}: duration`, value: secs, unit: 's', goals: [] },
  ];
}
