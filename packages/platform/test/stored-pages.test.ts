/** What Actors have stored is on the console's origin: whatever it is, a browser that opens it runs nothing of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { allRoutes } from './users-fixture.ts';

const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>';

/** Whose values browsers show, under types that browsers show. */
const records: readonly (readonly [key: string, contentType: string, value: string])[] = [
  ['page', 'text/html; charset=utf-8', `<!doctype html>${hostile}`],
  ['upper', 'TEXT/HTML', hostile],
  ['xhtml', 'application/xhtml+xml', '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'],
  ['image', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['styled', 'text/xml', '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="image"?><a/>'],
  [
    'feed',
    'application/rss+xml',
    '<?xml version="1.0"?><rss xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></rss>',
  ],
  ['document', 'application/pdf', '%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj'],
  ['program', 'text/javascript', 'alert(1)'],
  ['module', 'application/wasm', '\0asm'],
  ['parts', 'multipart/related; boundary=b', `--b\r\nContent-Type: text/html\r\n\r\n${hostile}\r\n--b--`],
  ['mail', 'message/rfc822', `Content-Type: text/html\r\n\r\n${hostile}`],
  ['replaced', 'multipart/x-mixed-replace; boundary=b', `--b\r\nContent-Type: text/html\r\n\r\n${hostile}\r\n--b--`],
  ['none', 'unknown/unknown', hostile],
];

/** A web server of a run, which says nothing of policies, or undoes them. */
const server = `
  import { createServer } from 'node:http';
  import { Actor } from 'apify';
  await Actor.init();
  console.log(${JSON.stringify(hostile)});
  await Actor.pushData({ ${JSON.stringify(hostile)}: ${JSON.stringify(hostile)} });
  createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    if (request.url === '/own') response.setHeader('content-security-policy', "sandbox allow-scripts allow-same-origin; script-src * 'unsafe-inline'");
    response.end(${JSON.stringify(hostile)});
  }).listen(Number(process.env.ACTOR_WEB_SERVER_PORT));`;

let fixture: RunFixture;
let runId: string;
let storeId: string;
let datasetId: string;
let actorId: string;

beforeAll(async () => {
  fixture = await startRunFixture();
  actorId = await fixture.deploy('hostile', server);
  const run = await fixture.start(actorId);
  [runId, storeId, datasetId] = [run.id, run.defaultKeyValueStoreId, run.defaultDatasetId];
  for (const [key, contentType, value] of records) {
    const answer = await fixture.call('PUT', `/v2/key-value-stores/${storeId}/records/${key}`, value, {
      'content-type': contentType,
    });
    expect(answer.status, key).toBe(201);
  }
  await until('the run has pushed an item', async () => (await fixture.itemsOf(run)).length > 0, { secs: 60 });
  await until('it serves', async () => (await fetch(`${run.containerUrl}/`)).status === 200, { secs: 60 });
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** The flags of the sandbox, or undefined without one. Policies of several headers, or with commas, hold all together. */
function sandboxOf({ headers }: Response): string[] | undefined {
  const policies = (headers.get('content-security-policy') ?? '').split(',');
  const sandboxes = policies.flatMap((policy) =>
    policy
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .filter(([name]) => name === 'sandbox')
      .map(([, ...flags]) => flags),
  );
  if (sandboxes.length === 0) return undefined;
  return sandboxes.reduce((both, flags) => both.filter((flag) => flags.includes(flag)));
}

async function expectNoScripts(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...init,
    headers: { authorization: `Bearer ${fixture.platform.token}`, ...(init.headers as Record<string, string>) },
  });
  expect(
    [sandboxOf(response), response.headers.get('x-content-type-options')],
    `${init.method ?? 'GET'} ${url}`,
  ).toEqual([[], 'nosniff']);
  await response.body?.cancel();
  return response;
}

test('[browser-session-7] every record, under every path that leads to it, is in a sandbox without scripts', async () => {
  const { url } = fixture.platform;
  const stores = [
    `${url}/v2/key-value-stores/${storeId}`,
    `${url}/v2/actor-runs/${runId}/key-value-store`,
    `${url}/v2/acts/${actorId}/runs/${runId}/key-value-store`,
    `${url}/v2/acts/${actorId}/runs/last/key-value-store`,
  ];
  for (const store of stores) {
    for (const [key] of records) {
      const response = await expectNoScripts(`${store}/records/${key}`);
      const type = response.headers.get('content-type') ?? '';
      if (/^multipart/i.test(type)) expect(response.headers.get('content-disposition')).toBe('attachment');
      await expectNoScripts(`${store}/records/${key}?attachment=1`);
    }
    await expectNoScripts(`${store}/records`);
    await expectNoScripts(`${store}/keys`);
  }
});

test('[browser-session-7] items in every format, and logs, are in a sandbox without scripts', async () => {
  const { url } = fixture.platform;
  for (const format of ['json', 'jsonl', 'csv', 'html', 'rss', 'xml', 'xlsx']) {
    for (const dataset of [`${url}/v2/datasets/${datasetId}`, `${url}/v2/actor-runs/${runId}/dataset`]) {
      await expectNoScripts(`${dataset}/items?format=${format}`);
      await expectNoScripts(`${dataset}/items?format=${format}&attachment=1`);
      await expectNoScripts(
        `${dataset}/items?format=${format}&xmlRoot=script&feedTitle=${encodeURIComponent(hostile)}`,
      );
    }
  }
  for (const path of [`logs/${runId}`, `actor-runs/${runId}/log`]) {
    for (const query of ['', '?download=1', '?raw=1', '?stream=1']) await expectNoScripts(`${url}/v2/${path}${query}`);
  }
});

test('[browser-session-7] no response of any route is without a sandbox, whoever asks for what', async () => {
  const values: Readonly<Record<string, string>> = {
    actorId,
    runId,
    storageId: datasetId,
    recordKey: 'page',
    id: runId,
  };
  for (const { method, url } of await allRoutes()) {
    // The console itself, and the page of the platform's address, have policies of their own, and nothing of Actors.
    if (url === '/' || url.startsWith('/console')) continue;
    // What ends the run, or has no end.
    if (method === 'DELETE' || /abort|reboot|metamorph|events|drain|gc$/.test(url)) continue;
    for (const value of [undefined, encodeURIComponent(hostile)]) {
      const path = url.replaceAll(/:(\w+)/g, (_, name: string) => value ?? values[name] ?? 'NoSuchThing000000');
      // A run that is waited for.
      if (/run-sync/.test(path) && value === undefined) continue;
      await expectNoScripts(fixture.platform.url + path, { method });
      await expectNoScripts(fixture.platform.url + path, { method, headers: { authorization: 'Bearer wrong' } });
    }
  }
  for (const path of [`/${hostile}`, '/v2/%zz', `/v2/datasets/${'x'.repeat(3000)}`, `/v2/absent?${hostile}`]) {
    await expectNoScripts(fixture.platform.url + path);
  }
});

test('[browser-session-7] [web-origin-1] what a web server serves on that origin is a stranger to it, whatever it says', async () => {
  const { url } = fixture.platform;
  for (const path of ['/', '/own']) {
    const response = await fetch(`${url}/wherry/v1/runs/${runId}/web${path}`);
    const flags = sandboxOf(response);
    expect(flags).toContain('allow-scripts');
    expect(flags).not.toContain('allow-same-origin');
    expect(flags!.filter((flag) => flag.startsWith('allow-top-navigation') || flag.includes('escape'))).toEqual([]);
  }
  const absent = await fetch(`${url}/wherry/v1/runs/NoSuchThing000000/web/${encodeURIComponent(hostile)}`);
  expect(sandboxOf(absent)).toEqual([]);
  // What is no websocket is no page either.
  const socket = new WebSocket(`${url.replace('http', 'ws')}/wherry/v1/absent`);
  const refused = await new Promise<string | undefined>((resolve) => {
    socket.once('unexpected-response', (_request, { headers }) => resolve(headers['content-type']));
    socket.once('error', () => undefined);
  });
  expect(refused).toBe('application/json; charset=utf-8');
  socket.terminate();
});
