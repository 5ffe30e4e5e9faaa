/** `actors/site-crawler-durable` shows what durable state costs an author: one line. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const linesOf = (actor: string, file: string): string[] =>
  readFileSync(new URL(`../actors/${actor}/${file}`, import.meta.url), 'utf8').split('\n');

test('the durable site crawler differs from the stock one by one line', () => {
  const stock = linesOf('site-crawler', 'src/main.js');
  const durable = linesOf('site-crawler-durable', 'src/main.js');
  expect(durable.filter((line, index) => line !== stock[index])).toEqual([
    "import { CheerioCrawler } from '@wherry/durable/crawlee';",
  ]);
  expect(durable).toHaveLength(stock.length);
});
