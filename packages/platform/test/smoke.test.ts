import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

test('a platform starts, refuses a wrong token in Apify’s form, and closes', async () => {
  await using fixture = await startFixture();
  const answer = await fixture.call('GET', '/v2/users/me', undefined, { authorization: 'Bearer wrong' });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ error: { type: 'user-or-token-not-found' } });
});
