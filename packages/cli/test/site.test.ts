import { expect, test } from 'vitest';
import { linksOf, sitePageCount, startSite } from '../src/demo/site.ts';

test('every page of the demo’s site is reached by links from the first one', () => {
  const pageOf = (path: string) => (path === '/' ? 0 : Number(/^\/pages\/(\d+)$/.exec(path)?.[1]));
  const seen = new Set([0]);
  for (const page of seen) {
    for (const path of linksOf(page)) if (!Number.isNaN(pageOf(path))) seen.add(pageOf(path));
  }
  expect([...seen].sort((one, other) => one - other)).toEqual(Array.from({ length: sitePageCount }, (_, page) => page));
});

test('the site serves each page the same each time, and knows how many were served', async () => {
  await using site = await startSite();
  const last = site.pageUrls.at(-1)!;
  const first = await (await fetch(last)).text();
  expect(first).toContain('<h1>Page 399</h1>');
  expect(await (await fetch(last)).text()).toBe(first);
  expect((await fetch(site.url)).status).toBe(200);
  expect((await fetch(`${site.url}pages/400`)).status).toBe(404);
  expect((await fetch(`${site.url}pages/0`)).status).toBe(404);
  expect(site.servedPageCount()).toBe(2);
});
