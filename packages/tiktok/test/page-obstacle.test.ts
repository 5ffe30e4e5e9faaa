import { expect, test } from 'vitest';
import { pageObstacleOf } from '../src/index.ts';

const page = (body: string, statusCode = 200) => ({ url: 'https://www.tiktok.com/tag/tea', statusCode, body });

test.each([
  ['a whole page', page('<html><body>tea</body></html>\n'), null],
  ['a page that ends early', page('<html><body>te'), 'incomplete'],
  ['an empty page', page(''), 'blocked'],
  ['a page that is refused', page('<html></html>', 403), 'blocked'],
  ['a page of a site that fails', page('<html></html>', 502), 'unavailable'],
  ['a captcha', page('<html><title>Security Check</title></html>'), 'captcha'],
] as const)('%s', (_name, captured, kind) => {
  expect(pageObstacleOf(captured)?.kind ?? null).toBe(kind);
});
