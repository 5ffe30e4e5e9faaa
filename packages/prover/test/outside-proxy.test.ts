/** The recording proxy, in front of a server. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { OutsideProxy, PathPatterns } from '../src/proxy/outside-proxy.ts';

test('[outside-3] a server that sends nothing is disconnected, before its response and in the middle of it', async () => {
  const silent = http.createServer((request, response) => {
    if (request.url === '/half') response.write('half');
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const proxy = await OutsideProxy.open({
    attemptOf: () => undefined,
    intercept: async () => {},
    record: () => {},
    idleTimeoutMs: 200,
    reads: new PathPatterns([]),
  });
  const request = (path: string) =>
    new Promise<string>((resolve) => {
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}${path}`;
      const sent = http.get({ host: '127.0.0.1', port: proxy.port, path: url }, (response) => {
        response.resume().once('error', () => resolve('incomplete'));
      });
      sent.once('error', () => resolve('no response'));
    });
  expect(await request('/never')).toBe('no response');
  expect(await request('/half')).toBe('incomplete');
  await proxy.close();
  silent.closeAllConnections();
  silent.close();
});

test('the author declares what only reads by its path, with or without its host', () => {
  const patterns = new PathPatterns(['/graphql', '/api/*/list', 'shop.example:80.0/search*']);
  const match = (url: string) => patterns.match(new URL(url));
  expect(['http://a/graphql?x=1', 'http://b:1/api/v1/shop/list'].map(match)).toEqual([true, true]);
  expect(['http://a/graphqlx', 'http://a/v/graphql', 'http://a/api/list'].map(match)).toEqual([false, false, false]);
  expect(patterns.match({ host: 'shop.example:80.0', pathname: '/search/all' })).toBe(true);
  expect(patterns.match({ host: 'shop.example:8000', pathname: '/search/all' })).toBe(false);
});
