/** The id of a call: in its response, in what is logged of it, and in the body of an internal error. */
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../src/api/app.ts';
import { Refusal } from '../src/shared/errors.ts';

/** An API of which one call fails and one is refused. */
async function startApi() {
  const lines: { reqId?: string; msg: string }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const app = createApp({
    authenticator: {} as never,
    database: {} as never,
    gate: {} as never,
    logger,
  });
  onTestFinished(() => app.close());
  const config = { access: 'public', effect: 'reads' } as const;
  app.get('/fails', { config }, async () => {
    throw new Error('broken');
  });
  app.get('/refuses', { config }, async () => {
    throw new Refusal(400, 'invalid-input', 'No.');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const call = async (path: string, id?: string) => {
    const response = await fetch(url + path, { headers: { ...(id !== undefined && { 'x-request-id': id }) } });
    return { id: response.headers.get('x-request-id'), body: await response.text() };
  };
  return { call, lines };
}

test('each response has the id of its call, also one that refuses', async () => {
  const { call } = await startApi();
  const ids = [(await call('/refuses')).id, (await call('/refuses')).id, (await call('/nothing')).id];
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{17}$/);
  expect(new Set(ids).size).toBe(3);
});

test('an internal error names its id, and the log has it in the same line', async () => {
  const { call, lines } = await startApi();
  const { id, body } = await call('/fails');
  expect(JSON.parse(body)).toMatchObject({ error: { type: 'internal-error', data: { requestId: id } } });
  expect(lines.filter(({ reqId }) => reqId === id).map(({ msg }) => msg)).toEqual([
    'a request failed inside the platform',
  ]);
});

test('a proxy may give the id, but nothing that is more than an id', async () => {
  const { call } = await startApi();
  expect((await call('/refuses', 'trace-1.2:3')).id).toBe('trace-1.2:3');
  for (const odd of ['two words', 'a'.repeat(65), '{"a":1}', ''])
    expect((await call('/refuses', odd)).id).not.toBe(odd);
});
