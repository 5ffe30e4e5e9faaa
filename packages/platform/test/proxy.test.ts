/** The proxy of the platform, as clients that speak HTTP see it [proxy-1] to [proxy-4]. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { parseProxyGroups } from '../src/proxy/groups.ts';
import { Targets } from '../src/proxy/targets.ts';
import {
  addressOf,
  get,
  openTunnel,
  type ProxyAddress,
  startSocksUpstream,
  startUpstream,
  type TestUpstream,
  tunnel,
} from './proxy-client.ts';
import { type RunFixture, startRunFixture, startTestSite, type TestSite } from './run-fixture.ts';

interface UserProfile {
  readonly proxy: { readonly password: string; readonly groups: readonly object[] };
  readonly plan: { readonly availableProxyGroups: object };
  readonly effectivePlatformFeatures: object;
}

/** Stores its variables, so that a test can speak for it, and waits. */
const idleActor = `
const { APIFY_API_BASE_URL: api, APIFY_TOKEN: token, ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store } = process.env;
const mine = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('APIFY_PROXY_')));
await fetch(\`\${api}/v2/key-value-stores/\${store}/records/OUTPUT\`, {
  method: 'PUT',
  headers: { authorization: \`Bearer \${token}\`, 'content-type': 'application/json' },
  body: JSON.stringify(mine),
});
console.log(\`The proxy is http://auto:\${process.env.APIFY_PROXY_PASSWORD}@there\`);
setInterval(() => undefined, 1000);
`;

