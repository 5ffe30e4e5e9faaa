/** Signing in with a browser: how long that lasts, what it may do, and who cannot use it. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { Sessions, SignInCodes } from '../src/accounts/sessions.ts';
import { ensureUser, hashToken, KnownTokens } from '../src/accounts/tokens.ts';
import type { DeclaredRoute } from '../src/api/access.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { type Clock, systemClock } from '../src/shared/clock.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { startKillable } from './killable-platform.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import {
  allRoutes,
  bearer,
  makeToken,
  makeUser,
  outcomeOf,
  postSession,
  type SignedIn,
  signIn,
} from './users-fixture.ts';

let fixture: RunFixture;
let url: string;
let own: SignedIn;
const log: string[] = [];

beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  fixture = await startRunFixture({ logger });
  url = fixture.platform.url;
  own = await signIn(url, { token: fixture.platform.token });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const meOf = async (session: SignedIn): Promise<string> => outcomeOf(await session.call('GET', '/v2/users/me'));
const dataOf = async (response: Response) => ((await response.json()) as { data: Record<string, unknown> }).data;
const makeCode = async (headers: Record<string, string>) => {
  const response = await fetch(`${url}/wherry/v1/session/codes`, { method: 'POST', headers });
  return (await dataOf(response)) as { code: string; expiresAt: string };
};
const change = (sql: string, ...values: (string | number)[]) => {
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'));
  database.prepare(sql).run(...values);
  database.close();
};

test('a browser signs in with a token, says who it is, acts as that user, and signs out', async () => {
  const jane = await makeUser(fixture, 'jane');
  const response = await postSession(url, { token: jane.token });
  expect(response.status).toBe(201);
  const [cookie = ''] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^wherry-session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
  const data = await dataOf(response);
  expect(data).toEqual({
    userId: jane.id,
    username: 'jane',
    role: 'member',
    csrfToken: expect.stringMatching(/^[\w-]{43}$/),
    scopes: ['manage'],
  });
  const session = await signIn(url, { token: jane.token });
  const again = await session.call('GET', '/wherry/v1/session');
  expect(await dataOf(again)).toEqual({ ...data, csrfToken: session.csrfToken });
  expect(again.headers.getSetCookie()[0], 'the cookie lasts as long as the session').toContain('Max-Age=2592000');
  const made = await session.call('POST', '/v2/datasets?name=of-jane');
  expect([made.status, (await dataOf(made)).userId]).toEqual([201, jane.id]);
  const out = await session.call('DELETE', '/wherry/v1/session');
  expect([out.status, out.headers.getSetCookie()[0]]).toEqual([
    204,
    'wherry-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
  ]);
  expect(await meOf(session)).toBe('401 session-over');
});

test('without a session there is none to be told of, nor one to end', async () => {
  for (const method of ['GET', 'DELETE']) {
    expect(await outcomeOf(await fetch(`${url}/wherry/v1/session`, { method }))).toBe('401 token-not-provided');
    const cookie = 'wherry-session=unknown';
    const unknown = await own.call(method, '/wherry/v1/session', undefined, { cookie });
    expect(await outcomeOf(unknown)).toBe(method === 'GET' ? '401 session-over' : '403 csrf-token-missing');
    expect(await outcomeOf(await fixture.call(method, '/wherry/v1/session'))).toBe('400 no-session');
  }
});

test('[browser-session-1] a session may do what its token may, and no more', async () => {
  const { token } = await makeToken(fixture, 'wherry', { scopes: ['read'] });
  const session = await signIn(url, { token });
  expect((await dataOf(await session.call('GET', '/wherry/v1/session'))).scopes).toEqual(['read']);
  expect((await session.call('GET', '/v2/datasets')).status).toBe(200);
  expect(await outcomeOf(await session.call('POST', '/v2/datasets?name=x'))).toBe('403 insufficient-permissions');
  const named = await makeToken(fixture, 'wherry', { resources: { actors: [], storages: [], runs: [] } });
  const limited = await signIn(url, { token: named.token });
  expect((await limited.call('GET', '/wherry/v1/session')).status).toBe(200);
  expect(await outcomeOf(await limited.call('GET', '/v2/datasets'))).toBe('403 insufficient-permissions');
  // With a code, too.
  const { code } = await makeCode(bearer(token));
  const byCode = await signIn(url, { code });
  expect(await outcomeOf(await byCode.call('POST', '/v2/datasets?name=x'))).toBe('403 insufficient-permissions');
});

test('[browser-session-1] a session ends with its token, and at once, also one that is in use', async () => {
  const { id, token } = await makeToken(fixture, 'wherry');
  const removed = await signIn(url, { token });
  expect(await meOf(removed)).toBe('200');
  await fixture.call('DELETE', `/wherry/v1/tokens/${id}`);
  expect(await meOf(removed)).toBe('401 session-over');

  const second = await makeToken(fixture, 'wherry');
  const rotated = await signIn(url, { token: second.token });
  const code = (await makeCode(bearer(second.token))).code;
  expect(await meOf(rotated)).toBe('200');
  const next = await dataOf(await fixture.call('POST', `/wherry/v1/tokens/${second.id}/rotate`));
  expect(await meOf(rotated)).toBe('401 session-over');
  expect(await outcomeOf(await postSession(url, { code })), 'a code of the former token').toBe(
    '401 sign-in-code-not-valid',
  );
  expect(await meOf(await signIn(url, { token: String(next.token) }))).toBe('200');

  const expiresAt = new Date(Date.now() + 2000).toISOString();
  const third = await makeToken(fixture, 'wherry', { expiresAt });
  const expired = await signIn(url, { token: third.token });
  const outcome = await until('the token has expired', async () => {
    const found = await meOf(expired);
    return found !== '200' && found;
  });
  expect(outcome).toBe('401 user-or-token-not-found');
});

test('[browser-session-1] a session ends when its user is disabled, also for when they are enabled again, or removed', async () => {
  const { id, token } = await makeUser(fixture, 'gone');
  const session = await signIn(url, { token });
  expect(await meOf(session)).toBe('200');
  await fixture.call('PUT', `/wherry/v1/users/${id}`, { isDisabled: true });
  expect(await outcomeOf(await postSession(url, { token }))).toBe('401 user-or-token-not-found');
  await fixture.call('PUT', `/wherry/v1/users/${id}`, { isDisabled: false });
  expect(await meOf(session)).toBe('401 session-over');
  const later = await signIn(url, { token });
  expect(await meOf(later)).toBe('200');
  await fixture.call('DELETE', `/wherry/v1/users/${id}`);
  expect(await meOf(later)).toBe('401 session-over');
  await until('the user is gone', async () => (await fixture.call('GET', `/wherry/v1/users/${id}`)).status === 404, {
    secs: 60,
  });
});

test('[browser-session-2] a session that was not used for 30 days is over, one that was is not', async () => {
  const dayMs = 86_400_000;
  for (const [days, outcome] of [
    [29, '200'],
    [31, '401 session-over'],
  ] as const) {
    const session = await signIn(url, { token: fixture.platform.token });
    change(
      'UPDATE sessions SET last_used_at = ? WHERE id_hash = ?',
      Date.now() - days * dayMs,
      hashToken(session.cookie.split('=')[1]!),
    );
    expect(await meOf(session), `after ${days} days`).toBe(outcome);
  }
});

test('[browser-session-2] a use is stored, and at most once a minute', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  let nowMs = 1_800_000_000_000;
  const clock: Clock = { ...systemClock, now: () => nowMs, monotonicMs: () => nowMs };
  const database = SqliteDatabase.open(path.join(folder, 'wherry.sqlite'), clock);
  onTestFinished(() => database.close());
  const byPlatform = { kind: 'platform' } as const;
  await database.write(ensureUser, { userId: 'user', username: 'wherry', tokenHash: hashToken('token') }, byPlatform);
  const sessions = new Sessions(database, new KnownTokens(database, clock.now), clock);
  const secret = await sessions.begin(hashToken('token'));
  const reader = new DatabaseSync(path.join(folder, 'wherry.sqlite'), { readOnly: true });
  onTestFinished(() => reader.close());
  const stored = new Set<number>();
  const lastUse = () =>
    (reader.prepare('SELECT last_used_at FROM sessions').get() as { last_used_at: number }).last_used_at;
  const begunAtMs = nowMs;
  for (; nowMs <= begunAtMs + 300_000; nowMs += 1000) {
    expect((await sessions.identityOf(secret))?.username).toBe('wherry');
    // Behind the write of the use, which no call waits for.
    await database.write(ensureUser, { userId: 'user', username: 'wherry', tokenHash: hashToken('token') }, byPlatform);
    stored.add(lastUse());
  }
  expect(stored.size, 'of 300 s').toBeGreaterThanOrEqual(4);
  const times = [...stored];
  for (const [index, time] of times.slice(1).entries()) expect(time - times[index]!).toBeGreaterThanOrEqual(60_000);
});

test('[browser-session-3] nothing that is stored or logged has the secret of a session, or a code', async () => {
  const { code } = await makeCode(bearer(fixture.platform.token));
  const unused = (await makeCode(bearer(fixture.platform.token))).code;
  const session = await signIn(url, { code });
  await session.call('GET', '/v2/users/me');
  await session.call('GET', '/wherry/v1/absent');
  const secret = session.cookie.split('=')[1]!;
  const files = (await readdir(fixture.dataFolder, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const stored = await Promise.all(files.map((each) => readFile(path.join(each.parentPath, each.name), 'latin1')));
  for (const each of [secret, session.csrfToken, code, unused]) {
    expect(stored.some((text) => text.includes(each))).toBe(false);
    expect(log.join('')).not.toContain(each);
  }
  expect(stored.some((text) => text.includes(hashToken(secret)))).toBe(true);
});

test('[browser-session-4] a code signs in once, and only as the user who has made it', async () => {
  const { token } = await makeUser(fixture, 'coder');
  const { code, expiresAt } = await makeCode(bearer(token));
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  const session = await signIn(url, { code });
  expect((await dataOf(await session.call('GET', '/wherry/v1/session'))).username).toBe('coder');
  expect(await outcomeOf(await postSession(url, { code }))).toBe('401 sign-in-code-not-valid');
  const both = await Promise.all(
    [await makeCode({ cookie: session.cookie, 'x-wherry-csrf': session.csrfToken })].flatMap((made) => [
      postSession(url, { code: made.code }),
      postSession(url, { code: made.code }),
    ]),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
});

test('[browser-session-9] whom a code signs in is said without a sign-in, and does not use the code up', async () => {
  const { id, token } = await makeUser(fixture, 'asked');
  const { code } = await makeCode(bearer(token));
  const check = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/wherry/v1/session/codes/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const former = await signIn(url, { token: fixture.platform.token });
  for (let time = 0; time < 2; time += 1) {
    const response = await check({ code }, { cookie: former.cookie });
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
    expect(await dataOf(response)).toEqual({
      userId: id,
      username: 'asked',
      tokenName: expect.stringMatching(/^token /),
    });
  }
  expect(await meOf(former), 'who was signed in still is').toBe('200');
  expect(await outcomeOf(await check({ code: 'wrong' }))).toBe('401 sign-in-code-not-valid');
  expect(await outcomeOf(await check({ token }))).toBe('400 invalid-input');
  expect(await outcomeOf(await check({ code }, { 'sec-fetch-site': 'same-site' }))).toBe('403 not-from-the-console');
  await signIn(url, { code });
  expect(await outcomeOf(await check({ code }))).toBe('401 sign-in-code-not-valid');
});

test('[browser-session-4] a code ends after an hour, and a token has a bounded number of them', () => {
  let nowMs = 0;
  const codes = new SignInCodes({ now: () => 1000 + nowMs, monotonicMs: () => nowMs });
  const first = codes.make('token');
  expect(first.expiresAt).toBe(1000 + 3_600_000);
  nowMs = 3_599_999;
  expect(codes.take(first.code)).toBe('token');
  const second = codes.make('token');
  nowMs += 3_600_000;
  expect(codes.take(second.code)).toBeUndefined();
  const other = codes.make('another token');
  const made = Array.from({ length: 100 }, () => codes.make('token').code);
  expect(made.filter((code) => codes.take(code) !== undefined)).toEqual(made.slice(-20));
  expect(codes.take(other.code)).toBe('another token');
});

test('an attempt of a run does not sign in, at either permission level, and makes no codes', async () => {
  for (const actorPermissionLevel of ['LIMITED_PERMISSIONS', 'FULL_PERMISSIONS']) {
    const actorId = await fixture.deploy(
      `idle-${actorPermissionLevel.split('_')[0]!.toLowerCase()}`,
      `import { Actor } from 'apify'; await Actor.init();
      await Actor.setValue('OUTPUT', process.env.APIFY_TOKEN); setInterval(() => undefined, 1000);`,
      { actorPermissionLevel },
    );
    const run = await fixture.start(actorId);
    const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
    const record = await until('the Actor says its token', () => store.getRecord('OUTPUT'), { secs: 60 });
    const token = String(record.value);
    expect(await outcomeOf(await postSession(url, { token }))).toBe('403 insufficient-permissions');
    const code = await fixture.call('POST', '/wherry/v1/session/codes', undefined, bearer(token));
    expect(await outcomeOf(code)).toBe('403 insufficient-permissions');
    await fixture.client.run(run.id).abort();
    await fixture.client.run(run.id).waitForFinish();
    expect(await outcomeOf(await postSession(url, { token }))).toBe('403 attempt-fenced');
  }
});

test('what is neither a token nor a code is refused, and many wrong ones are slowed down', async () => {
  await using other = await startFixture();
  const to = other.platform.url;
  for (const body of [{}, { token: 'a', code: 'b' }, { token: 5 }, { code: '' }, [], 'x']) {
    expect(await outcomeOf(await postSession(to, body)), JSON.stringify(body)).toBe('400 invalid-input');
  }
  const outcomes: string[] = [];
  for (let tries = 0; tries < 32; tries += 1) {
    outcomes.push(await outcomeOf(await postSession(to, tries % 2 === 0 ? { token: 'wrong' } : { code: 'wrong' })));
  }
  expect(outcomes.slice(0, 2)).toEqual(['401 user-or-token-not-found', '401 sign-in-code-not-valid']);
  expect(outcomes.at(-1)).toBe('429 rate-limit-exceeded');
  expect((await postSession(to, { token: other.platform.token })).status, 'the right one').toBe(201);
});

test('another sign-in in the same browser ends the former session', async () => {
  const former = await signIn(url, { token: fixture.platform.token });
  const again = await postSession(url, { token: fixture.platform.token }, { cookie: former.cookie });
  expect(again.status).toBe(201);
  expect(await meOf(former)).toBe('401 session-over');
});

test('a token has a bounded number of sessions; the one that was not used for longest goes first', async () => {
  const { token } = await makeToken(fixture, 'wherry');
  const first = await signIn(url, { token });
  change(
    'UPDATE sessions SET last_used_at = 1 + last_used_at - 1000 WHERE id_hash = ?',
    hashToken(first.cookie.split('=')[1]!),
  );
  const second = await signIn(url, { token });
  for (let more = 0; more < 99; more += 1) await postSession(url, { token });
  expect(await meOf(first)).toBe('401 session-over');
  expect(await meOf(second)).toBe('200');
});

/** Routes that no caller needs a token for have nothing that the cookie could do. */
const isPublic = ({ config }: DeclaredRoute) => config.access === 'public';
const pathOf = ({ url: path_ }: DeclaredRoute) => path_.replaceAll(/:\w+/g, 'NoSuchThing000000');
const startsRuns = ({ config: { access } }: DeclaredRoute) =>
  typeof access === 'object' && access.attempt === 'startRun';

