import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ActorRun, ActorSourceType, type ApifyClient } from 'apify-client';
import { compileCache } from '../../../test/support/compile-cache.ts';
import { deployVersion } from '../../../test/support/deploy.ts';
import type { PlatformOptions } from '../src/index.ts';
import type { HandoffResult } from '../src/runs/operations/handoff-lists.ts';
import { type Fixture, startFixture } from './fixture.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface RunFixture extends Fixture {
  /** Brings an Actor of `main.js`, and of further files, to the platform and builds it. Answers its id. */
  deploy(name: string, main: string, settings?: object, files?: Record<string, string>): Promise<string>;
  start(actorId: string, input?: object, options?: object): Promise<ActorRun>;
  migrate(runId: string, mode: string, server?: string): Promise<HandoffResult>;
  attempts(runId: string): Promise<{ number: number; serverId: string; phase: string; reason: string }[]>;
  /** All items of the run's dataset. */
  itemsOf(run: ActorRun): Promise<Record<string, unknown>[]>;
  logOf(runId: string): Promise<string>;
}

/**
 * A folder below the clone: Actors that are built there find the real `apify` and `crawlee` of the workspace, as every
 * module is looked for in the folders above, so a test need not install them each time.
 */
export async function dataFolderOfTest(): Promise<string> {
  await mkdir(path.join(root, '.tmp'), { recursive: true });
  return mkdtemp(path.join(root, '.tmp', 'test-'));
}

/** A platform whose Actors can use the workspace's packages. */
export async function startRunFixture(options: Partial<PlatformOptions> = {}): Promise<RunFixture> {
  const dataFolder = options.dataFolder ?? (await dataFolderOfTest());
  const fixture = await startFixture({ ...options, dataFolder });
  const { client, call } = fixture;
  return {
    ...fixture,
    deploy: (name, main, settings = {}, files = {}) => deployTo(client, name, { 'main.js': main, ...files }, settings),
    start: (actorId, input, startOptions = {}) => client.actor(actorId).start(input, startOptions),
    async migrate(runId, mode, server) {
      const answer = await call('POST', `/wherry/v1/runs/${runId}/migrate`, { mode, ...(server && { server }) });
      const body = (await answer.json()) as { data: HandoffResult };
      if (!answer.ok) throw new Error(`migrate answered ${answer.status}: ${JSON.stringify(body)}`);
      return body.data;
    },
    async attempts(runId) {
      const answer = await call('GET', `/wherry/v1/runs/${runId}/attempts`);
      return ((await answer.json()) as { data: { items: [] } }).data.items;
    },
    itemsOf: async (run) => (await client.dataset(run.defaultDatasetId).listItems()).items,
    logOf: async (runId) => (await client.log(runId).get()) ?? '',
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Brings an Actor to a platform and builds it. Answers its id. */
export async function deployTo(
  client: ApifyClient,
  name: string,
  files: Record<string, string>,
  settings: { envVars?: object[] } & object = {},
): Promise<string> {
  const { envVars = [], ...ofActor } = settings;
  // The base image of containers has a cache of its own.
  const compiled = 'Dockerfile' in files ? [] : [{ name: 'NODE_COMPILE_CACHE', value: compileCache }];
  const version = { ...versionOf(name, files), envVars: [...compiled, ...envVars] };
  return (await deployVersion(client, name, version, ofActor)).actorId;
}

export const versionOf = (name: string, files: Record<string, string>) => ({
  versionNumber: '0.1',
  buildTag: 'latest',
  sourceType: ActorSourceType.SourceFiles as const,
  sourceFiles: [
    ...Object.entries(files).map(([file, content]) => ({ name: file, format: 'TEXT', content })),
    {
      name: 'package.json',
      format: 'TEXT',
      content: JSON.stringify({ name, version: '0.0.1', type: 'module', scripts: { start: 'node main.js' } }),
    },
  ],
});

export interface TestSite extends AsyncDisposable {
  readonly url: string;
  /** How often each path was asked for. */
  readonly hits: ReadonlyMap<string, number>;
  /** Answers what waits for `/hold`, and what asks for it from now on. */
  release(): void;
}

/** A site that answers every path with a page, after `delayMs`; but `/hold` only once it is released. */
export async function startTestSite(delayMs: number, host = '127.0.0.1'): Promise<TestSite> {
  const hits = new Map<string, number>();
  const held = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const url = request.url ?? '/';
    hits.set(url, (hits.get(url) ?? 0) + 1);
    await (url === '/hold' ? held.promise : delay(delayMs));
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>${url}</title>`);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    hits,
    release: () => held.resolve(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