async function startIdle(fixture: RunFixture, actorId: string) {
  const run = await fixture.start(actorId);
  const variables = await until(
    'the run has stored its variables',
    async () => (await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT'))?.value,
  );
  return { runId: run.id, variables: variables as Record<string, string> };
}

const stack = new AsyncDisposableStack();
let site: TestSite;
let one: TestUpstream;
let two: TestUpstream;
let socks: TestUpstream;
let fixture: RunFixture;
let actorId: string;
let runId: string;
let variables: Record<string, string>;
let proxy: ProxyAddress;
/** Without groups, and with low limits. */
let plain: RunFixture;
let ofPlain: Awaited<ReturnType<typeof startIdle>>;

beforeAll(async () => {
  site = stack.use(await startTestSite(0));
  one = stack.use(await startUpstream());
  two = stack.use(await startUpstream());
  socks = stack.use(await startSocksUpstream());
  const groups = parseProxyGroups(
    JSON.stringify({
      ONE: { description: 'The first', upstreams: [{ url: one.url.replace('me:', 'me-{session}:'), country: 'DE' }] },
      TWO: [two.url],
      SOCKS: { auto: false, upstreams: [socks.url] },
      RESIDENTIAL: { auto: false, upstreams: ['direct'] },
      GONE: { auto: false, upstreams: ['http://127.0.0.1:1'] },
      WRONG: { auto: false, upstreams: [one.url.replace('upstream-secret', 'another')] },
    }),
  );
  fixture = stack.use(await startRunFixture({ proxy: { groups } }));
  actorId = await fixture.deploy('idle', idleActor);
  ({ runId, variables } = await startIdle(fixture, actorId));
  proxy = addressOf(variables);
  plain = stack.use(await startRunFixture({ proxy: { connectionsOfRun: 2, idleSecs: 1 } }));
  ofPlain = await startIdle(plain, await plain.deploy('idle', idleActor));
});
afterAll(() => stack.disposeAsync());

const page = () => `${site.url}/page`;
const expected = { status: 200, text: '<title>/page</title>' };

test('an attempt gets the variables of the proxy, with a password of its run, which its log hides', async () => {
  expect(variables).toEqual({
    APIFY_PROXY_HOSTNAME: '127.0.0.1',
    APIFY_PROXY_PORT: String(proxy.port),
    APIFY_PROXY_PASSWORD: expect.stringMatching(new RegExp(`^wherry_proxy_run_${runId}_`)),
    APIFY_PROXY_STATUS_URL: `http://127.0.0.1:${proxy.port}`,
  });
  const log = await until('the line is in the log', async () => {
    const text = await fixture.logOf(runId);
    return text.includes('The proxy is') && text;
  });
  expect(log).toContain('The proxy is http://auto:[hidden]@there');
  expect(log).not.toContain(proxy.password);
});

test('requests in absolute form and tunnels go through the upstreams of the groups that they name', async () => {
  for (const [group, upstream] of [['ONE', one] as const, ['TWO', two] as const, ['SOCKS', socks] as const]) {
    const before = upstream.usernames.length;
    const answer = { status: 200, text: `<title>/${group}</title>` };
    expect(await get(proxy, `${site.url}/${group}`, `groups-${group}`)).toEqual(answer);
    expect(await tunnel(proxy, `${site.url}/${group}`, `groups-${group},session-s1`)).toEqual(answer);
    expect(upstream.usernames.length - before).toBe(2);
    expect(site.hits.get(`/${group}`)).toBe(2);
  }
  expect(one.usernames.at(-1)).toBe('me-s1');
  const before = one.usernames.length + two.usernames.length;
  for (const username of ['auto', 'session-a', 'groups-ONE+TWO', 'country-DE']) {
    expect(await get(proxy, page(), username)).toEqual(expected);
  }
  expect(one.usernames.length + two.usernames.length - before).toBe(4);
});

test('a session keeps its upstream', async () => {
  const counts = () => [one.usernames.length, two.usernames.length];
  const sideOf = async (session: string) => {
    const [before] = counts();
    expect(await get(proxy, page(), `session-${session}`)).toEqual(expected);
    return counts()[0]! > before! ? 'one' : 'two';
  };
  const sessions = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const first = [];
  for (const session of sessions) first.push(await sideOf(session));
  expect(new Set(first)).toEqual(new Set(['one', 'two']));
  const again = [];
  for (const session of sessions) again.push(await sideOf(session));
  expect(again).toEqual(first);
});

test('a wrong or missing password, a group or country that is not there, and a wrong user name get 407 with the reason [proxy-1]', async () => {
  const stranger = { ...proxy, password: 'guessed' };
  const forged = { ...proxy, password: proxy.password.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
  for (const send of [get, tunnel]) {
    for (const each of [stranger, forged, { ...proxy, password: '' }]) {
      const refused = await send(each, page());
      expect(refused.status).toBe(407);
      expect(refused.text).toContain('The password of the proxy is wrong');
    }
    expect((await send(proxy, page(), 'groups-NONE')).text).toContain(
      'no proxy group "NONE" on this platform. It has: ONE, TWO',
    );
    expect((await send(proxy, page(), 'groups-TWO,country-DE')).text).toContain('No proxy of TWO is in DE');
    expect(await send(proxy, page(), 'me')).toMatchObject({ status: 407 });
  }
});

test('an upstream that refuses connections, or its credentials, gives a status from 590 to 599', async () => {
  for (const send of [get, tunnel]) {
    expect(await send(proxy, page(), 'groups-GONE')).toMatchObject({ status: 594 });
    expect(await send(proxy, page(), 'groups-WRONG')).toMatchObject({ status: 597 });
  }
});

test('the status page is answered by the proxy itself, at Apify’s address and at its own', async () => {
  const ask = async (url: string, username = 'auto', address = proxy) => {
    const { status, text } = await get(address, url, username);
    expect(status).toBe(200);
    return JSON.parse(text);
  };
  for (const url of ['http://proxy.apify.com/?format=json', `${variables.APIFY_PROXY_STATUS_URL}/?format=json`]) {
    expect(await ask(url)).toMatchObject({ connected: true, connectionError: null, isManInTheMiddle: false });
    expect(await ask(url, 'groups-NONE')).toMatchObject({
      connected: false,
      connectionError: expect.stringContaining('no proxy group "NONE"'),
    });
    expect(await ask(url, 'auto', { ...proxy, password: 'guessed' })).toMatchObject({ connected: false });
  }
  const direct = await fetch(`${variables.APIFY_PROXY_STATUS_URL}/?format=json`);
  expect(await direct.json()).toMatchObject({
    connected: false,
    connectionError: expect.stringContaining('not through it'),
  });
});

test('a user has a password of their own, and sees the groups', async () => {
  const { data } = (await (await fixture.call('GET', '/v2/users/me')).json()) as { data: UserProfile };
  expect(data.proxy.groups.slice(0, 2)).toEqual([
    { name: 'ONE', description: 'The first', availableCount: 1 },
    { name: 'TWO', description: '', availableCount: 1 },
  ]);
  expect(data.plan.availableProxyGroups).toMatchObject({ ONE: 1, GONE: 1 });
  expect(data.effectivePlatformFeatures).toMatchObject({
    PROXY: { isEnabled: true },
    PROXY_RESIDENTIAL: { isEnabled: true },
    PROXY_SERPS: { isEnabled: false },
  });
  expect(JSON.stringify(data)).not.toContain('upstream-secret');
  // It is not stored.
  for (const name of ['wherry.sqlite', 'wherry.sqlite-wal']) {
    const file = await readFile(path.join(fixture.dataFolder, name));
    expect([name, file.includes(data.proxy.password)]).toEqual([name, false]);
  }
  expect(await get({ ...proxy, password: data.proxy.password }, page())).toEqual(expected);
});

test('the password of a run ends with it, and its open connections are closed [proxy-1]', async () => {
  const ending = await startIdle(fixture, actorId);
  const address = addressOf(ending.variables);
  expect(address.password).not.toBe(proxy.password);
  expect(await get(address, page())).toEqual(expected);
  const open = await openTunnel(address, new URL(site.url).host);
  if (!('socket' in open)) throw new Error(`the tunnel was refused: ${open.text}`);
  const closed = new Promise((resolve) => open.socket.on('close', resolve).resume());
  await fixture.client.run(ending.runId).abort();
  await fixture.client.run(ending.runId).waitForFinish();
  expect(await get(address, page())).toMatchObject({ status: 407 });
  expect(await tunnel(address, page())).toMatchObject({ status: 407 });
  await closed;
});

test('what a run sends and receives is counted by group, and shown as Apify’s usage where Apify has such', async () => {
  const counted = await startIdle(fixture, actorId);
  const address = addressOf(counted.variables);
  for (let index = 0; index < 3; index += 1) await get(address, page(), 'groups-TWO');
  await tunnel(address, page(), 'groups-RESIDENTIAL');
  const trafficOf = async () => {
    const response = await fixture.call('GET', `/wherry/v1/runs/${counted.runId}/proxy-traffic`);
    return ((await response.json()) as { data: { items: { group: string; requests: number }[] } }).data.items;
  };
  const items = await until('both groups are stored', async () => {
    const found = await trafficOf();
    return found.length === 2 && found.every((each) => JSON.stringify(each).match(/"receivedBytes":[1-9]/)) && found;
  });
  expect(items).toEqual([
    { group: 'RESIDENTIAL', requests: 1, sentBytes: expect.any(Number), receivedBytes: expect.any(Number) },
    { group: 'TWO', requests: 3, sentBytes: expect.any(Number), receivedBytes: expect.any(Number) },
  ]);
  const [residential] = items as unknown as { sentBytes: number; receivedBytes: number }[];
  expect(residential!.sentBytes).toBeGreaterThan(20);
  expect((await fixture.client.run(counted.runId).get())?.usage).toMatchObject({
    PROXY_RESIDENTIAL_TRANSFER_GBYTES: (residential!.sentBytes + residential!.receivedBytes) / 1024 ** 3,
  });
  await fixture.client.run(counted.runId).abort();
});

/** Sends bytes and resolves with what comes back until the connection ends. */
function send(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(proxy.port, proxy.hostname, () => socket.end(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

test('rubbish on the port of the proxy is refused, and the platform stays', async () => {
  const { port } = new URL(site.url);
  const auth = `Proxy-Authorization: Basic ${Buffer.from(`groups-RESIDENTIAL:${proxy.password}`).toString('base64')}\r\n`;
  const upstream = auth.replace('RESIDENTIAL', 'TWO');
  const lines = [
    '\x16\x03\x01\x02\x00\x01\x00',
    'HELLO\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'CONNECT :1 HTTP/1.1\r\n\r\n',
    `CONNECT 127.0.0.1:99999 HTTP/1.1\r\n${auth}\r\n`,
    `CONNECT [::1 HTTP/1.1\r\n${auth}\r\n`,
    `CONNECT %zz:${port} HTTP/1.1\r\n${auth}\r\n`,
    `CONNECT nowhere.invalid:443 HTTP/1.1\r\n${auth}\r\n`,
    `GET http://%zz@127.0.0.1:${port}/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${auth}\r\n`,
    `GET http://%zz@127.0.0.1:${port}/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${upstream}\r\n`,
    `GET http://nowhere.invalid/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${auth}\r\n`,
    `GET ftp://127.0.0.1/ HTTP/1.1\r\nHost: a\r\n${auth}\r\n`,
    `GET http://127.0.0.1:${port}/\xff\x80 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${auth}\r\n`,
    `OPTIONS * HTTP/1.1\r\nHost: a\r\n${auth}\r\n`,
    `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Bearer x\r\n\r\n`,
    `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic\r\n\r\n`,
    `POST http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n${auth}\r\nshort`,
  ];
  for (const line of lines) {
    const answer = await send(Buffer.from(line, 'latin1'));
    expect(answer, JSON.stringify(line)).toMatch(/^(?:HTTP\/1\.1 (?:200|400|404|593)|$)/);
  }
  expect(await get(proxy, page(), 'groups-RESIDENTIAL')).toEqual(expected);
  expect((await fixture.call('GET', '/health')).status).toBe(200);
});

test('without groups, requests go out directly, and the run’s log says so once', async () => {
  const { runId: id } = ofPlain;
  const address = addressOf(ofPlain.variables);
  expect(await get(address, page())).toEqual(expected);
  expect(await tunnel(address, page(), 'session-x')).toEqual(expected);
  expect(await get(address, page(), 'groups-RESIDENTIAL')).toMatchObject({ status: 407 });
  const lines = (await plain.logOf(id))
    .split('\n')
    .filter((line) => line.includes('go out from this machine directly'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(' WHERRY ');
  // A handoff changes neither the password nor that it was said.
  await plain.migrate(id, 'lost');
  expect(await get(address, page())).toEqual(expected);
  expect((await plain.logOf(id)).match(/go out from this machine directly/g)).toHaveLength(1);
});

test('a run has a bounded number of connections, and one that is silent is closed [proxy-4]', async () => {
  const address = addressOf(ofPlain.variables);
  const target = new URL(site.url).host;
  const open = [await openTunnel(address, target), await openTunnel(address, target)];
  const closed = open.map((each) => {
    if (!('socket' in each)) throw new Error(`the tunnel was refused: ${each.text}`);
    return new Promise((resolve) => each.socket.on('close', resolve).resume());
  });
  expect(await tunnel(address, page())).toMatchObject({ status: 503, text: expect.stringContaining('2 connections') });
  await Promise.all(closed);
  expect(await tunnel(address, page())).toEqual(expected);
});

test('nothing goes to metadata services [proxy-2], and with containers nothing to the platform’s machine but to its API [proxy-3]', async () => {
  const shared = new Targets({ sharesNetwork: true, apiPorts: () => [] });
  const separate = new Targets({ sharesNetwork: false, apiPorts: () => [8010] });
  const kindOf = async (targets: Targets, host: string, port = 80) => (await targets.resolve(host, port)).kind;
  for (const host of [
    '169.254.169.254',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '2852039166',
  ]) {
    expect([host, await kindOf(shared, host)]).toEqual([host, 'forbidden']);
    expect([host, await kindOf(separate, host)]).toEqual([host, 'forbidden']);
  }
  for (const host of [
    '127.0.0.1',
    'localhost',
    '127.9.9.9',
    '[::1]',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
  ]) {
    expect([host, await kindOf(shared, host)]).toEqual([host, 'allowed']);
    expect([host, await kindOf(separate, host)]).toEqual([host, 'forbidden']);
    expect([host, await kindOf(separate, host, 8010)]).toEqual([host, 'allowed']);
  }
  expect(await kindOf(separate, '198.51.100.7')).toBe('allowed');
  expect(await kindOf(separate, 'nowhere.invalid')).toBe('unknown');
});
