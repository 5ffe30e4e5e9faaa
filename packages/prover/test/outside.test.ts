/** What an Actor asks of the outside, through the recording proxy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseCase } from '../src/fault.ts';
import { proveActor } from './prove-actor.ts';

/** A shop that takes orders, and counts what it was asked. */
async function startShop() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'text/plain').end(`page ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('an order that is sent again after a kill is a duplicate, a page that is read again is waste', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('reads-the-outside', { input, replay: parseCase('kill@outside#2:after') });
  expect(verdict.writes).toEqual({ outside: 2, record: 2 });
  expect(verdict.rows).toMatchObject([{ kind: 'kill', runs: 1, counts: { duplicated: 1, wasted: 1, lost: 0 } }]);
  expect(verdict.failing[0]?.story).toMatch(
    /^Killed after POST \S+\/order\/1 was sent and before record PAGE-1 was saved: POST \S+\/order\/1 was sent once more/,
  );
  // Two undisturbed runs and the one that was killed: the proxy passed on all that it recorded, and nothing besides.
  expect(shop.asked.filter((each) => each === 'POST /order/1')).toHaveLength(4);
  expect(shop.asked.filter((each) => each === 'POST /order/0')).toHaveLength(3);
});

test('a fault that stops a request keeps it from the outside', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('reads-the-outside', { input, replay: parseCase('kill@outside#1:before') });
  expect(verdict).toMatchObject({ verdict: 'safe', rows: [{ counts: { duplicated: 0, wasted: 1 } }] });
  expect(shop.asked.filter((each) => each === 'POST /order/0')).toHaveLength(3);
});

test('what goes through the proxy of the SDK is seen as well, and what the SDK asks of the proxy itself is not', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('crawls-through-a-proxy', { input, replay: parseCase('kill@handled#2:before') });
  expect(verdict.rows).toMatchObject([{ kind: 'kill', runs: 1, counts: { duplicated: 1 } }]);
  expect(verdict.rows[0]!.counts.wasted).toBeGreaterThanOrEqual(1);
  expect(verdict.setAside).toEqual({});
});

test('a client that asks the proxy as if it were the site gets the site’s own pages', async () => {
  const shop = await startShop();
  const input = { shop: shop.url, pages: 2 };
  const verdict = await proveActor('crawls-directly', { input, replay: parseCase('slow@push#1:before') });
  expect(verdict).toMatchObject({ verdict: 'safe', cleanRuns: 2 });
  // Two undisturbed runs and the slow one.
  expect(shop.asked.filter((each) => each === 'GET /0')).toHaveLength(3);
});
