/** The recording proxy, in front of a server. */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { OutsideRequest } from '../src/comparison/outcome.ts';
import { AttemptTraffic } from '../src/proxy/attempt-traffic.ts';
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

/** Opens a tunnel through the proxy to a port of this machine. */
async function openTunnel(proxy: OutsideProxy, port: number): Promise<Duplex> {
  const headers = { 'proxy-authorization': `Basic ${Buffer.from('auto:R-1').toString('base64')}` };
  const path = `127.0.0.1:${port}`;
  const request = http.request({ host: '127.0.0.1', port: proxy.port, method: 'CONNECT', path, headers });
  request.end();
  const [, socket] = (await once(request, 'connect')) as [unknown, Duplex];
  return socket;
}

test('[outside-2] of a tunnel with TLS the host is recorded, of one with plain HTTP the requests in it', async () => {
  const attempt = new AttemptTraffic({ runId: 'R', attempt: 1, token: 'token', pid: process.pid });
  const recorded: OutsideRequest[] = [];
  const proxy = await OutsideProxy.open({
    attemptOf: (password) => (password === 'R-1' ? attempt : undefined),
    intercept: async (exchange) => exchange.relay(),
    record: (_attempt, request) => void recorded.push(request),
    reads: new PathPatterns([]),
  });
  const web = http.createServer((_request, response) => response.end('a page'));
  const received = Promise.withResolvers<Buffer>();
  const secure = net.createServer((socket) => void socket.once('data', received.resolve).on('error', () => undefined));
  for (const server of [web, secure]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [webPort, securePort] = [web, secure].map((server) => (server.address() as AddressInfo).port) as [
    number,
    number,
  ];
  onTestFinished(async () => {
    await proxy.close();
    web.closeAllConnections();
    web.close();
    secure.close();
  });

  const plain = await openTunnel(proxy, webPort);
  plain.write(`GET /page?x=1 HTTP/1.1\r\nhost: 127.0.0.1:${webPort}\r\nconnection: close\r\n\r\n`);
  expect(await text(plain)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*a page/s);
  expect(recorded).toMatchObject([{ method: 'GET', host: `127.0.0.1:${webPort}`, path: '/page', query: { x: '1' } }]);

  const encrypted = tls.connect({ socket: await openTunnel(proxy, securePort) }).on('error', () => undefined);
  // A record of type 22 is a TLS handshake.
  expect((await received.promise)[0]).toBe(22);
  expect(recorded.slice(1)).toMatchObject([
    { method: 'CONNECT', host: `127.0.0.1:${securePort}`, path: '', reads: true },
  ]);
  encrypted.destroy();
});

test('[outside-4] calls of the platform, plain or through a tunnel, are passed on and not recorded', async () => {
  const attempt = new AttemptTraffic({ runId: 'R', attempt: 1, token: 'token', pid: process.pid });
  const recorded: OutsideRequest[] = [];
  const api = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
  await once(api.listen(0, '127.0.0.1'), 'listening');
  const { port } = api.address() as AddressInfo;
  const proxy = await OutsideProxy.open({
    attemptOf: () => attempt,
    intercept: async (exchange) => exchange.drop(),
    record: (_attempt, request) => void recorded.push(request),
    reads: new PathPatterns([]),
    platform: `127.0.0.1:${port}`,
  });
  onTestFinished(async () => {
    await proxy.close();
    api.closeAllConnections();
    api.close();
  });
  const sent = http.request({ port: proxy.port, method: 'POST', path: `http://127.0.0.1:${port}/items` });
  sent.end('[]');
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
  expect(await text(response)).toBe('POST /items');
  const tunnel = await openTunnel(proxy, port);
  tunnel.write(`GET /items HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`);
  expect(await text(tunnel)).toMatch(/GET \/items$/);
  expect(recorded).toEqual([]);
});

test('the author declares what only reads by its path, with or without its host', () => {
  const patterns = new PathPatterns(['/graphql', '/api/*/list', 'shop.example:80.0/search*']);
  const match = (url: string) => patterns.match(new URL(url));
  expect(['http://a/graphql?x=1', 'http://b:1/api/v1/shop/list'].map(match)).toEqual([true, true]);
  expect(['http://a/graphqlx', 'http://a/v/graphql', 'http://a/api/list'].map(match)).toEqual([false, false, false]);
  expect(patterns.match({ host: 'shop.example:80.0', pathname: '/search/all' })).toBe(true);
  expect(patterns.match({ host: 'shop.example:8000', pathname: '/search/all' })).toBe(false);
});
