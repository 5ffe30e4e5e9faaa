/** The proxy as stock clients use it: Apify's SDK, Crawlee's crawlers, a browser, curl. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath } from '../../../test/support/browser.ts';
import { parseProxyGroups } from '../src/proxy/groups.ts';
import { startUpstream, type TestUpstream } from './proxy-client.ts';
import { type RunFixture, startRunFixture, startTestSite, type TestSite } from './run-fixture.ts';

const stack = new AsyncDisposableStack();
let site: TestSite;
let us: TestUpstream;
let de: TestUpstream;
let fixture: RunFixture;

beforeAll(async () => {
  site = stack.use(await startTestSite(0));
  us = stack.use(await startUpstream());
  de = stack.use(await startUpstream());
  const groups = parseProxyGroups(
    JSON.stringify({
      SHADER: [
        { url: us.url, country: 'US' },
        { url: de.url, country: 'DE' },
      ],
    }),
  );
  fixture = stack.use(await startRunFixture({ proxy: { groups } }));
});
afterAll(() => stack.disposeAsync());

async function outputOf(main: string, input: object) {
  const actorId = await fixture.deploy(`client-${Date.now().toString(36)}`, main);
  const started = await fixture.start(actorId, { site: site.url, ...input });
  const run = await fixture.client.run(started.id).waitForFinish();
  const output = (await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT'))?.value;
  expect(run.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  return { run, output: output as Record<string, unknown>, log: await fixture.logOf(run.id) };
}

test('the SDK finds the proxy, checks its access, and says why it has none', async () => {
  const { output, log } = await outputOf(
    `
    import { Actor } from 'apify';
    import { gotScraping } from 'crawlee';
    await Actor.init();
    const { site } = await Actor.getInput();
    const result = {};
    const attempts = {
      nothing: undefined,
      off: { useApifyProxy: false },
      on: { useApifyProxy: true, checkAccess: true },
      group: { useApifyProxy: true, apifyProxyGroups: ['SHADER'], apifyProxyCountry: 'DE' },
      foreign: { groups: ['RESIDENTIAL'] },
      nowhere: { countryCode: 'FR' },
      noCheck: { groups: ['RESIDENTIAL'], checkAccess: false },
    };
    for (const [name, options] of Object.entries(attempts)) {
      try {
        const configuration = await Actor.createProxyConfiguration(options);
        if (configuration === undefined) { result[name] = 'no proxy'; continue; }
        const proxyUrl = await configuration.newUrl('my_session');
        const { statusCode, body } = await gotScraping({ url: site + '/' + name, proxyUrl });
        result[name] = { statusCode, body };
      } catch (error) {
        result[name] = error.message;
      }
    }
    await Actor.setValue('OUTPUT', result);
    await Actor.exit();`,
    {},
  );
  const pageOf = (name: string) => ({ statusCode: 200, body: `<title>/${name}</title>` });
  expect(output).toEqual({
    nothing: pageOf('nothing'),
    off: 'no proxy',
    on: pageOf('on'),
    group: pageOf('group'),
    foreign: expect.stringContaining('There is no proxy group "RESIDENTIAL" on this platform. It has: SHADER.'),
    nowhere: expect.stringContaining('No proxy is in FR'),
    noCheck: { statusCode: 407, body: expect.stringContaining('no proxy group "RESIDENTIAL"') },
  });
  expect(log).not.toContain('access check timed out');
});

const crawlerActor = `
import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';
await Actor.init();
const { site } = await Actor.getInput();
const proxyConfiguration = await Actor.createProxyConfiguration({ groups: ['SHADER'] });
const crawler = new CheerioCrawler({
  proxyConfiguration,
  useSessionPool: true,
  async requestHandler({ request, $, proxyInfo, session }) {
    await Actor.pushData({ url: request.url, title: $('title').text(), session: session.id, ofProxy: proxyInfo.sessionId });
  },
});
await crawler.run(Array.from({ length: 12 }, (_, index) => site + '/crawl/' + index));
await Actor.exit();`;

test('a CheerioCrawler crawls through it, each session by one upstream', async () => {
  const before = us.usernames.length + de.usernames.length;
  const { run } = await outputOf(crawlerActor, {});
  const items = await fixture.itemsOf(run);
  expect(items.map(({ title }) => title).toSorted()).toEqual(
    Array.from({ length: 12 }, (_, index) => `/crawl/${index}`).toSorted(),
  );
  expect(items.every(({ session, ofProxy }) => session === ofProxy)).toBe(true);
  expect(us.usernames.length + de.usernames.length - before).toBe(12);
});

test.skipIf(chromiumPath === undefined)('a browser of a PlaywrightCrawler loads pages through it', async () => {
  const before = us.usernames.length;
  const { run } = await outputOf(
    `
    import { Actor } from 'apify';
    import { PlaywrightCrawler } from 'crawlee';
    import { chromium } from 'playwright-core';
    await Actor.init();
    const { site, executablePath } = await Actor.getInput();
    const proxyConfiguration = await Actor.createProxyConfiguration({ groups: ['SHADER'], countryCode: 'US' });
    const crawler = new PlaywrightCrawler({
      proxyConfiguration,
      launchContext: { launcher: chromium, launchOptions: { executablePath, args: ['--proxy-bypass-list=<-loopback>', '--no-sandbox'] } },
      async requestHandler({ page, request }) {
        await Actor.pushData({ url: request.url, title: await page.title() });
      },
    });
    await crawler.run([site + '/browser']);
    await Actor.exit();`,
    { executablePath: chromiumPath },
  );
  expect((await fixture.itemsOf(run)).map(({ title }) => title)).toEqual(['/browser']);
  expect(us.usernames.length).toBeGreaterThan(before);
});

test.skipIf(!existsSync('/usr/bin/curl'))('curl uses it with the password of the user', async () => {
  const { data } = (await (await fixture.call('GET', '/v2/users/me')).json()) as {
    data: { proxy: { password: string } };
  };
  const port = Number(new URL(fixture.platform.proxyUrl).port);
  const proxyUrl = `http://groups-SHADER,session-c1:${data.proxy.password}@127.0.0.1:${port}`;
  const curl = async (...args: string[]) =>
    (await promisify(execFile)('/usr/bin/curl', ['-sS', '-x', proxyUrl, ...args])).stdout;
  expect(await curl(`${site.url}/curl`)).toBe('<title>/curl</title>');
  expect(await curl('--proxytunnel', `${site.url}/curl`)).toBe('<title>/curl</title>');
  expect(JSON.parse(await curl('http://proxy.apify.com/?format=json'))).toMatchObject({ connected: true });
});
