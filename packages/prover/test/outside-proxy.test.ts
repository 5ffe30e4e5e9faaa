/** The recording proxy and who is asked through it. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { OutsideProxy } from '../src/outside-proxy.ts';
import { PathPatterns } from '../src/path-patterns.ts';

test('[outside-3] who never answers is hung up on, before the answer and in the middle of it', async () => {
  const silent = http.createServer((request, response) => {
    if (request.url === '/half') response.write('half');
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const proxy = await OutsideProxy.open({
    attemptOf: () => undefined,
    intercept: async () => {},
    record: () => {},
    silenceMs: 200,
    reads: new PathPatterns([]),
  });
  const ask = (path: string) =>
    new Promise<string>((resolve) => {
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}${path}`;
      const asked = http.get({ host: '127.0.0.1', port: proxy.port, path: url }, (answer) => {
        answer.resume().once('error', () => resolve('broken off'));
      });
      asked.once('error', () => resolve('no answer'));
    });
  expect(await ask('/never')).toBe('no answer');
  expect(await ask('/half')).toBe('broken off');
  await proxy.close();
  silent.closeAllConnections();
  silent.close();
});

test('an author names what only reads by its path, with its host or without', () => {
  const patterns = new PathPatterns(['/graphql', '/api/*/list', 'shop.example:80.0/search*']);
  const match = (url: string) => patterns.match(new URL(url));
  expect(['http://a/graphql?x=1', 'http://b:1/api/v1/shop/list'].map(match)).toEqual([true, true]);
  expect(['http://a/graphqlx', 'http://a/v/graphql', 'http://a/api/list'].map(match)).toEqual([false, false, false]);
  expect(patterns.match({ host: 'shop.example:80.0', pathname: '/search/all' })).toBe(true);
  expect(patterns.match({ host: 'shop.example:8000', pathname: '/search/all' })).toBe(false);
});
