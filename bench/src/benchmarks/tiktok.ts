import { readFile } from 'node:fs/promises';
import { type ActorRun, ApifyClient } from 'apify-client';
import type { Benchmark, Figure } from '../benchmark.ts';
import type { Child } from '../child.ts';
import { deploy, waitForItems } from '../deployment.ts';
import { migrate } from '../migrate.ts';
import {
  newFolderOfClone,
  startPlatformProcess,
  startTikTokSiteProcess,
  type TikTokSiteFacts,
  token,
} from '../processes.ts';

const usernameCount = 10_000;
const quickUsernameCount = 600;
const maxConcurrency = 20;

const mains = {
  durable: new URL('../../../actors/tiktok-user-info/src/main.js', import.meta.url),
  usual: new URL('../actors/tiktok-usual.js', import.meta.url),
} as const;
type Contestant = keyof typeof mains;

interface Scraped {
  readonly perSecond: number;
  readonly memoryMbytes: number;
  readonly itemsDoubled: number;
  readonly profilesLost: number;
  readonly requestsPerProfile: number;
}

/** Profiles of the stand-in site: with the durable Actor, and with the same Actor written in the usual way. */
export const tiktok: Benchmark = {
  name: 'tiktok',
  about: `${usernameCount.toLocaleString('en-US')} TikTok profiles with a durable Actor, and with one that saves its state from time to time`,
  async run({ quick, profileFolder }) {
    await using folder = await newFolderOfClone();
    await using platform = await startPlatformProcess(folder.path, profileFolder);
    await using site = await startTikTokSiteProcess(quick ? quickUsernameCount : usernameCount);
    const bench = new TikTokBench(new ApifyClient({ baseUrl: platform.ready, token }), platform.ready, site);
    await bench.deploy();
    const undisturbed = { durable: await bench.scrape('durable', 0), usual: await bench.scrape('usual', 0) };
    const lostCount = 2;
    const killed = { durable: await bench.scrape('durable', lostCount), usual: await bench.scrape('usual', lostCount) };
    return [...speedOf(undisturbed), ...repeatsOf(killed, lostCount)];
  },
};

class TikTokBench {
  readonly #client: ApifyClient;
  readonly #url: string;
  readonly #site: Child<TikTokSiteFacts, null, number>;
  readonly #actorIds = new Map<Contestant, string>();

  constructor(client: ApifyClient, url: string, site: Child<TikTokSiteFacts, null, number>) {
    this.#client = client;
    this.#url = url;
    this.#site = site;
  }

  async deploy(): Promise<void> {
    // The Actors read it when they are imported.
    const main = `process.env.TIKTOK_SITE_URL = ${JSON.stringify(this.#site.ready.url)};\nawait import('./actor.js');\n`;
    for (const name of Object.keys(mains) as Contestant[]) {
      const files = { 'actor.js': await readFile(mains[name], 'utf8') };
      this.#actorIds.set(name, await deploy(this.#client, `tiktok-${name}`, main, files));
    }
  }

  async scrape(name: Contestant, lostCount: number): Promise<Scraped> {
    const { usernames } = this.#site.ready;
    await this.#site.ask(null);
    const run = await this.#client.actor(this.#actorIds.get(name)!).start({ profiles: usernames, maxConcurrency });
    for (let lost = 0; lost < lostCount; lost += 1) {
      await waitForItems(this.#client, run, Math.floor(usernames.length / (lostCount + 1.5)));
      await migrate(this.#url, run.id, 'lost');
    }
    const ended = await this.#client.run(run.id).waitForFinish();
    if (ended.status !== 'SUCCEEDED')
      throw new Error(`${name} ended ${ended.status}: ${await this.#client.log(run.id).get()}`);
    return this.#scrapedOf(ended, await this.#site.ask(null));
  }

  async #scrapedOf(run: ActorRun, requests: number): Promise<Scraped> {
    const { usernames } = this.#site.ready;
    const { items } = await this.#client.dataset(run.defaultDatasetId).listItems({ fields: ['input'] });
    const inputs = new Set(items.map(({ input }) => input));
    return {
      perSecond: usernames.length / (run.stats.runTimeSecs ?? Number.NaN),
      memoryMbytes: (run.stats.memMaxBytes ?? Number.NaN) / 2 ** 20,
      itemsDoubled: items.length - inputs.size,
      profilesLost: usernames.length - inputs.size,
      requestsPerProfile: requests / usernames.length,
    };
  }
}

type Compared = Readonly<Record<Contestant, Scraped>>;

const figure = (what: string, { durable, usual }: Compared, name: keyof Scraped, unit: string): Figure => ({
  what,
  value: durable[name],
  unit,
  beside: { what: 'with the usual loop', value: usual[name], unit },
  ...(usual[name] > 0 && durable[name] > 0 && { ratio: durable[name] / usual[name] }),
  goals: [],
});

const speedOf = (compared: Compared): Figure[] => [
  figure('profiles, undisturbed', compared, 'perSecond', '/s'),
  figure('highest memory, undisturbed', compared, 'memoryMbytes', 'MB'),
];

const repeatsOf = (compared: Compared, lostCount: number): Figure[] => [
  {
    ...figure(`items doubled, ${lostCount} servers lost`, compared, 'itemsDoubled', ''),
    goals: [{ text: 'none', met: compared.durable.itemsDoubled === 0 }],
  },
  {
    ...figure(`profiles lost, ${lostCount} servers lost`, compared, 'profilesLost', ''),
    goals: [{ text: 'none', met: compared.durable.profilesLost === 0 }],
  },
  figure(`requests to the site, ${lostCount} servers lost`, compared, 'requestsPerProfile', 'for each profile'),
  figure(`profiles, ${lostCount} servers lost`, compared, 'perSecond', '/s'),
];
