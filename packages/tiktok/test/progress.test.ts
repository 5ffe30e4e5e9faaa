import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Advance,
  advance,
  beginning,
  defaultLimits,
  type Limits,
  type Page,
  type Progress,
} from '../src/index.ts';

const pageOf = (ids: readonly string[], cursor: string | null, hasMore = cursor !== null): Page<string> => ({
  items: ids,
  unreadable: [],
  hasMore,
  total: null,
  next: cursor === null ? null : { cursor, token: null },
});

const step = (before: Progress, page: Page<string>, limits: Partial<Limits> = {}): Advance<string> =>
  advance(before, page, (id) => id, limits);

/** Reads a site until it is over. */
function readAll(site: (cursor: string, page: number) => Page<string>, limits: Partial<Limits> = {}) {
  const items: string[] = [];
  let progress = beginning();
  for (;;) {
    // What is stored between two pages is JSON.
    progress = JSON.parse(JSON.stringify(progress)) as Progress;
    const advanced = step(progress, site(progress.position.cursor, progress.pageCount), limits);
    items.push(...advanced.items);
    progress = advanced.progress;
    if (advanced.next.kind !== 'ask') return { items, reason: advanced.next.kind, pageCount: progress.pageCount };
    expect(advanced.next.position).toEqual(progress.position);
    if (progress.pageCount > 1_000_000) throw new Error('It does not end.');
  }
}

test('[progress-4] a list is over with the page that says so, whose items are given', () => {
  const first = step(beginning(), pageOf(['a', 'b'], '2'));
  expect(first).toMatchObject({ items: ['a', 'b'], next: { kind: 'ask', position: { cursor: '2' } } });
  const last = step(first.progress, pageOf(['c'], null));
  expect(last).toMatchObject({ items: ['c'], next: { kind: 'end' }, progress: { pageCount: 2, itemCount: 3 } });
});

test('[progress-2] what comes twice is given once', () => {
  const first = step(beginning(), pageOf(['a', 'b', 'b'], '2'));
  expect(step(first.progress, pageOf(['b', 'c'], '4')).items).toEqual(['c']);
  expect(first.items).toEqual(['a', 'b']);
});

test('a page that repeats once is asked for again; one that goes on repeating ends the list', () => {
  let { progress } = step(beginning(), pageOf(['a', 'b'], '2'));
  const again = step(progress, pageOf(['a', 'b'], '2'));
  expect(again).toMatchObject({ items: [], next: { kind: 'ask', position: { cursor: '2' } } });
  expect(step(again.progress, pageOf(['c'], null))).toMatchObject({ items: ['c'], next: { kind: 'end' } });
  const kinds = [1, 2, 3].map(() => {
    const advanced = step(progress, pageOf(['a', 'b'], '2'));
    progress = advanced.progress;
    return advanced.next.kind;
  });
  expect(kinds).toEqual(['ask', 'ask', 'repeated']);
});

test('pages that are empty in the middle of a list are passed over', () => {
  const site = (_cursor: string, page: number) =>
    pageOf(page % 3 === 0 ? [`${page}`] : [], page < 9 ? `${page}` : null);
  expect(readAll(site)).toMatchObject({ items: ['0', '3', '6', '9'], reason: 'end' });
});

test('a cursor that never ends comes to an end', () => {
  const site = (cursor: string) => pageOf(Number(cursor) < 3 ? [`item ${cursor}`] : [], `${Number(cursor) + 1}`);
  expect(readAll(site)).toEqual({ items: ['item 0', 'item 1', 'item 2'], reason: 'repeated', pageCount: 6 });
});

test('the limits: items, none at all, and pages', () => {
  const site = (cursor: string) => pageOf([`${cursor}a`, `${cursor}b`], `${Number(cursor) + 1}`);
  expect(readAll(site, { maxItems: 3 })).toEqual({ items: ['0a', '0b', '1a'], reason: 'limit', pageCount: 2 });
  expect(readAll(site, { maxItems: 4 })).toMatchObject({ reason: 'limit', pageCount: 2 });
  expect(readAll(site, { maxItems: 0 })).toMatchObject({ items: [], reason: 'limit', pageCount: 1 });
  expect(readAll(site, { maxPages: 5 })).toMatchObject({ reason: 'limit', pageCount: 5 });
  expect(readAll(() => pageOf(['a'], null), { maxItems: 1 })).toMatchObject({ items: ['a'], reason: 'end' });
});

test('the id of a search goes into each later request', () => {
  const first = step(beginning(), { ...pageOf(['a'], '1'), next: { cursor: '1', token: 'search-1' } });
  expect(first.next).toMatchObject({ position: { token: 'search-1' } });
  expect(step(first.progress, pageOf(['b'], '2')).next).toMatchObject({ position: { cursor: '2', token: 'search-1' } });
});

test('[progress-3] a list that goes round in a circle ends, however large the circle', () => {
  const circles = fc.record({
    lead: fc.nat(40),
    circle: fc.integer({ min: 1, max: 300 }),
    size: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(circles, ({ lead, circle, size }) => {
      const site = (_cursor: string, page: number) => {
        const place = page < lead ? page : lead + ((page - lead) % circle);
        return pageOf(
          Array.from({ length: size }, (_, index) => `${place}-${index}`),
          `${place}`,
        );
      };
      const { reason, pageCount, items } = readAll(site, { memory: 20 });
      expect(reason).toBe('repeated');
      expect(pageCount).toBeLessThanOrEqual(3 * (lead + circle) + defaultLimits.maxBarrenPages + 1);
      expect(new Set(items).size).toBe((lead + circle) * size);
    }),
    { numRuns: 200 },
  );
});

test('[progress-1], [progress-2] whatever a site responds, its list ends, within its limits, and nothing recent is given twice', () => {
  const answer = fc.record({
    ids: fc.array(fc.nat(30).map(String), { maxLength: 6 }),
    cursor: fc.option(fc.nat(3).map(String)),
    hasMore: fc.boolean(),
  });
  const limits = fc.record({
    maxItems: fc.nat(60),
    maxPages: fc.integer({ min: 1, max: 50 }),
    maxBarrenPages: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 12 }), limits, (answers, wished) => {
      const site = (_cursor: string, page: number) => {
        const { ids, cursor, hasMore } = answers[page % answers.length]!;
        return pageOf(ids, cursor, hasMore);
      };
      const { items, pageCount } = readAll(site, { ...wished, memory: 1000 });
      expect(items.length).toBeLessThanOrEqual(wished.maxItems);
      expect(pageCount).toBeLessThanOrEqual(wished.maxPages);
      expect(new Set(items).size).toBe(items.length);
    }),
    { numRuns: 1000 },
  );
});
