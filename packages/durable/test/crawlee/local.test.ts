/** A local crawl without a platform, over the SDK's local storage. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { dataFolderOfTest, startTestSite } from '../../../platform/test/run-fixture.ts';

/** The locks of a dead process stay valid, as in stock Crawlee, so they are short here. */
const main = (init: string) => `
import { Actor } from 'apify';
import { BasicCrawler, KeyValueStore, RequestQueue } from '@wherry/durable/crawlee';
${init}
const url = (path) => process.env.SITE + '/' + path;
const requestQueue = await RequestQueue.open();
const crawler = new BasicCrawler({
  requestQueue, maxConcurrency: 3, minConcurrency: 3,
  async requestHandler({ request, pushData, addRequests, useState }) {
    const page = Number(new URL(request.url).pathname.slice(1));
    await fetch(request.url);
    await pushData({ page });
    await pushData({ page }, 'beside');
    await addRequests([2 * page + 1, 2 * page + 2].filter((next) => next < 40).map(url));
    (await useState({ pages: 0 })).pages += 1;
    if (page % 7 === 3 && request.retryCount === 0) throw new Error('at first');
  },
});
requestQueue.requestLockSecs = 4;
const { requestsFinished } = await crawler.run([url(0)]);
await KeyValueStore.setValue('OUTPUT', { requestsFinished, pages: (await crawler.useState()).pages });
${init === '' ? '' : 'await Actor.exit();'}
`;

async function filesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.filter((file) => /^\d+\.json$/.test(file)).map((file) => path.join(folder, file));
}

const ended = async (child: ChildProcess) => (await once(child, 'exit'))[0] as number | null;

test.each([
  ['with the SDK', 'await Actor.init();'],
  ['with Crawlee alone', ''],
])('%s, a killed crawl continues where it was, and a purged crawl starts from the beginning', async (_name, init) => {
  const folder = await dataFolderOfTest();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await using site = await startTestSite(20);
  await writeFile(path.join(folder, 'main.mjs'), main(init));
  const dataset = path.join(folder, 'storage', 'datasets', 'default');
  const beside = path.join(folder, 'storage', 'datasets', 'beside');
  const start = (env: Record<string, string>) =>
    spawn(process.execPath, [path.join(folder, 'main.mjs')], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, SITE: site.url, CRAWLEE_STORAGE_DIR: path.join(folder, 'storage'), ...env },
    });
  const resumed = { CRAWLEE_PURGE_ON_START: '0', APIFY_PURGE_ON_START: '0' };
  const pages = async (of: string) => {
    const items = (await filesOf(of)).map(async (file) => JSON.parse(await readFile(file, 'utf8')) as { page: number });
    return (await Promise.all(items)).map(({ page }) => page).sort((one, other) => one - other);
  };
  const output = async () =>
    JSON.parse(await readFile(path.join(folder, 'storage', 'key_value_stores', 'default', 'OUTPUT.json'), 'utf8'));
  const expected = Array.from({ length: 40 }, (_, page) => page);
  const killed = start({});
  await until('15 items are stored', async () => (await filesOf(dataset)).length >= 15);
  killed.kill('SIGKILL');
  await ended(killed);
  expect(await ended(start(resumed))).toBe(0);
  expect(await pages(dataset)).toEqual(expected);
  expect(await pages(beside)).toEqual(expected);
  expect(await output()).toEqual({ requestsFinished: 40, pages: 40 });
  expect(await ended(start({}))).toBe(0);
  expect(await pages(dataset)).toEqual(expected);
  expect(await output()).toEqual({ requestsFinished: 40, pages: 40 });
});
