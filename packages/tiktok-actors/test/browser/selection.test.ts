/** Posts between dates, and where their lists may end. */
import { expect, test } from 'vitest';
import type { ListJob, ListSource } from '../../src/browser/job.ts';
import { filterOf, type ListItem } from '../../src/browser/lists/selection.ts';

const post = (createTime: number, isPinned = false): ListItem =>
  ({ webVideoUrl: 'https://example.org', createTime, isPinned }) as never;

const job = (source: ListSource, wishes: Partial<ListJob> = {}): ListJob => ({
  key: 'k',
  input: 'i',
  address: { kind: 'feed', page: 'foryou' },
  source,
  region: null,
  maxItems: 9,
  maxPages: 9,
  oldestSecs: null,
  newestSecs: null,
  withoutPinned: false,
  withoutHeader: false,
  leastDiggs: null,
  mostDiggs: null,
  ...wishes,
});

const dates = { oldestSecs: 100, newestSecs: 200 };

test('a post is wanted from the first second to the last one', () => {
  const { isWanted } = filterOf(job({ kind: 'posts', sort: 'latest' }, dates));
  expect([99, 100, 200, 201].map((secs) => isWanted(post(secs)))).toEqual([false, true, true, false]);
});

test('without dates all posts are wanted, except pinned posts if they are excluded', () => {
  expect(filterOf(job({ kind: 'posts', sort: 'latest' })).isWanted(post(1, true))).toBe(true);
  expect(filterOf(job({ kind: 'posts', sort: 'latest' }, { withoutPinned: true })).isWanted(post(1, true))).toBe(false);
});

test.each([
  ['latest', [250, 99], false],
  ['latest', [99, 98], true],
  ['latest', [], false],
  ['oldest', [150, 201], false],
  ['oldest', [201, 202], true],
  ['popular', [99, 98], false],
] as const)('%s, a page of %j: over is %s', (sort, page, isOver) => {
  const { isPast } = filterOf(job({ kind: 'posts', sort }, dates));
  expect(isPast(page.map((secs) => post(secs)))).toBe(isOver);
  // A pinned post stands before its place.
  expect(isPast([post(150, true), ...page.map((secs) => post(secs))])).toBe(isOver);
});

test('posts are selected by their likes in any list', () => {
  const liked = (diggCount: number): ListItem => ({ webVideoUrl: 'https://example.org', diggCount }) as never;
  const { isWanted, isPast } = filterOf(job({ kind: 'hashtag_posts' }, { leastDiggs: 10, mostDiggs: 20 }));
  expect([9, 10, 20, 21].map((count) => isWanted(liked(count)))).toEqual([false, true, true, false]);
  expect(isPast([liked(1)])).toBe(false);
});

test('a list of another order is read to its end', () => {
  expect(filterOf(job({ kind: 'hashtag_posts' }, dates)).isPast([post(1)])).toBe(false);
});
