/** How long the token of an attempt is good for, and where no token may show. */
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ActorRun } from 'apify-client';
import pino from 'pino';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { createApp } from '../src/api/app.ts';
import { dataFolderOfTest, startRunFixture } from './run-fixture.ts';

const actor = `
import { Actor } from 'apify';
await Actor.init();
await Actor.setValue('OUTPUT', process.env.APIFY_TOKEN);
setInterval(() => undefined, 1000);
`;

test('[token-1] the token of an attempt ends with the attempt, and stays so after a restart and a new token of the user', async () => {
  const dataFolder = await dataFolderOfTest();
  let token = '';
  let run: ActorRun;
  const calls = (url: string) => [
    ['GET', `${url}/v2/actor-runs/${run.id}`],
    ['PUT', `${url}/v2/actor-runs/${run.id}`],
    ['GET', `${url}/v2/datasets/${run.defaultDatasetId}/items`],
    ['POST', `${url}/wherry/v1/servers/local-1/drain`],
    ['GET', `${url}/v2/users/me`],
    ['POST', `${url}/v2/tools/encode-and-sign`],
  ];
  const outcomes = async (url: string) =>
    Promise.all(
      calls(url).map(async ([method, address]) => {
        const answer = await fetch(address!, { method: method!, headers: { authorization: `Bearer ${token}` } });
        return `${answer.status} ${((await answer.json()) as { error?: { type: string } }).error?.type}`;
      }),
    );
  {
    await using fixture = await startRunFixture({ dataFolder });
    run = await fixture.start(await fixture.deploy('idle', actor));
    const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
    token = String((await until('the Actor says its token', () => store.getRecord('OUTPUT'), { secs: 60 })).value);
    expect((await outcomes(fixture.platform.url))[0], 'while the attempt is active').toBe('200 undefined');
    await fixture.client.run(run.id).abort();
    // Until the container is gone the run is ABORTING and the attempt is its active one.
    await fixture.client.run(run.id).waitForFinish();
    expect(new Set(await outcomes(fixture.platform.url))).toEqual(new Set(['403 attempt-fenced']));
  }
  {
    await using fixture = await startRunFixture({ dataFolder, token: 'another-token' });
    expect(new Set(await outcomes(fixture.platform.url))).toEqual(new Set(['403 attempt-fenced']));
    const servers = await fixture.call('GET', '/wherry/v1/servers');
    expect(JSON.stringify(await servers.json()), 'no server is drained').not.toContain('draining');
    const former = await fixture.call('GET', '/v2/users/me', undefined, { authorization: 'Bearer test-token' });
    expect(former.status, 'the former token of the user').toBe(401);
  }
  await rm(dataFolder, { recursive: true, force: true });
});

test('the token of an attempt that was moved away is refused at once', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('idle', actor));
  const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  const first = String((await until('the Actor says its token', () => store.getRecord('OUTPUT'), { secs: 60 })).value);
  const call = async (token: string) =>
    (await fixture.call('GET', `/v2/actor-runs/${run.id}`, undefined, { authorization: `Bearer ${token}` })).status;
  expect(await call(first)).toBe(200);
  await fixture.migrate(run.id, 'lost');
  expect(await call(first)).toBe(403);
  const second = await until(
    'the next attempt says its token',
    async () => {
      const now = String((await store.getRecord('OUTPUT'))?.value);
      return now !== first && now;
    },
    { secs: 60 },
  );
  expect(await call(second)).toBe(200);
});

/** A platform's API in which one call fails and one is broken, with all that it logs. */
async function logOfFaults(secret: string): Promise<string> {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const app = createApp({
    authenticator: { identityOf: async () => ({ caller: { kind: 'user', userId: 'u' } }) } as never,
    database: {} as never,
    gate: {} as never,
    logger,
  });
  const config = { access: 'user', effect: 'reads' } as const;
  app.get('/fails', { config }, async (request) => {
    throw new Error(`no answer for ${request.url}`);
  });
  app.get('/twice', { config }, async (_request, reply) => {
    reply.send('one');
    return reply.send('two');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const query of [`token=${secret}`, `%74oken=${secret}`, `a=1&token=${secret}`, `x=${secret}`]) {
    expect((await fetch(`${url}/fails?${query}`)).status).toBe(500);
    await fetch(`${url}/twice?${query}`);
    await fetch(`${url}/%zz?${query}`);
  }
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.end(`GET /fails?token=${secret} HTTP/1.1\r\nAuthorization: Bearer ${secret}\r\nbroken header\r\n\r\n`);
    });
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
  });
  await app.close();
  return lines.join('');
}

test('no line of the platform’s log has a token, whatever fails', async () => {
  const secret = 'wherry_api_SecretSecretSecret';
  const log = await logOfFaults(secret);
  expect(log).toContain('a request failed inside the platform');
  expect(log).toContain('/fails');
  expect(log).not.toContain(secret);
});
