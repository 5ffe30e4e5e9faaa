import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { fetchFile as FetchFile, FileResponse } from '../src/output/fetch-file.ts';

const requests: { url: string; cookie: string | undefined }[] = [];
const [server, other] = [createServer(), createServer()];

async function listen(each: Server): Promise<string> {
  await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(each.address() as AddressInfo).port}`;
}

let site: string;
let elsewhere: string;
let fetchFile: typeof FetchFile;
beforeAll(async () => {
  [site, elsewhere] = [await listen(server), await listen(other)];
  other.on('request', (_request, response) => response.end('secret'));
  server.on('request', ({ url = '', headers }, response) => {
    requests.push({ url, cookie: headers.cookie });
    const { pathname, searchParams } = new URL(url, site);
    const status = Number(/^\/status\/(\d+)/.exec(pathname)?.[1] ?? 200);
    const location = pathname === '/loop' ? '/loop' : searchParams.get('to');
    response.writeHead(location === null ? status : 302, location === null ? {} : { location }).end('content');
  });
  // The stand-in's own address is the only one of this machine that is requested.
  process.env.TIKTOK_SITE_URL = site;
  ({ fetchFile } = await import('../src/output/fetch-file.ts'));
});
afterAll(() => {
  for (const each of [server, other]) each.close();
});

const visitor = {
  cookiesFor: async (url: string) => `for=${new URL(url).pathname}`,
  proxyUrlFor: async () => undefined,
};
const ask = (url: string): Promise<FileResponse> => fetchFile(url, visitor, new AbortController().signal);

test('a file is read with the cookies of its address, also behind a redirect', async () => {
  requests.length = 0;
  const response = await ask(`${site}/a?to=${encodeURIComponent('/b')}`);
  expect(response).toMatchObject({ kind: 'open', bytes: null });
  expect(`${await buffer((response as FileResponse & { kind: 'open' }).body)}`).toBe('content');
  expect(requests.map(({ cookie }) => cookie)).toEqual(['for=/a', 'for=/b']);
});

test.each([
  ['http://localhost/a'],
  ['http://127.0.0.1:1/a'],
  ['http://2130706433/a'],
  ['http://[::1]/a'],
  ['http://169.254.169.254/latest/meta-data'],
  ['http://metadata.google.internal/a'],
  ['http://printer.local/a'],
  ['http://database/a'],
])('%s is not requested', async (url) => {
  expect(await ask(url)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('not one of the Internet'),
  });
});

test('a redirect to an address of the own network is not followed', async () => {
  expect(await ask(`${site}/a?to=${encodeURIComponent(`${elsewhere}/secret`)}`)).toMatchObject({ kind: 'refused' });
});

test('a redirect without an end is given up', async () => {
  requests.length = 0;
  expect(await ask(`${site}/loop`)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('without an end'),
  });
  expect(requests.length).toBe(5);
});

test.each([
  ['/status/410', 'expired'],
  ['/status/403', 'refused'],
  ['/status/403?x-expires=1500000000', 'expired'],
  ['/status/403?expire=1500000000', 'expired'],
  ['/status/403?x-expires=99999999999', 'refused'],
  ['/status/404', 'gone'],
  ['/status/429', 'unavailable'],
  ['/status/503', 'unavailable'],
  ['/status/206', 'unavailable'],
])('%s means %s', async (path, kind) => {
  expect(await ask(`${site}${path}`)).toMatchObject({ kind, message: expect.stringContaining('status') });
});

test('no response, and an address that is none, are no exceptions', async () => {
  expect(await ask('https://no-such-host.example.invalid/a')).toMatchObject({ kind: 'unavailable' });
  expect(await ask('https://')).toMatchObject({ kind: 'unavailable' });
});
