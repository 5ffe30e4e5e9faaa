import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

test('a signed value comes back as it was, and a changed one is refused', async () => {
  await using fixture = await startFixture();
  const signed = await fixture.call('POST', '/v2/tools/encode-and-sign', { a: [1, 'é'] });
  const { encoded } = ((await signed.json()) as { data: { encoded: string } }).data;
  const verified = await fixture.call('POST', '/v2/tools/decode-and-verify', { encoded });
  expect(await verified.json()).toMatchObject({ data: { decoded: { a: [1, 'é'] }, isVerifiedUser: false } });
  for (const forged of [`x${encoded}`, encoded.slice(0, -2), 'rubbish', '']) {
    const refused = await fixture.call('POST', '/v2/tools/decode-and-verify', { encoded: forged });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { type: 'invalid-input' } });
  }
});

test('browser-info tells a caller what the platform sees of it, without a token', async () => {
  await using fixture = await startFixture();
  const ask = (query: string, body?: string) =>
    fetch(`${fixture.platform.url}/v2/browser-info${query}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-mine': 'yes' },
      ...(body !== undefined && { body }),
    }).then((answer) => answer.json());
  expect(await ask('')).toMatchObject({
    method: 'GET',
    clientIp: '127.0.0.1',
    bodyLength: 0,
    headers: { 'x-mine': 'yes' },
  });
  const raw = (await ask('?skipHeaders=1&rawHeaders=1', 'four')) as { headers?: object; rawHeaders: string[] };
  expect(raw).toMatchObject({ method: 'POST', bodyLength: 4 });
  expect(raw.headers).toBeUndefined();
  expect(raw.rawHeaders).toContain('x-mine');
});
