import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type ActorRun, ApifyClient } from 'apify-client';
import { atLeast, atMost, type Benchmark, type Figure, type Goal } from '../benchmark.ts';
import type { Child } from '../child.ts';
import type { PlatformUse } from '../children/platform-process.ts';
import type { TikTokSiteFacts } from '../children/tiktok-site-process.ts';
import { deploy, waitForItems } from '../deployment.ts';
import { migrate } from '../migrate.ts';
import { newFolderOfClone, startPlatformProcess, startTikTokSiteProcess, token } from '../processes.ts';
import { interleave, median, medianRatio, type Rounds } from '../rounds.ts';

const usernameCount = 10_000;
const quickUsernameCount = 600;
const maxConcurrency = 20;
const lostCount = 2;

const mains = {
  durable: new URL('../../../actors/tiktok-user-info/src/main.js', import.meta.url),
  usual: new URL('../actors/tiktok-usual.js', import.meta.url),
  posts: new URL('../../../actors/tiktok-user/src/main.js', import.meta.url),
  hashtag: new URL('../../../actors/tiktok-hashtag/src/main.js', import.meta.url),
} as const;
type Contestant = 'durable' | 'usual';

const browserPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
  (each) => each !== undefined && existsSync(each),
);

interface Scraped {
  readonly secs: number;
  readonly memoryMbytes: number;
  readonly requests: number;
  /** Processor time of the Actor from its start to its exit; NaN for a run that was moved. */
  readonly actorCpuMs: number;
  readonly platformCpuMs: number;
  readonly platformCalls: number;
  readonly items: number;
  /** The inputs that items were given for. */
  readonly inputs: number;
}

/**
 * Profiles of the stand-in site, with the durable Actor and with a bare loop; and lists of posts. The bare loop
 * (`actors/tiktok-usual.js`) pushes each profile by itself and awaits it, as plain Actors do; it has the same HTTP client, with one
 * session for each of the pages at once, and the same reader of pages.
 */
export const tiktok: Benchmark = {
  name: 'tiktok',
  about: `${usernameCount.toLocaleString('en-US')} TikTok profiles with a durable Actor and with a bare loop, and lists of posts`,
  async run({ quick, profileFolder }) {
    await using folder = await newFolderOfClone();
    await using platform = await startPlatformProcess(folder.path, profileFolder);
    await using site = await startTikTokSiteProcess(quick ? quickUsernameCount : usernameCount);
    const bench = new TikTokBench(new ApifyClient({ baseUrl: platform.ready, token }), platform, site, profileFolder);
    await bench.deploy();
    const undisturbed = await bench.rounds(quick ? 1 : 3);
    const killed = { durable: await bench.scrape('durable', lostCount), usual: await bench.scrape('usual', lostCount) };
    const lists = browserPath === undefined ? [] : await listsOf(bench, site.ready, quick);
    return [...undisturbedOf(undisturbed), ...repeatsOf(killed, site.ready.usernames.length), ...lists];
  },
};

class TikTokBench {
  readonly #client: ApifyClient;
  readonly #platform: Child<string, null, PlatformUse>;
  readonly #site: Child<TikTokSiteFacts, null, number>;
  readonly #profileFolder: string | undefined;
  readonly #actorIds = new Map<keyof typeof mains, string>();

  constructor(
    client: ApifyClient,
    platform: Child<string, null, PlatformUse>,
    site: Child<TikTokSiteFacts, null, number>,
    profileFolder: string | undefined,
  ) {
    this.#client = client;
    this.#platform = platform;
    this.#site = site;
    this.#profileFolder = profileFolder;
  }

  async deploy(): Promise<void> {
    // The Actors read it when they are imported.
    const environment = {
      TIKTOK_SITE_URL: this.#site.ready.url,
      TIKTOK_PAUSE_MS: '0',
      ...(browserPath !== undefined && { CRAWLEE_DEFAULT_BROWSER_PATH: browserPath }),
      CRAWLEE_DISABLE_BROWSER_SANDBOX: '1',
      CRAWLEE_HEADLESS: '1',
    };
    const main = `Object.assign(process.env, ${JSON.stringify(environment)});
process.on('exit', () => console.log('CPU ' + JSON.stringify(process.cpuUsage())));
await import('./src/actor.js');
`;
    for (const name of Object.keys(mains) as (keyof typeof mains)[]) {
      const files: Record<string, string> = { 'src/actor.js': await readFile(mains[name], 'utf8') };
      // The bare loop has none.
      const aliases = new URL('../.actor/input_aliases.json', mains[name]);
      if (existsSync(aliases)) files['.actor/input_aliases.json'] = await readFile(aliases, 'utf8');
      this.#actorIds.set(name, await deploy(this.#client, `tiktok-${name}`, main, files, this.#profileFolder));
    }
  }

  /** Reads all profiles undisturbed, in alternating rounds. */
  async rounds(count: number): Promise<Record<Contestant, Scraped[]>> {
    const scraped: Record<Contestant, Scraped[]> = { durable: [], usual: [] };
    const contestant = (name: Contestant) => async () => {
      const one = await this.scrape(name, 0);
      scraped[name].push(one);
      return one.secs;
    };
    await interleave({ durable: contestant('durable'), usual: contestant('usual') }, count);
    return scraped;
  }

