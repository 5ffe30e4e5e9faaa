/** The requests of an Actor to the outside, through the recording proxy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseCase } from '../src/faults/fault.ts';
import { proveActor } from './prove-actor.ts';

/** A shop that accepts orders, and keeps the requests that it received. */
async function startShop() {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'text/plain').end(`page ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('[outside-1] an order that is sent again after a kill is a duplicate, a page that is read again is waste', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('reads-the-outside', { input, replay: parseCase('kill@outside#2:after') });
  expect(verdict.writes).toEqual({ outside: 2, record: 2 });
  expect(verdict.rows).toMatchObject([{ kind: 'kill', runs: 1, counts: { duplicated: 1, wasted: 1, lost: 0 } }]);
  expect(verdict.failing[0]?.story).toMatch(
    /^Killed after POST \S+\/order\/1 was sent and before record PAGE-1 was saved: POST \S+\/order\/1 was sent once more than expected/,
  );
  // Two undisturbed runs and the killed one: the proxy forwarded what it recorded, and nothing else.
  expect(shop.requests.filter((each) => each === 'POST /order/1')).toHaveLength(4);
  expect(shop.requests.filter((each) => each === 'POST /order/0')).toHaveLength(3);
});

test('[outside-1] a request that a fault stops does not reach the outside, and is not recorded', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('reads-the-outside', { input, replay: parseCase('kill@outside#1:before') });
  expect(verdict).toMatchObject({ verdict: 'safe', rows: [{ counts: { duplicated: 0, wasted: 1 } }] });
  expect(shop.requests.filter((each) => each === 'POST /order/0')).toHaveLength(3);
});

test('requests through the SDK’s proxy configuration are seen, and the SDK’s own requests to the proxy are not', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('crawls-through-a-proxy', { input, replay: parseCase('kill@handled#2:before') });
  expect(verdict.rows).toMatchObject([{ kind: 'kill', runs: 1, counts: { duplicated: 1 } }]);
  expect(verdict.rows[0]!.counts.wasted).toBeGreaterThanOrEqual(1);
  expect(verdict.ignoredPaths).toEqual({});
});

test('a client that sends its request to the proxy as if to the site receives the site’s pages', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('crawls-directly', { input, replay: parseCase('slow@push#1:before') });
  expect(verdict).toMatchObject({ verdict: 'safe', cleanRuns: 2 });
  // Two undisturbed runs and the slow one.
  expect(shop.requests.filter((each) => each === 'GET /0')).toHaveLength(3);
});
