import { ApifyClient } from 'apify-client';
import autocannon from 'autocannon';
import { atLeast, type Benchmark, type Figure } from '../benchmark.ts';
import { newFolder, startNothingProcess, startPlatformProcess, token } from '../processes.ts';
import { interleave, median, medianRatio } from '../rounds.ts';
import { SyncedLog } from '../synced-log.ts';

const connections = 64;
const item = JSON.stringify({ url: 'https://example.com/products/1', title: 'Product 1', price: 12 });

/** Single items pushed by many clients at once, each acknowledged when it is durable. */
export const pushes: Benchmark = {
  name: 'pushes',
  about: `${connections} connections that push single items`,
  async run({ quick, profileFolder }) {
    await using folder = await newFolder();
    await using platform = await startPlatformProcess(`${folder.path}/platform`, profileFolder);
    await using nothing = await startNothingProcess();
    const { id } = await new ApifyClient({ baseUrl: platform.ready, token }).datasets().getOrCreate();
    const secs = quick ? 1 : 3;
    const contestants = {
      wherry: () => pushFor(secs, platform.ready, id),
      nothing: () => pushFor(secs, nothing.ready, id),
      fsyncs: async () => syncFor(secs / 3, `${folder.path}/log`),
    };
    await interleave(contestants, 1);
    const rounds = await interleave(contestants, quick ? 2 : 7);
    const value = median(rounds.wherry);
    const beside = (name: 'nothing' | 'fsyncs', what: string): Figure => ({
      what: 'items pushed',
      value,
      unit: '/s',
      beside: { what, value: median(rounds[name]), unit: '/s' },
      ratio: medianRatio(rounds.wherry, rounds[name]),
      goals: name === 'nothing' ? [atLeast(value, 15_000, '15,000/s')] : [],
    });
    return [beside('nothing', 'a server that does nothing'), beside('fsyncs', 'one fsync for each item')];
  },
};

async function pushFor(secs: number, url: string, datasetId: string): Promise<number> {
  const result = await autocannon({
    url: `${url}/v2/datasets/${datasetId}/items`,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: item,
    connections,
    duration: secs,
  });
  if (result.errors > 0 || result.non2xx > 0) throw new Error(`${result.errors + result.non2xx} pushes failed`);
  return result['2xx'] / result.duration;
}

/** Returns how many items a second can be written to a log that is synced after each item. */
function syncFor(secs: number, file: string): number {
  const log = new SyncedLog(file);
  const startedAt = performance.now();
  let count = 0;
  for (; performance.now() - startedAt < secs * 1000; count += 1) log.append();
  log.close();
  return (count * 1000) / (performance.now() - startedAt);
}
