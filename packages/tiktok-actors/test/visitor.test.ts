import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { BackOff, backOffLimits } from '../src/http/back-off.ts';
import { readProfile } from '../src/http/readers.ts';
import { RetryLater } from '../src/http/retry-later.ts';
import { Visitor } from '../src/http/visitor.ts';

/** Where nobody listens any more. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

test('a site without a connection is reported as no response, not as a failed response', async () => {
  const url = await closedUrl();
  const visitor = new Visitor({ session: undefined, proxies: undefined, backOff: new BackOff(backOffLimits(1)) });
  const gone = { kind: 'unavailable', message: expect.stringMatching(/^there was no response: .*ECONNREFUSED/) };
  expect(await visitor.ask(url)).toMatchObject(gone);
  for (const address of [
    { kind: 'profile', name: 'a.name' },
    { kind: 'short_link', host: 'vm', code: 'ZM1' },
  ]) {
    expect(await readProfile(address as never, () => visitor.ask(url))).toMatchObject(gone);
  }
});

test('a retry is logged in one line', () => {
  const { stack } = new RetryLater({ kind: 'blocked', code: null, message: 'status 403' }, 'http://site/@a.name');
  expect(stack).toBe('RetryLater: http://site/@a.name: status 403 (blocked)');
});