  async scrape(name: Contestant, lost: number): Promise<Scraped> {
    const { usernames } = this.#site.ready;
    return this.run(name, { profiles: usernames, maxConcurrency }, async (run) => {
      for (let done = 0; done < lost; done += 1) {
        await waitForItems(this.#client, run, Math.floor(usernames.length / (lost + 1.5)));
        await migrate(this.#platform.ready, run.id, 'lost');
      }
    });
  }

  async run(
    name: keyof typeof mains,
    input: object,
    disturb: (run: ActorRun) => Promise<void> = async () => undefined,
  ): Promise<Scraped> {
    await this.#site.ask(null);
    const before = await this.#platform.ask(null);
    const run = await this.#client.actor(this.#actorIds.get(name)!).start(input);
    await disturb(run);
    const ended = await this.#client.run(run.id).waitForFinish();
    const after = await this.#platform.ask(null);
    const log = (await this.#client.log(run.id).get()) ?? '';
    if (ended.status !== 'SUCCEEDED') throw new Error(`${name} ended ${ended.status}: ${log}`);
    const { items } = await this.#client.dataset(run.defaultDatasetId).listItems({ fields: ['input'] });
    return {
      secs: ended.stats.runTimeSecs ?? Number.NaN,
      memoryMbytes: (ended.stats.memMaxBytes ?? Number.NaN) / 2 ** 20,
      requests: await this.#site.ask(null),
      actorCpuMs: cpuMsOf(log),
      platformCpuMs: after.cpuMs - before.cpuMs,
      platformCalls: after.calls - before.calls,
      items: items.length,
      inputs: new Set(items.map(({ input: each }) => each)).size,
    };
  }
}

/** From the last line that the Actor has written. */
function cpuMsOf(log: string): number {
  const text = /CPU (\{.*\})/.exec(log)?.[1];
  if (text === undefined) return Number.NaN;
  const { user, system } = JSON.parse(text) as NodeJS.CpuUsage;
  return (user + system) / 1000;
}

const atLoop = 'with the bare loop';

function undisturbedOf(scraped: Readonly<Record<Contestant, readonly Scraped[]>>): Figure[] {
  const figure = (what: string, unit: string, of: (one: Scraped) => number, goal?: (ratio: number) => Goal): Figure => {
    const rounds: Rounds<Contestant> = { durable: scraped.durable.map(of), usual: scraped.usual.map(of) };
    const ratio = medianRatio(rounds.durable, rounds.usual);
    const beside = { what: atLoop, value: median(rounds.usual), unit };
    return { what, value: median(rounds.durable), unit, beside, ratio, goals: goal === undefined ? [] : [goal(ratio)] };
  };
  const thousands = ({ items }: Scraped) => items / 1000;
  return [
    figure(
      'profiles, undisturbed',
      '/s',
      ({ items, secs }) => items / secs,
      (ratio) => atLeast(ratio, 1, '1'),
    ),
    figure(
      'highest memory',
      'MB',
      ({ memoryMbytes }) => memoryMbytes,
      (ratio) => atMost(ratio, 1.1, '1.1'),
    ),
    figure('processor time of the Actor', 's for 1,000', (one) => one.actorCpuMs / 1000 / thousands(one)),
    figure('processor time of the platform', 's for 1,000', (one) => one.platformCpuMs / 1000 / thousands(one)),
    figure('calls of the platform', 'for each profile', ({ platformCalls, items }) => platformCalls / items),
  ];
}

function repeatsOf({ durable, usual }: Record<Contestant, Scraped>, wanted: number): Figure[] {
  const figure = (what: string, unit: string, of: (one: Scraped) => number): Figure => ({
    what: `${what}, ${lostCount} servers lost`,
    value: of(durable),
    unit,
    beside: { what: atLoop, value: of(usual), unit },
    goals: [],
  });
  const none = (value: number): Goal[] => [{ text: 'none', met: value === 0 }];
  const doubled = ({ items, inputs }: Scraped) => items - inputs;
  const lost = ({ inputs }: Scraped) => wanted - inputs;
  return [
    { ...figure('items doubled', '', doubled), goals: none(doubled(durable)) },
    { ...figure('profiles lost', '', lost), goals: none(lost(durable)) },
    figure('requests to the site', 'for each profile', ({ requests }) => requests / wanted),
    figure('profiles', '/s', ({ secs }) => wanted / secs),
  ];
}

/** Lists that a browser scrolls. */
async function listsOf(bench: TikTokBench, site: TikTokSiteFacts, quick: boolean): Promise<Figure[]> {
  const posters = quick ? site.posters.slice(0, 1) : site.posters;
  const scraped = [
    ['posts of users', await bench.run('posts', { profiles: posters })],
    [
      'posts of a hashtag',
      await bench.run('hashtag', { hashtags: [site.hashtag], resultsPerPage: quick ? 100 : 1000 }),
    ],
  ] as const;
  return scraped.flatMap(([what, { items, secs, requests, memoryMbytes }]) => [
    { what: `${what}, time`, value: (secs * 1000) / items, unit: 's for 1,000', goals: [] },
    { what: `${what}, requests to the site`, value: requests / items, unit: 'for each post', goals: [] },
    { what: `${what}, highest memory, browser included`, value: memoryMbytes, unit: 'MB', goals: [] },
  ]);
}
