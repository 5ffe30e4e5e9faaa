/** What "Make your Actor migration-proof" says about Python: each sentence of its section 6. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProveOptions, prove } from '@wherry/prover';
import { ApifyClient } from 'apify-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunFixture, startRunFixture, startTestSite } from '../packages/platform/test/run-fixture.ts';
import { proverFolder } from '../packages/prover/test/prove-actor.ts';
import { deployFiles } from './support/deploy.ts';
import { isLong } from './support/long.ts';
import { filesBelow, whyNoPythonTests } from './support/python.ts';
import { until } from './support/until.ts';

const folderOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

async function deploy(client: ApifyClient, folder: string): Promise<string> {
  const files = await filesBelow(folderOf(folder));
  return (await deployFiles(client, path.basename(folder), files)).actorId;
}

async function proveExample(name: string, options: Partial<ProveOptions>) {
  const folder = await proverFolder();
  try {
    return await prove({
      actor: name,
      folder,
      deploy: ({ url, token }) => deploy(new ApifyClient({ baseUrl: url, token }), path.join('docs/examples', name)),
      ...options,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(whyNoPythonTests !== undefined)('Python Actors', () => {
  let fixture: RunFixture;
  let crawler: string;

  beforeAll(async () => {
    fixture = await startRunFixture({ handoffs: { quietGraceSecs: 0.5 } });
    crawler = await deploy(fixture.client, 'actors/site-crawler-python');
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('a Python loop that counts in use_state is found unsafe when it is killed, and only then', async () => {
    // One fault of each kind, at a push: several runners may begin more cases than `maxFaults`.
    const options = { kinds: ['warm', 'kill'], maxFaults: 2, runnerCount: 1, budgetSecs: 300 } as const;
    const verdict = await proveExample('price-list-python', options);
    const rowOf = (kind: string) => verdict.rows.find((row) => row.kind === kind);
    expect(verdict.verdict).toBe('unsafe');
    expect(rowOf('kill')!.counts.duplicated).toBeGreaterThan(0);
    expect(rowOf('warm')!.counts).toMatchObject({ lost: 0, duplicated: 0, changed: 0, neverFinished: 0 });
  });

  test.runIf(isLong)('a Python Actor whose records have keys of their own is found safe', async () => {
    const verdict = await proveExample('price-list-python-keyed', { maxFaults: 22, budgetSecs: 600 });
    expect(verdict.failing.map(({ story, replay }) => `${replay}: ${story}`)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'safe', reasons: [] });
  });

  test('the crawler in Python loses no page when its server is lost, and repeats what was in progress at most', async () => {
    await using site = await startTestSite(300);
    const startUrls = Array.from({ length: 20 }, (_, index) => ({ url: `${site.url}/${index}` }));
    const run = await fixture.start(crawler, { startUrls, maxConcurrency: 2, minConcurrency: 2 });
    const dataset = fixture.client.dataset<{ url: string }>(run.defaultDatasetId);
    await until('five pages are done', async () => ((await dataset.get())?.itemCount ?? 0) >= 5);
    await fixture.migrate(run.id, 'lost');
    const ended = await fixture.client.run(run.id).waitForFinish();
    expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
    const { items } = await dataset.listItems();
    expect(new Set(items.map(({ url }) => url))).toEqual(new Set(startUrls.map(({ url }) => url)));
    expect(items.length).toBeLessThanOrEqual(20 + 2);
  });
});
