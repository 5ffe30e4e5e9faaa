import type { WriterPlace } from '@wherry/platform';
import { ApifyClient } from 'apify-client';
import { atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { startChild } from '../child.ts';
import { newFolder, token } from '../processes.ts';
import { delaysDuring, headers, type MeasuredPlatform, pushers } from '../pushers.ts';

const batchItems = 10_000;
const writers: readonly WriterPlace[] = ['main thread', 'worker thread'];

/** How long other calls wait for the event loop while one call exports, deletes or measures a large dataset. */
export const fairness: Benchmark = {
  name: 'fairness',
  about: `the event loop's delay while ${pushers} connections push, and a large dataset is exported and deleted`,
  async run({ quick, profileFolder }) {
    const figures: Figure[] = [];
    for (const writer of quick ? writers.slice(0, 1) : writers) {
      await using folder = await newFolder();
      await using platform: MeasuredPlatform = await startChild('children/writer-process.ts', {
        args: [folder.path, token, writer],
        profileFolder,
      });
      figures.push(...(await measure(platform, writer, quick ? 100_000 : 1_000_000)));
    }
    return figures;
  },
};

async function measure(platform: MeasuredPlatform, writer: WriterPlace, itemCount: number): Promise<Figure[]> {
  const [exported, deleted, pushed] = [
    await fill(platform, itemCount),
    await fill(platform, itemCount),
    await fill(platform, 1),
  ];
  const items = `${platform.ready}/v2/datasets/${exported}`;
  const tasks: Readonly<Record<string, () => Promise<void>>> = {
    'nothing else': () => new Promise((resolve) => setTimeout(resolve, 2000)),
    'an export as JSON': () => readAll(`${items}/items`),
    'an export as CSV': () => readAll(`${items}/items?format=csv`),
    statistics: () => readAll(`${items}/statistics`),
    'an export, and a deletion': async () => {
      const reading = readAll(`${items}/items`);
      await erase(platform, deleted);
      await reading;
    },
  };
  const figures: Figure[] = [];
  for (const [what, task] of Object.entries(tasks))
    figures.push(...(await figuresOf(platform, pushed, task, `${what}, ${writer}`)));
  return figures;
}

async function figuresOf(
  platform: MeasuredPlatform,
  datasetId: string,
  task: () => Promise<void>,
  what: string,
): Promise<Figure[]> {
  const { p99Ms, maxMs, secs } = await delaysDuring(platform, datasetId, task);
  return [
    {
      what: `${what}: 99th percentile`,
      value: p99Ms,
      unit: 'ms',
      beside: { what: 'at most', value: maxMs, unit: 'ms' },
      goals: [atMost(p99Ms, 50, '50 ms')],
    },
    { what: `${what}: duration`, value: secs, unit: 's', goals: [] },
  ];
}

/** Makes a dataset with small items, and returns its id. */
async function fill(platform: MeasuredPlatform, itemCount: number): Promise<string> {
  const { id } = await new ApifyClient({ baseUrl: platform.ready, token }).datasets().getOrCreate();
  for (let first = 0; first < itemCount; first += batchItems) {
    const count = Math.min(batchItems, itemCount - first);
    const items = Array.from({ length: count }, (_, index) => ({
      number: first + index,
      title: `Item ${first + index}`,
    }));
    const url = `${platform.ready}/v2/datasets/${id}/items`;
    const { ok, status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(items) });
    if (!ok) throw new Error(`a push of ${count} items was refused with ${status}`);
  }
  return id;
}

async function readAll(url: string): Promise<void> {
  const { ok, status, body } = await fetch(url, { headers });
  if (!ok) throw new Error(`${url} gave ${status}`);
  for await (const _ of body!);
}

async function erase(platform: MeasuredPlatform, id: string): Promise<void> {
  const { status } = await fetch(`${platform.ready}/v2/datasets/${id}`, { method: 'DELETE', headers });
  if (status !== 204) throw new Error(`the deletion gave ${status}`);
}
