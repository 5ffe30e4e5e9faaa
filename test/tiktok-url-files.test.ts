/** Files of URLs in inputs (`requestsFromUrl`) are read once for a run, and one that cannot be read fails the run. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from './support/until.ts';
import { type ActorFixture, startActorFixture } from './tiktok/actor-runs.ts';
import { expectResults } from './tiktok/comparison.ts';
import { profileItemOf } from './tiktok/profile-inputs.ts';

let fixture: ActorFixture;
let files: string;
let requests: string[] = [];
/** Slower while a run is moved, so that there is something left. */
let latencyMs = 5;
const pages: Record<string, (urls: readonly string[]) => string> = {
  '/list.csv': (urls) =>
    `name,"url, of the account"\n${urls.map((url, index) => `"No. ${index}","${url}"`).join('\r\n')}\n`,
  '/list.txt': (urls) => urls.join('\n'),
  '/page': (urls) => `<!DOCTYPE html><html><body>${urls.join(' ')}</body></html>`,
  '/words.txt': () => 'one\ntwo\n',
  '/large.txt': (urls) => `${urls[0]}\n`.padEnd(20_000_001, '.'),
};

const urls = (first: number, count: number): string[] =>
  fixture.site.truth.usernames(count, first).map((name) => `https://www.tiktok.com/@${name}`);

const server = createServer(({ url = '' }, response) => {
  requests.push(url);
  const { pathname } = new URL(url, 'http://files');
  const text = pages[pathname]?.(urls(0, 40));
  // Each file is there once.
  const isGone = requests.filter((each) => each === url).length > 1;
  if (text === undefined || isGone) response.writeHead(pathname === '/late.txt' ? 503 : 404).end();
  else response.end(text);
});

beforeAll(async () => {
  const site = { seed: 9, unavailableRate: 0, shellRate: 0, latencyMs: () => latencyMs };
  fixture = await startActorFixture('tiktok-user-info', site, { TIKTOK_PAUSE_MS: '10' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  files = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await fixture[Symbol.asyncDispose]();
});

test('[url-file-1] the URLs of files are read with the other inputs, through a lost server after which the files are gone', async () => {
  requests = [];
  latencyMs = 400;
  const startUrls = [
    { url: urls(50, 1)[0] },
    { requestsFromUrl: `${files}/list.csv?signature=1` },
    { requestsFromUrl: `${files}/list.txt` },
  ];
  const run = await fixture.run({ startUrls, usernames: fixture.site.truth.usernames(1, 51), maxConcurrency: 2 });
  await until('the run has given 5 results', async () => (await fixture.itemCountOf(run)) >= 5, { secs: 300 });
  await fixture.migrate(run.id, 'lost');
  latencyMs = 5;
  await fixture.succeeded(run);
  const numbers = [...Array(40).keys(), 50];
  const items = numbers.map((number) => profileItemOf(fixture.site.truth.profile(number), urls(number, 1)[0]!));
  const [name] = fixture.site.truth.usernames(1, 51);
  expectResults(await fixture.itemsOf(run), {
    items: [...items, profileItemOf(fixture.site.truth.profile(51), name!)],
    failed: [],
  });
  expect(requests).toEqual(['/list.csv?signature=1', '/list.txt']);
  expect(await fixture.attempts(run.id)).toHaveLength(2);
});

test.each([
  ['/page', /^startUrls: the file http:\S+\/page is a page and no text\. Give the address of the plain file/],
  ['/words.txt', /^startUrls: the file \S+ has no URL\. Give a text or a CSV file/],
  ['/large.txt', /^startUrls: the file \S+ cannot be read: it is larger than 20 MB\.$/],
  ['/none.txt?token=secret', /^startUrls: the file http:\S+\/none\.txt cannot be read: .* status 404\.$/],
  ['/late.txt', /^startUrls: the file \S+ cannot be read: .* status 503\.$/],
])('[url-file-2] %s fails the run before it requests anything of the site', async (file, message) => {
  requests = [];
  const before = fixture.site.visits.total;
  const run = await fixture.run({ profiles: ['a.name'], startUrls: [{ requestsFromUrl: `${files}${file}` }] });
  const { status, statusMessage } = await fixture.client.run(run.id).waitForFinish();
  expect([status, statusMessage]).toEqual(['FAILED', expect.stringMatching(message)]);
  expect(fixture.site.visits.total).toBe(before);
});
