import { ApifyClient } from 'apify-client';
import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

test('a platform starts, refuses a wrong token in Apify’s form, and closes', async () => {
  await using fixture = await startFixture();
  const answer = await fixture.call('GET', '/v2/users/me', undefined, { authorization: 'Bearer wrong' });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ error: { type: 'user-or-token-not-found' } });
});

test('a browser that opens its address sees what is here', async () => {
  await using fixture = await startFixture();
  const answer = await fetch(fixture.platform.url);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await answer.text()).toContain('<h1>Wherry is running</h1>');
});

test('what does not exist, a client does not ask for again', async () => {
  await using fixture = await startFixture();
  const client = new ApifyClient({ baseUrl: fixture.platform.url, token: fixture.platform.token });
  await expect(client.task('any').start()).rejects.toMatchObject({ type: 'record-not-found', attempt: 1 });
});
