import { fileURLToPath } from 'node:url';
import type { ActorRun } from 'apify-client';
import { expect } from 'vitest';
import type { PlatformOptions } from '../../../platform/src/index.ts';
import { type RunFixture, startRunFixture, startTestSite, type TestSite } from '../../../platform/test/run-fixture.ts';

export interface CrawlFixture extends RunFixture {
  readonly site: TestSite;
  /** Deploys and starts an Actor whose `main.js` is `prologue` and then `main`. */
  crawl(main: string, input?: object, start?: object, settings?: object): Promise<ActorRun>;
  /** Resolves with the run when it has succeeded. Fails with its log otherwise. */
  succeeded(run: ActorRun): Promise<ActorRun>;
  recordOf(run: ActorRun, key: string): Promise<unknown>;
  /** The paths of the handled requests in the run's queue. */
  handledOf(run: ActorRun): Promise<string[]>;
  itemCountOf(run: ActorRun): Promise<number>;
}

const compileCache = fileURLToPath(new URL('../../../../node_modules/.cache/wherry', import.meta.url));

/** With Node's compile cache an attempt starts in half of the time. */
const boot = `
import { enableCompileCache } from 'node:module';
enableCompileCache(${JSON.stringify(compileCache)});
await import('./crawl.js');
`;

const prologue = `
import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from 'apify';
import * as crawlee from '@wherry/durable/crawlee';
const { BasicCrawler, HttpCrawler, CheerioCrawler, PlaywrightCrawler, Dataset, KeyValueStore, RequestQueue, RequestList } = crawlee;
process.env.WHERRY_JOURNAL_SETTLE_SECS = '0.2';
await Actor.init();
const input = await Actor.getInput();
// The writes of durable may go through a proxy that injects faults.
if (input.api) process.env.APIFY_API_BASE_URL = input.api;
const url = (path) => input.site + '/' + path;
const hold = () => fetch(url('hold'));
`;

export interface CrawlFixtureOptions {
  /** How long the site takes to respond. */
  readonly delayMs?: number;
  readonly platform?: Partial<PlatformOptions>;
}

/** A platform and a site; `site` of the input is its address. */
export async function startCrawlFixture(options: CrawlFixtureOptions = {}): Promise<CrawlFixture> {
  const { delayMs = 0, platform = {} } = options;
  const fixture = await startRunFixture(platform);
  const site = await startTestSite(delayMs);
  const { client } = fixture;
  let actors = 0;
  return {
    ...fixture,
    site,
    async crawl(main, input = {}, start = {}, settings = {}) {
      const actorId = await fixture.deploy(`crawl-${actors++}`, boot, settings, { 'crawl.js': prologue + main });
      return fixture.start(actorId, { site: site.url, ...input }, start);
    },
    async succeeded(run) {
      const ended = await client.run(run.id).waitForFinish();
      expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
      return ended;
    },
    recordOf: async (run, key) =>
      (await client.keyValueStore(run.defaultKeyValueStoreId).getRecord(key))?.value as unknown,
    async handledOf(run) {
      const { items } = await client.requestQueue(run.defaultRequestQueueId).listRequests({ limit: 10_000 });
      return items
        .filter(({ handledAt }) => handledAt)
        .map(({ url }) => new URL(url).pathname.slice(1))
        .sort();
    },
    itemCountOf: async (run) => (await client.dataset(run.defaultDatasetId).get())?.itemCount ?? 0,
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}
