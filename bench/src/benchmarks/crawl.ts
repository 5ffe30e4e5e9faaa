import { actorEnvironment, localEnvironment } from '../actor-environment.ts';
import type { Benchmark } from '../benchmark.ts';
import { startChild } from '../child.ts';
import { newFolder, startPlatformProcess, startSiteProcess, token } from '../processes.ts';
import { interleave, median, medianRatio } from '../rounds.ts';

const pageCount = 2000;
const quickPageCount = 200;

/** The stock crawler on a whole site, with all of its storages on the platform or on the local disk. */
export const crawl: Benchmark = {
  name: 'crawl',
  about: `${pageCount.toLocaleString('en-US')} pages with a stock CheerioCrawler`,
  async run({ quick, profileFolder }) {
    await using folder = await newFolder();
    await using platform = await startPlatformProcess(`${folder.path}/platform`, profileFolder);
    await using site = await startSiteProcess(quick ? quickPageCount : pageCount);
    let crawls = 0;
    // A crawler skips pages that its storages know, so each crawl has its own process and storages.
    const crawlWith = async (environment: Record<string, string>, profiles?: string) => {
      await using child = await startChild<null, string, number>('programs/crawl.ts', {
        environment,
        profileFolder: profiles,
      });
      // Awaited here, because the child is ended on return.
      return await child.ask(site.ready);
    };
    const rounds = await interleave(
      {
        wherry: async () => crawlWith(await actorEnvironment(platform.ready, token), profileFolder),
        local: () => {
          crawls += 1;
          return crawlWith(localEnvironment(`${folder.path}/local-${crawls}`));
        },
      },
      quick ? 1 : 3,
    );
    return [
      {
        what: 'pages crawled',
        value: median(rounds.wherry),
        unit: '/s',
        beside: { what: 'Crawlee’s local storage', value: median(rounds.local), unit: '/s' },
        ratio: medianRatio(rounds.wherry, rounds.local),
        goals: [],
      },
    ];
  },
};
