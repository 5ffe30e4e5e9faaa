/** Runs of the TikTok Actors on a platform, against the stand-in site. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActorRun, ActorSourceType, type ApifyClient } from 'apify-client';
import { expect } from 'vitest';
import { type RunFixture, startRunFixture } from '../../packages/platform/test/run-fixture.ts';
import { startTikTokSite, type TikTokSite, type TikTokSiteOptions } from '../../packages/tiktok-site/src/index.ts';
import { compileCache } from '../support/compile-cache.ts';
import { browserEnvironment } from './browser.ts';

const actorsFolder = fileURLToPath(new URL('../../actors', import.meta.url));

export type StoredItem = Record<string, unknown>;

export interface ActorFixture extends RunFixture {
  readonly site: TikTokSite;
  readonly actorId: string;
  run(input: object, options?: object): Promise<ActorRun>;
  /** Answers the run once it has succeeded; fails with its log otherwise. */
  succeeded(run: ActorRun): Promise<ActorRun>;
  itemsOf(run: ActorRun): Promise<StoredItem[]>;
  itemCountOf(run: ActorRun): Promise<number>;
  recordOf(run: ActorRun, key: string): Promise<unknown>;
}

/** The Actor of a folder of `actors/`, on a platform of its own, with a site of its own. */
export async function startActorFixture(
  actor: string,
  siteOptions: TikTokSiteOptions = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<ActorFixture> {
  const site = await startTikTokSite({ slowMs: 20, ...siteOptions });
  const fixture = await startRunFixture();
  const { client } = fixture;
  const actorId = await deploy(client, actor, site.url, environment);
  return {
    ...fixture,
    site,
    actorId,
    run: (input, options = {}) => client.actor(actorId).start(input, options),
    async succeeded(run) {
      const ended = await client.run(run.id).waitForFinish();
      expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
      return ended;
    },
    itemsOf: async ({ defaultDatasetId }) =>
      (await client.dataset<StoredItem>(defaultDatasetId).listItems({ limit: 1_000_000 })).items,
    itemCountOf: async (run) => (await client.dataset(run.defaultDatasetId).get())?.itemCount ?? 0,
    recordOf: async (run, key) =>
      (await client.keyValueStore(run.defaultKeyValueStoreId).getRecord(key))?.value as unknown,
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** As `wherry run` does, but without an installation: it finds the packages of the workspace in the folders above. */
export async function deploy(
  client: ApifyClient,
  actor: string,
  siteUrl: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = path.join(actorsFolder, actor);
  const environment = { TIKTOK_SITE_URL: siteUrl, NODE_COMPILE_CACHE: compileCache, ...browserEnvironment, ...more };
  const version = {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles: await sourceFilesOf(folder),
    envVars: Object.entries(environment).map(([name, value]) => ({ name, value })),
  };
  // The client's type does not know `pricingInfos`, which the API takes.
  const settings = { name: actor, versions: [version as never], pricingInfos: [await priceListOf(folder)] };
  const { id } = await client.actors().create(settings);
  const build = await client.actor(id).build('0.1');
  const { status } = await client.build(build.id).waitForFinish();
  expect(status, (await client.log(build.id).get()) ?? '').toBe('SUCCEEDED');
  return id;
}

async function sourceFilesOf(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('node_modules'));
  return Promise.all(
    files.map(async (name) => {
      const content = await readFile(path.join(folder, name), 'utf8');
      return { name, format: 'TEXT', content: name === 'package.json' ? withoutDependencies(content) : content };
    }),
  );
}

const withoutDependencies = (manifest: string): string =>
  JSON.stringify({ ...(JSON.parse(manifest) as object), dependencies: {} });

async function priceListOf(folder: string): Promise<object> {
  const actorChargeEvents = JSON.parse(
    await readFile(path.join(folder, '.actor/pay_per_event.json'), 'utf8'),
  ) as object;
  return { pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents } };
}
