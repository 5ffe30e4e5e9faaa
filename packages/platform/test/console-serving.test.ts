/** How the platform serves a built console: with which policy, from where, and what it says where there is none. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

const script = `export const text = ${JSON.stringify('console '.repeat(500))};`;
const page = `<!doctype html><html><head><meta name="csp-nonce" content=""><title>Wherry</title>
<script type="module" src="/console/assets/index-D4pXq_1z.js"></script></head><body></body></html>`;

let folder: string;
let fixture: Fixture;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wherry-console-'));
  const dist = path.join(folder, 'dist');
  await mkdir(path.join(dist, 'assets'), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    'index.html': page,
    'wherry.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'build-digest': 'abc',
    'assets/index-D4pXq_1z.js': script,
    'assets/index-D4pXq_1z.js.br': brotliCompressSync(script),
    'assets/index-D4pXq_1z.js.gz': gzipSync(script),
    'assets/plain-a1B2c3D4.css': 'body { margin: 0 }',
    'assets/plain-a1B2c3D4.css.map': '{}',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(dist, name), content);
  await writeFile(path.join(folder, 'outside.js'), 'outside');
  await symlink(path.join(folder, 'outside.js'), path.join(dist, 'linked.js'));
  fixture = await startFixture({ consoleFolder: dist });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Served {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Without `fetch`, which resolves paths and decompresses by itself. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Served> {
  const { hostname, port } = new URL(fixture.platform.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: url, method, headers }, async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) });
    });
    request.once('error', reject).end();
  });
}

const policyOf = ({ headers }: Served): Record<string, string> =>
  Object.fromEntries(
    String(headers['content-security-policy'])
      .split('; ')
      .map((each) => [each.split(' ', 1)[0]!, each.slice(each.indexOf(' ') + 1)]),
  );

test('every path below /console/ that is no file is the page, with a nonce of its own', async () => {
  const nonces = new Set<string>();
  for (const url of [
    '/console/',
    '/console/runs/abc?tab=log',
    '/console/sign-in',
    '/console/a/b/c/',
    '/console/index.html',
  ]) {
    const served = await get(url);
    expect([served.status, served.headers['content-type'], served.headers['cache-control']], url).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    const [, nonce = ''] = /<meta name="csp-nonce" content="([^"]+)">/.exec(served.body.toString()) ?? [];
    expect(served.body.toString()).toBe(page.replace('content=""', `content="${nonce}"`));
    expect(policyOf(served)['style-src']).toBe(`'self' 'nonce-${nonce}'`);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(5);
});

test('the console’s policy lets nothing inline run, and nobody else frame it', async () => {
  for (const url of ['/console/', '/console/assets/index-D4pXq_1z.js', '/console/wherry.svg']) {
    const served = await get(url);
    expect(policyOf(served)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': expect.stringMatching(/^'self'( 'nonce-[\w+/=]{24}')?$/),
      'img-src': "'self' data: blob:",
      'connect-src': "'self'",
      'font-src': "'self'",
      'media-src': "'self' blob:",
      'frame-src': "'self' blob:",
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(served.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  }
});

test('a page without a place for the nonce gets one', async () => {
  const other = path.join(folder, 'other');
  await mkdir(other);
  await writeFile(path.join(other, 'index.html'), '<html><head lang="en"><title>t</title></head></html>');
  await using bare = await startFixture({ consoleFolder: other });
  const text = await (await fetch(`${bare.platform.url}/console/`)).text();
  expect(text).toMatch(/^<html><head lang="en"><meta name="csp-nonce" content="[\w+/=]{24}"><title>/);
});

test('files with a hash in their names are kept for ever, others are asked for again', async () => {
  const hashed = await get('/console/assets/index-D4pXq_1z.js');
  expect([hashed.headers['cache-control'], hashed.headers['content-type'], hashed.body.toString()]).toEqual([
    'public, max-age=31536000, immutable',
    'text/javascript; charset=utf-8',
    script,
  ]);
  const { headers } = await get('/console/wherry.svg');
  expect([headers['cache-control'], headers['content-type']]).toEqual(['no-cache', 'image/svg+xml']);
  const again = await get('/console/wherry.svg', { 'if-none-match': headers.etag! });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  const head = await get('/console/wherry.svg', {}, 'HEAD');
  expect([head.status, head.body.length, head.headers.etag]).toEqual([200, 0, headers.etag]);
});

test.each([
  ['br, gzip', 'br'],
  ['gzip, deflate, br;q=0.1', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;Q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['identity', undefined],
  ['deflate, zstd', undefined],
  ['', undefined],
])('a client that accepts %j gets %s', async (accepted, encoding) => {
  const served = await get('/console/assets/index-D4pXq_1z.js', { 'accept-encoding': accepted });
  expect(served.headers['content-encoding']).toBe(encoding);
  expect(served.headers.vary).toBe('Accept-Encoding');
  const decode = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ''] ?? ((body: Buffer) => body);
  expect(decode(served.body).toString()).toBe(script);
  const small = await get('/console/assets/plain-a1B2c3D4.css', { 'accept-encoding': accepted });
  expect([small.headers['content-encoding'], small.body.toString()]).toEqual([undefined, 'body { margin: 0 }']);
});

test('no path leaves the folder, and nothing is served but what the console consists of', async () => {
  for (const url of [
    '/console/../outside.js',
    '/console/%2e%2e/outside.js',
    '/console/..%2foutside.js',
    '/console/..%5coutside.js',
    '/console//outside.js',
    '/console/assets/../../outside.js',
    '/console/linked.js',
    '/console/build-digest',
    `/console/${encodeURIComponent(path.join(folder, 'outside.js'))}`,
  ]) {
    const served = await get(url);
    expect(served.body.toString(), url).not.toContain('outside');
    expect(['200 text/html; charset=utf-8', '404 application/json; charset=utf-8'], url).toContain(
      `${served.status} ${served.headers['content-type']}`,
    );
    expect(served.body.toString(), url).not.toBe('abc');
  }
  for (const url of ['/console/assets/index-OLDER001.js', '/console/assets/plain-a1B2c3D4.css.map']) {
    expect((await get(url)).status, url).toBe(404);
  }
  expect((await get('/console/assets/index-D4pXq_1z.js.br')).status).toBe(404);
  expect((await get('/console/', {}, 'POST')).status).toBe(405);
});

test('its own pages load its scripts, and no others of that origin', async () => {
  const asScript = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' };
  expect((await get('/console/assets/index-D4pXq_1z.js', asScript)).status).toBe(200);
  for (const url of ['/', '/v2/browser-info', '/wherry/v1/openapi.json', '/v2/key-value-stores/any/records/evil.js']) {
    const served = await get(url, asScript);
    expect([served.status, JSON.parse(served.body.toString())], url).toMatchObject([
      403,
      { error: { type: 'not-a-program' } },
    ]);
  }
});

test('a browser at the platform’s address is sent to the console; a program is told where it is', async () => {
  for (const url of ['/', '/console']) {
    const sent = await get(url, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([sent.status, sent.headers.location], url).toEqual([302, '/console/']);
  }
  const told = await get('/', { accept: '*/*' });
  expect([told.status, told.headers.vary]).toEqual([200, 'Accept']);
  expect(told.body.toString()).toContain('href="/console/"');
});

test.each([
  ['no folder', undefined],
  ['a folder without a console', 'dist/assets'],
  ['a folder that is not there', 'nowhere'],
  ['a file', 'outside.js'],
])('with %s the platform starts, and its address says how a console is built', async (_, name) => {
  const consoleFolder = name === undefined ? undefined : path.join(folder, name);
  await using bare = await startFixture({ consoleFolder });
  expect(bare.platform.hasConsole).toBe(false);
  const front = await fetch(bare.platform.url, { headers: { accept: 'text/html' } });
  expect([front.status, front.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await front.text()).toContain('npm run build:console');
  const missing = await fetch(`${bare.platform.url}/console/runs`);
  expect([missing.status, await missing.json()]).toMatchObject([404, { error: { type: 'console-not-built' } }]);
});
