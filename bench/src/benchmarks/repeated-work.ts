import { readFile } from 'node:fs/promises';
import type { ActorRun, ApifyClient } from 'apify-client';
import type { Figure } from '../benchmark.ts';
import { deploy, waitForItems } from '../deployment.ts';
import { migrate } from '../migrate.ts';
import { startSiteProcess } from '../processes.ts';

interface Crawled {
  /** Items of pages that already had an item. */
  readonly doubled: number;
  readonly lost: number;
  /** Requests to the site beyond one for each page. */
  readonly repeated: number;
}

/** The same crawl by the stock site crawler and by its durable version, with its server lost several times. */
export async function repeatedWork(client: ApifyClient, url: string, quick: boolean): Promise<Figure[]> {
  const pageCount = quick ? 120 : 400;
  const lostCount = quick ? 3 : 10;
  const crawled: Record<string, Crawled> = {};
  for (const name of ['site-crawler', 'site-crawler-durable']) {
    const main = await readFile(new URL(`../../../actors/${name}/src/main.js`, import.meta.url), 'utf8');
    const actorId = await deploy(client, name, main);
    await using site = await startSiteProcess(pageCount);
    const run = await client
      .actor(actorId)
      .start({ startUrls: [{ url: site.ready }], minConcurrency: 5, maxConcurrency: 5 });
    for (let lost = 0; lost < lostCount; lost += 1) {
      await waitForItems(client, run, Math.floor(pageCount / (lostCount + 2)));
      await migrate(url, run.id, 'lost');
    }
    const items = await itemsOf(client, run);
    crawled[name] = crawledOf(items, pageCount, await site.ask(null));
  }
  const [stock, durable] = [crawled['site-crawler']!, crawled['site-crawler-durable']!];
  const figure = (what: string, name: keyof Crawled): Figure => ({
    what: `${what}, ${lostCount} servers lost`,
    value: durable[name],
    unit: `of ${pageCount}`,
    beside: { what: 'with the stock crawler', value: stock[name], unit: `of ${pageCount}` },
    goals: name === 'repeated' ? [] : [{ text: 'none', met: durable[name] === 0 }],
  });
  return [figure('items doubled', 'doubled'), figure('pages lost', 'lost'), figure('requests repeated', 'repeated')];
}

/** The items of a run, after its end. */
async function itemsOf(client: ApifyClient, run: ActorRun): Promise<readonly Record<string, unknown>[]> {
  const { status } = await client.run(run.id).waitForFinish();
  if (status !== 'SUCCEEDED') throw new Error(`the crawl ended ${status}: ${await client.log(run.id).get()}`);
  return (await client.dataset(run.defaultDatasetId).listItems()).items;
}

function crawledOf(items: readonly Record<string, unknown>[], pageCount: number, served: number): Crawled {
  const pages = new Set(items.map((item) => item.url));
  return { doubled: items.length - pages.size, lost: pageCount - pages.size, repeated: served - pageCount };
}
