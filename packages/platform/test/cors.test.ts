/** What a page of another site may do, as browsers decide it by the responses. Source: the Fetch standard. */
import { expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { CorsError, type PageInit, browserFetch as pageFetch } from './page-fetch.ts';

const browserFetch = ({ platform }: Fixture, path: string, init: PageInit = {}) => pageFetch(platform.url + path, init);

const bearer = { authorization: 'Bearer test-token' };

test('a page of another site calls Apify’s API as a browser does, and reads the pagination', async () => {
  await using fixture = await startFixture();
  const made = await browserFetch(fixture, '/v2/datasets?name=d', { method: 'POST', headers: bearer });
  expect(made.status).toBe(201);
  const { id } = (made.json as { data: { id: string } }).data;
  const headers = {
    ...bearer,
    'content-type': 'application/json',
    'x-apify-request-origin': 'WEB',
    'idempotency-key': 'a-key',
  };
  const pushed = await browserFetch(fixture, `/v2/datasets/${id}/items`, {
    method: 'POST',
    headers,
    body: '[{"a":1}]',
  });
  expect(pushed.status).toBe(201);
  const items = await browserFetch(fixture, `/v2/datasets/${id}/items`, { headers: bearer });
  expect(items.json).toEqual([{ a: 1 }]);
  for (const name of ['offset', 'limit', 'count', 'total', 'desc']) {
    expect(items.header(`X-Apify-Pagination-${name}`), name).toBeTruthy();
  }
  const { urlSigningSecretKey } = (
    (await (await fixture.call('GET', `/v2/datasets/${id}`)).json()) as { data: Record<string, string> }
  ).data;
  expect(urlSigningSecretKey).toBeTruthy();
  const changed = await browserFetch(fixture, `/v2/datasets/${id}`, { method: 'PUT', headers, body: '{"title":"t"}' });
  expect(changed.status).toBe(200);
  expect((await browserFetch(fixture, `/v2/datasets/${id}`, { method: 'DELETE', headers: bearer })).status).toBe(204);
});

test('a page reads errors too, and gets no credentials', async () => {
  await using fixture = await startFixture();
  const refused = await browserFetch(fixture, '/v2/datasets');
  expect([refused.status, refused.json]).toMatchObject([401, { error: { type: 'token-not-provided' } }]);
  const absent = await browserFetch(fixture, '/v2/datasets/absent', { headers: bearer });
  expect(absent.status).toBe(404);
  expect(absent.all.get('access-control-allow-credentials')).toBeNull();
  expect(absent.all.get('referrer-policy')).toBe('no-referrer');
  expect(absent.all.get('x-robots-tag')).toBe('none');
});

test('what is not Apify’s API is not open to pages of other sites, nor are methods that a path does not take', async () => {
  await using fixture = await startFixture();
  for (const url of ['/', '/health', '/wherry/v1/servers', '/wherry/v1/openapi.json']) {
    await expect(browserFetch(fixture, url, { headers: bearer }), url).rejects.toThrow(CorsError);
    await expect(browserFetch(fixture, url), url).rejects.toThrow(CorsError);
  }
  await expect(browserFetch(fixture, '/v2/absent', { headers: bearer })).rejects.toThrow(CorsError);
  await expect(browserFetch(fixture, '/v2/datasets', { method: 'DELETE', headers: bearer })).rejects.toThrow(
    'DELETE is not allowed',
  );
  await expect(browserFetch(fixture, '/v2/datasets', { headers: { 'x-other': '1' } })).rejects.toThrow('x-other');
});
