import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

/** `chunked` sends an empty body without saying so beforehand. */
function send({ platform }: Fixture, options: { method: string; path: string; type: string; chunked?: boolean }) {
  return new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${platform.token}`, 'content-type': options.type };
    const framing = options.chunked === true ? { 'transfer-encoding': 'chunked' } : { 'content-length': 0 };
    const call = request(platform.url + options.path, { method: options.method, headers: { ...headers, ...framing } });
    call.once('response', (response) => resolve(response.resume().statusCode!)).once('error', reject);
    call.end();
  });
}

const types = ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'application/octet-stream'];

test('an empty body of any type is accepted where none is wanted, and refused for what is missing elsewhere', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.requestQueues().getOrCreate('queue');
  for (const type of types) {
    for (const chunked of [false, true]) {
      const answers = (method: string, path: string) => send(fixture, { method, path, type, chunked });
      expect(await answers('POST', '/v2/datasets'), type).toBe(201);
      expect(await answers('POST', `/v2/request-queues/${id}/requests/unlock`), type).toBe(200);
      expect(await answers('POST', '/v2/actor-builds/none/abort'), type).toBe(404);
      expect(await answers('POST', '/v2/acts'), type).toBe(400);
      expect(await answers('PUT', `/v2/request-queues/${id}`), type).toBe(400);
      expect(await answers('PUT', '/wherry/v1/runs/none/commits/1'), type).toBe(400);
    }
  }
});

test('a body that is not JSON is refused, but where bodies of any type are taken', async () => {
  await using fixture = await startFixture();
  const store = await fixture.client.keyValueStores().getOrCreate('store');
  for (const type of types.filter((each) => each !== 'application/json')) {
    const post = async (path: string, method = 'POST') =>
      (await fixture.call(method, path, 'a=1', { 'content-type': type })).status;
    expect(await post('/v2/acts'), type).toBe(415);
    expect(await post('/v2/datasets'), type).toBe(415);
    expect(await post('/v2/nothing-here'), type).toBe(404);
    expect(await post(`/v2/key-value-stores/${store.id}/records/a`, 'PUT'), type).toBe(201);
    expect((await fixture.client.keyValueStore(store.id).getRecord('a', { buffer: true }))!.value).toEqual(
      Buffer.from('a=1'),
    );
  }
});

test('a connection whose call was refused takes the next one, though the body was large', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.keyValueStores().getOrCreate('store');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = (method: string, path: string, headers: Record<string, string>, body?: Uint8Array) =>
    new Promise<number>((resolve, reject) => {
      const all = { authorization: `Bearer ${fixture.platform.token}`, 'content-type': 'text/plain', ...headers };
      const sent = request(fixture.platform.url + path, { agent, method, headers: all });
      const limit = setTimeout(() => sent.destroy(new Error(`${method} ${path} got no answer`)), 20_000);
      sent.once('close', () => clearTimeout(limit));
      sent.once('response', (response) => response.resume().once('end', () => resolve(response.statusCode!)));
      sent.once('error', reject);
      sent.end(body);
    });
  const large = randomBytes(5 * 1024 * 1024);
  const json = { 'content-type': 'application/json' };
  for (const [path, headers, status] of [
    ['/v2/key-value-stores/none/records/a', {}, 404],
    [`/v2/key-value-stores/${id}/records/a`, { 'content-encoding': 'gzip' }, 400],
    [`/v2/key-value-stores/${id}`, { ...json, 'content-encoding': 'gzip' }, 400],
    [`/v2/key-value-stores/${id}`, json, 400],
    [`/v2/key-value-stores/${id}`, {}, 415],
    [`/v2/key-value-stores/${id}`, { authorization: 'Bearer wrong' }, 401],
  ] as const) {
    expect(await call('PUT', path, headers, large), `${path} ${JSON.stringify(headers)}`).toBe(status);
    expect(await call('GET', `/v2/key-value-stores/${id}`, {}), `after ${path} ${JSON.stringify(headers)}`).toBe(200);
  }
  agent.destroy();
});
