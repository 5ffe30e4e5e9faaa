import { readFile } from 'node:fs/promises';
import { ApifyClient } from 'apify-client';
import { atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { startChild } from '../child.ts';
import { deploy, waitForItems } from '../deployment.ts';
import { migrate } from '../migrate.ts';
import { newFolderOfClone, startPlatformProcess, startSiteProcess, token } from '../processes.ts';
import { interleave, median, medianRatio, type Rounds } from '../rounds.ts';

/** More pages than any crawl handles while it is moved. */
const endlessPageCount = 999_999_999;
const actorFile = new URL('../../../actors/site-crawler/src/main.js', import.meta.url);

/** A crawl by an unmodified Actor that is moved back and forth between two servers. */
export const handoff: Benchmark = {
  name: 'handoff',
  about: 'the downtime of an unmodified Actor that is moved',
  async run({ quick, profileFolder }) {
    await using folder = await newFolderOfClone();
    await using platform = await startPlatformProcess(folder.path, profileFolder);
    await using site = await startSiteProcess(endlessPageCount);
    const client = new ApifyClient({ baseUrl: platform.ready, token });
    const actorId = await deploy(client, 'site-crawler', await readFile(actorFile, 'utf8'));
    const run = await client.actor(actorId).start({ startUrls: [{ url: site.ready }], minConcurrency: 5 });
    const move = async (mode: 'warm' | 'cold') => {
      await waitForItems(client, run, 20);
      return migrate(platform.ready, run.id, mode);
    };
    const rounds = await interleave(
      { warm: () => move('warm'), cold: () => move('cold'), imports: importModules },
      quick ? 10 : 100,
    );
    await client.run(run.id).abort();
    return figuresOf(rounds);
  },
};

/** Returns how many ms `node` takes to start and to import the Actor's modules. */
async function importModules(): Promise<number> {
  const startedAt = performance.now();
  await using _child = await startChild('programs/import-modules.js');
  return performance.now() - startedAt;
}

function figuresOf({ warm, cold, imports }: Rounds<'warm' | 'cold' | 'imports'>): Figure[] {
  const [warmMs, worstWarmMs, ratio] = [median(warm), Math.max(...warm), medianRatio(cold, imports)];
  const beside = { what: 'to boot and import the modules', value: median(imports), unit: 'ms' };
  return [
    { what: 'warm, median', value: warmMs, unit: 'ms', beside, goals: [atMost(warmMs, 30, '30 ms')] },
    {
      what: `warm, worst of ${warm.length}`,
      value: worstWarmMs,
      unit: 'ms',
      goals: [atMost(worstWarmMs, 150, '150 ms')],
    },
    { what: 'cold, median', value: median(cold), unit: 'ms', beside, ratio, goals: [atMost(ratio, 1.3, '1.3')] },
    { what: `cold, worst of ${cold.length}`, value: Math.max(...cold), unit: 'ms', goals: [] },
  ];
}
