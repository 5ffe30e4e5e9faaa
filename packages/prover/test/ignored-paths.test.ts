import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differingPaths } from '../src/comparison/ignored-paths.ts';
import { canonical, type Json, withoutPaths } from '../src/comparison/json.ts';
import { Multiset } from '../src/comparison/multiset.ts';

const paths = (one: Json[], other: Json[]) => {
  const found = differingPaths(one, other);
  return found === undefined ? undefined : [...found];
};

test('[ignored-2] what is the same in both runs is not ignored', () => {
  expect(paths([{ page: 1, title: 'a' }], [{ title: 'a', page: 1 }])).toEqual([]);
  expect(paths([{ page: 1 }, { page: 2 }], [{ page: 2 }, { page: 1 }])).toEqual([]);
});

test('[ignored-1] times and ids are ignored at any depth, and nothing else is', () => {
  const run = (time: number) => [
    { page: 1, meta: { at: time, by: 'x' }, rows: [{ id: `r${time}`, value: 1 }] },
    { page: 2, meta: { at: time + 1, by: 'x' }, rows: [{ id: `s${time}`, value: 2 }] },
  ];
  expect(paths(run(1000), run(2000))?.toSorted()).toEqual(['meta.at', 'rows[].id']);
});

test('a name that only one run has is one of many, and all names beside it are ignored', () => {
  expect(paths([{ byId: { a1: 1 }, page: 1 }], [{ byId: { b7: 1 }, page: 1 }])).toEqual(['byId.*']);
});

test('for the same values in other combinations, only the path that explains most is ignored', () => {
  const one = [
    { page: 1, worker: 'a' },
    { page: 2, worker: 'b' },
    { page: 3, worker: 'b' },
  ];
  const other = [
    { page: 1, worker: 'b' },
    { page: 2, worker: 'a' },
    { page: 3, worker: 'b' },
  ];
  expect(paths(one, other)).toHaveLength(1);
});

test('a difference in the number of values cannot be ignored, nor can whole scalars', () => {
  expect(paths([{ a: 1 }], [])).toBeUndefined();
  expect(paths(['x'], ['y'])).toBeUndefined();
});

test('[ignored-1] any two runs with equally many items are equal without the ignored paths', () => {
  const item = fc.record({
    page: fc.nat(5),
    at: fc.nat(),
    tags: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }),
    meta: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.nat(3), { maxKeys: 3 }),
  });
  const pair = fc.nat(4).chain((length) => {
    const items = fc.array(item, { minLength: length, maxLength: length });
    return fc.tuple(items, items);
  });
  fc.assert(
    fc.property(pair, ([one, other]) => {
      const found = differingPaths(one, other);
      expect(found).toBeDefined();
      const [ours, theirs] = [one, other].map((items) => items.map((each) => withoutPaths(each as Json, found!)));
      expect(new Multiset(ours!, canonical).equals(new Multiset(theirs!, canonical))).toBe(true);
    }),
  );
});
