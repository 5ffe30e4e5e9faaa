/** [result-2] an entry of a page's list that cannot be read has failed by itself, and does not vanish; the others are given. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startActorFixture } from './tiktok/actor-runs.ts';

const products = [
  { product_id: '1729000000000000001', title: 'Cup' },
  { product_id: '1729000000000000002', title: { text: 'Mug' } },
];
const component = { component_name: 'feed_list_search_word', component_data: { products } };
const data = { loaderData: { page: { page_config: { components_map: [component] } } } };
const page = `<html><script id="__MODERN_ROUTER_DATA__" type="application/json">${JSON.stringify(data)}</script></html>`;

test('a product of a search that cannot be read is reported', async () => {
  const site = createServer((_request, response) => response.end(page));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  try {
    const TIKTOK_SITE_URL = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    await using fixture = await startActorFixture('tiktok-shop', {}, { TIKTOK_SITE_URL });
    const run = await fixture.run({ searchQueries: ['cups'] });
    const { chargedEventCounts } = await fixture.succeeded(run);
    const items = await fixture.itemsOf(run);
    expect(items).toMatchObject([
      {
        type: 'failed',
        input: 'cups',
        errorCode: 'changed',
        error: expect.stringContaining('an entry of the list, 1729000000000000002, cannot be read'),
        path: expect.stringMatching(/products\.1\.title$/),
      },
      { type: 'product', title: 'Cup' },
    ]);
    expect(chargedEventCounts).toMatchObject({ product: 1 });
  } finally {
    site.closeAllConnections();
    site.close();
  }
});