test('[browser-session-5] every route that does more than read refuses the cookie without the right CSRF token', async () => {
  const other = await signIn(url, { token: fixture.platform.token });
  const routes = (await allRoutes()).filter((each) => !isPublic(each) && (each.method !== 'GET' || startsRuns(each)));
  expect(routes.length).toBeGreaterThan(100);
  const wrong: string[] = [];
  for (const route of routes) {
    for (const [what, headers] of [
      ['none', { cookie: own.cookie }],
      ['an empty one', { cookie: own.cookie, 'x-wherry-csrf': '' }],
      ['that of another session', { cookie: own.cookie, 'x-wherry-csrf': other.csrfToken }],
    ] as const) {
      const outcome = await outcomeOf(await fetch(url + pathOf(route), { method: route.method, headers }));
      if (outcome !== '403 csrf-token-missing') wrong.push(`${route.method} ${route.url} with ${what}: ${outcome}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('[browser-session-5] with it, every route takes the cookie as it takes the token', async () => {
  const wrong: string[] = [];
  for (const route of (await allRoutes()).filter(
    (each) => !isPublic(each) && !each.url.startsWith('/wherry/v1/session'),
  )) {
    // What is about the whole platform is not done twice.
    if (!route.url.includes(':') && route.method !== 'GET') continue;
    const byToken = await outcomeOf(await fixture.call(route.method, pathOf(route)));
    const byCookie = await outcomeOf(await own.call(route.method, pathOf(route)));
    if (byToken !== byCookie) wrong.push(`${route.method} ${route.url}: ${byToken} by token, ${byCookie} by cookie`);
  }
  expect(wrong).toEqual([]);
});

const otherPages: readonly Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:1' },
];

test.each(otherPages)(
  '[browser-session-5] no page with %j uses the cookie, whatever else it sends, nor signs anybody in',
  async (headers) => {
    for (const [method, path_] of [
      ['GET', '/v2/users/me'],
      ['POST', '/v2/datasets'],
      ['DELETE', '/wherry/v1/session'],
    ] as const) {
      expect(await outcomeOf(await own.call(method, path_, undefined, headers))).toBe('403 not-from-the-console');
    }
    const signedIn = await postSession(url, { token: fixture.platform.token }, headers);
    expect(await outcomeOf(signedIn)).toBe('403 not-from-the-console');
    expect(signedIn.headers.getSetCookie()).toEqual([]);
  },
);

test('no response allows other sites to send the cookie along', async () => {
  for (const path_ of ['/v2/users/me', '/v2/absent', '/wherry/v1/session', '/', '/health']) {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET', cookie: own.cookie };
      const response = await fetch(url + path_, { method, headers, redirect: 'manual' });
      expect(response.headers.get('access-control-allow-credentials'), path_).toBeNull();
      expect([null, '*'], path_).toContain(response.headers.get('access-control-allow-origin'));
    }
  }
});

test('[browser-session-5] several cookies of a session are refused: somebody else has set one', async () => {
  const evil = await signIn(url, { token: (await makeUser(fixture, 'evil')).token });
  for (const cookie of [`${own.cookie}; ${evil.cookie}`, `${evil.cookie}; ${own.cookie}`]) {
    expect(await outcomeOf(await own.call('GET', '/v2/users/me', undefined, { cookie }))).toBe('401 session-over');
  }
});

test('[browser-session-8] a call with a token is the token’s, whatever cookie comes along', async () => {
  const { token, id } = await makeUser(fixture, 'token-holder');
  for (const cookie of [own.cookie, 'wherry-session=unknown']) {
    const me = await fetch(`${url}/v2/users/me`, { headers: { cookie, ...bearer(token) } });
    expect((await dataOf(me)).id).toBe(id);
    const byParameter = await fetch(`${url}/v2/datasets?token=${token}`, { method: 'POST', headers: { cookie } });
    expect((await dataOf(byParameter)).userId).toBe(id);
    const wrong = await fetch(`${url}/v2/users/me`, { headers: { cookie, ...bearer('wrong') } });
    expect(await outcomeOf(wrong)).toBe('401 user-or-token-not-found');
  }
});

test('[browser-session-8] links and what is shared are to a browser with a cookie what they are to any other', async () => {
  const { id } = await dataOf(await own.call('POST', '/v2/datasets'));
  await own.call('POST', `/v2/datasets/${String(id)}/items`, [{ a: 1 }]);
  const shared = await dataOf(await own.call('POST', '/v2/datasets', { generalAccess: 'ANYONE_WITH_ID_CAN_READ' }));
  await own.call('PUT', `/v2/datasets/${String(shared.id)}`, { generalAccess: 'ANYONE_WITH_ID_CAN_READ' });
  const { itemsPublicUrl } = await dataOf(await own.call('GET', `/v2/datasets/${String(id)}`));
  const signature = new URL(String(itemsPublicUrl)).searchParams.get('signature')!;
  const stranger = await signIn(url, { token: (await makeUser(fixture, 'stranger')).token });
  const links = [
    `/v2/datasets/${String(id)}/items?signature=${signature}`,
    `/v2/datasets/${String(id)}/items?signature=wrong`,
    `/v2/datasets/${String(shared.id)}/items`,
    `/v2/datasets/${String(shared.id)}`,
  ];
  const cookies = [own.cookie, stranger.cookie, 'wherry-session=unknown', `${own.cookie}; ${stranger.cookie}`];
  for (const link of links) {
    const without = await fetch(url + link);
    const expected = [without.status, without.headers.get('content-type')];
    for (const cookie of cookies) {
      for (const headers of [{}, ...otherPages] as Record<string, string>[]) {
        const response = await fetch(url + link, { headers: { cookie, ...headers } });
        expect([response.status, response.headers.get('content-type')], `${link} ${cookie}`).toEqual(expected);
      }
    }
  }
  // What is not shared is the user's own alone.
  const path_ = `/v2/datasets/${String(id)}/items`;
  expect(await (await own.call('GET', path_)).json()).toEqual([{ a: 1 }]);
  expect(await outcomeOf(await stranger.call('GET', path_))).toBe('404 record-not-found');
  expect(await outcomeOf(await own.call('GET', path_, undefined, { 'sec-fetch-site': 'same-site' }))).toBe(
    '401 token-not-provided',
  );
});

test('what a browser gets by its cookie is not kept for others by a cache in between', async () => {
  const response = await own.call('GET', '/v2/users/me');
  expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([
    'private, no-cache',
    'Cookie',
  ]);
});

test('[stream-2] a stream that a session has opened goes on while the session does, and ends with it', async () => {
  const jane = await makeUser(fixture, 'stream-reader');
  const session = await signIn(url, { token: jane.token });
  const response = await session.call('GET', '/wherry/v1/events');
  expect(response.status).toBe(200);
  let text = '';
  let isOver = false;
  const read = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })().finally(() => (isOver = true));
  // Each change of a token has the stream look at its own again.
  for (const name of ['first', 'second']) {
    const { id } = await makeToken(fixture, 'stream-reader');
    await until('the stream tells of the token', () => text.includes(id));
    const dataset = await dataOf(await session.call('POST', `/v2/datasets?name=${name}`));
    await until('the stream tells of the dataset', () => text.includes(String(dataset.id)));
  }
  await session.call('DELETE', '/wherry/v1/session');
  await makeToken(fixture, 'stream-reader');
  await until('the stream is over', () => isOver, { secs: 30 });
  await read;
});

test('a run that is started in the console comes from there', async () => {
  const actorId = await fixture.deploy('quick', 'process.exit(0);');
  const { meta } = await dataOf(await own.call('POST', `/v2/acts/${actorId}/runs`));
  expect((meta as { origin: string }).origin).toBe('WEB');
});

test('behind a proxy that speaks TLS, the cookie is for TLS alone', async () => {
  await using other = await startFixture({ advertisedUrl: 'https://wherry.example.com' });
  const cookie = await new Promise<string>((resolve, reject) => {
    const headers = { host: 'wherry.example.com', 'content-type': 'application/json' };
    const request = httpRequest(`${other.platform.url}/wherry/v1/session`, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.headers['set-cookie']![0]!);
    });
    request.on('error', reject).end(JSON.stringify({ token: other.platform.token }));
  });
  expect(cookie).toMatch(/^__Host-wherry-session=[\w-]+; .*; Secure$/);
});

test('a session outlives `kill -9` of the platform; a code does not', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const first = await startKillable(dataFolder);
  const session = await signIn(first.url, { token: 'test-token' });
  const made = await session.call('POST', '/wherry/v1/session/codes');
  const { code } = (await dataOf(made)) as { code: string };
  await first.kill();
  const second = await startKillable(dataFolder);
  const headers = { cookie: session.cookie, 'x-wherry-csrf': session.csrfToken };
  expect((await fetch(`${second.url}/v2/datasets`, { method: 'POST', headers })).status).toBe(201);
  expect(await outcomeOf(await postSession(second.url, { code }))).toBe('401 sign-in-code-not-valid');
});

test('[browser-session-1] a platform that is started with another token ends the sessions of the former one', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const start = (token: string): Promise<Fixture> => startFixture({ dataFolder, token });
  let cookie: string;
  {
    await using first = await start('the-first-token');
    cookie = (await signIn(first.platform.url, { token: 'the-first-token' })).cookie;
  }
  await using second = await start('another-token');
  const response = await fetch(`${second.platform.url}/v2/users/me`, { headers: { cookie } });
  expect(await outcomeOf(response)).toBe('401 session-over');
});
