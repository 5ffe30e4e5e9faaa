/** [reading-1] to [reading-3] what of a page is given, and what comes next. */
import type { Page } from '@wherry/tiktok';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Reading, type Selection, takePage, unread } from '../../src/browser/lists/reading.ts';

interface Thing {
  readonly id: string;
  readonly wanted: boolean;
}

const pageOf = (ids: readonly string[], cursor: string | null = '1'): Page<Thing> => ({
  items: ids.map((id) => ({ id, wanted: !id.startsWith('x') })),
  unreadable: [],
  hasMore: cursor !== null,
  next: cursor === null ? null : { cursor, token: null },
  total: null,
});

const selection = (known: ReadonlySet<string>, wishes: Partial<Selection<Thing>> = {}): Selection<Thing> => ({
  idOf: ({ id }) => id,
  isKnown: (id) => known.has(id),
  isWanted: ({ wanted }) => wanted,
  isPast: () => false,
  maxItems: 5000,
  maxPages: 1000,
  ...wishes,
});

function readAll(pages: readonly Page<Thing>[], wishes: Partial<Selection<Thing>> = {}) {
  const known = new Set<string>();
  const given: string[] = [];
  let reading: Reading = unread();
  for (const page of pages) {
    const taken = takePage(reading, page, selection(known, wishes));
    given.push(...taken.items.map(({ id }) => id));
    for (const id of taken.newIds) known.add(id);
    reading = taken.reading;
    if (taken.next.kind !== 'ask') return { given, end: taken.next.kind, reading };
  }
  return { given, end: null, reading };
}

test('[reading-1] an item from a thousand items ago is not given again', () => {
  const first = Array.from({ length: 1000 }, (_, each) => `a${each}`);
  const { given } = readAll([pageOf(first), pageOf(['b0', 'a0', 'a500'])]);
  expect(given).toEqual([...first, 'b0']);
});

test('[reading-2] unwanted items do not count against the limit, and the limit is not exceeded', () => {
  expect(readAll([pageOf(['a', 'x1', 'b']), pageOf(['x2', 'c', 'd'])], { maxItems: 3 })).toMatchObject({
    given: ['a', 'b', 'c'],
    end: 'limit',
    reading: { givenCount: 3 },
  });
});

test('[reading-3] pages of unwanted items are not barren; pages of known items are', () => {
  const unwanted = Array.from({ length: 6 }, (_, page) => pageOf([`x${page}a`, `x${page}b`]));
  expect(readAll([...unwanted, pageOf(['a'], null)])).toMatchObject({ given: ['a'], end: 'end' });
  const known = Array.from({ length: 6 }, () => pageOf(['a']));
  expect(readAll([pageOf(['a']), ...known])).toMatchObject({ given: ['a'], end: 'repeated' });
});

test('a page after which no wanted item can follow is the last one', () => {
  const isPast = (items: readonly Thing[]) => items.every(({ id }) => id > 'm');
  expect(readAll([pageOf(['a', 'z']), pageOf(['n', 'o']), pageOf(['b'])], { isPast })).toMatchObject({ end: 'end' });
});

test('each wanted id is given once, in the order of its first occurrence', () => {
  const ids = fc.array(fc.stringMatching(/^[abx][0-9]$/), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(ids, { maxLength: 12 }), (lists) => {
      const { given, reading } = readAll(lists.map((list) => pageOf(list)));
      const read = lists.slice(0, reading.progress.pageCount).flat();
      expect(given).toEqual([...new Set(read)].filter((id) => !id.startsWith('x')));
      expect(reading.givenCount).toBe(given.length);
    }),
  );
});
