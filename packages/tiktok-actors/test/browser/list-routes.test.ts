/** Which requests of a page reach the site, by a real browser and a site that records what it receives. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath, goTo } from '../../../../test/support/browser.ts';
import { Arrivals } from '../../src/browser/visits/arrivals.ts';
import { installRoutes } from '../../src/browser/visits/list-routes.ts';

/** A page that asks for two pages of a user's posts, as TikTok's own script does: the second after the first. */
const html = `<script>
  const ask = (cursor) =>
    fetch('/api/post/item_list/?secUid=MS4wLjABAAAA&cursor=' + cursor + '&count=35&X-Bogus=sig%2F' + cursor, {
      headers: { 'x-own-header': 'of the page' },
    }).then(() => 'answered', () => 'refused');
  window.outcomes = (async () => [await ask(0), await ask(35)])();
</script>`;

async function startSite() {
  const received: { url: string; header: string | undefined }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    if (request.url?.startsWith('/api/')) {
      received.push({ url: request.url, header: request.headers['x-own-header'] as string | undefined });
      response.setHeader('content-type', 'application/json').end('{"itemList":[],"hasMore":true,"cursor":"35"}');
      return;
    }
    response.setHeader('content-type', 'text/html').end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** What the site received of a visit, and what the page's script was told. */
async function visit(isWanted: boolean) {
  const { server, received, url } = await startSite();
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const arrivals = new Arrivals(page, { isWanted: () => isWanted, isDetail: () => false, responseMs: 30_000 });
    await installRoutes(page, { isWanted: () => isWanted, shown: () => null }, arrivals);
    await goTo(page, url);
    return { received, outcomes: await page.evaluate<string[]>('window.outcomes') };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

const asMade = (cursor: number) => ({
  url: `/api/post/item_list/?secUid=MS4wLjABAAAA&cursor=${cursor}&count=35&X-Bogus=sig%2F${cursor}`,
  header: 'of the page',
});

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  test('[list-route-2] of a list that the visit does not read, only the first page is requested', async () => {
    expect(await visit(false)).toEqual({ received: [asMade(0)], outcomes: ['answered', 'refused'] });
  });

  test('[list-route-3] what goes to the site is what the page’s own script made, to the letter', async () => {
    expect(await visit(true)).toEqual({ received: [asMade(0), asMade(35)], outcomes: ['answered', 'answered'] });
  });
});
