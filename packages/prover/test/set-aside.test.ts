import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, type Json, withoutPaths } from '../src/json.ts';
import { Multiset } from '../src/multiset.ts';
import { differingPaths } from '../src/set-aside.ts';

const paths = (one: Json[], other: Json[]) => {
  const found = differingPaths(one, other);
  return found === undefined ? undefined : [...found];
};

test('[ignored-2] what is the same in both is not set aside', () => {
  expect(paths([{ page: 1, title: 'a' }], [{ title: 'a', page: 1 }])).toEqual([]);
  expect(paths([{ page: 1 }, { page: 2 }], [{ page: 2 }, { page: 1 }])).toEqual([]);
});

test('[ignored-1] times and ids are set aside wherever they are, and nothing beside them', () => {
  const run = (time: number) => [
    { page: 1, meta: { at: time, by: 'x' }, rows: [{ id: `r${time}`, value: 1 }] },
    { page: 2, meta: { at: time + 1, by: 'x' }, rows: [{ id: `s${time}`, value: 2 }] },
  ];
  expect(paths(run(1000), run(2000))?.toSorted()).toEqual(['meta.at', 'rows[].id']);
});

test('a name that only one run has is one of many: all of its kind are set aside', () => {
  expect(paths([{ byId: { a1: 1 }, page: 1 }], [{ byId: { b7: 1 }, page: 1 }])).toEqual(['byId.*']);
});

test('the same values that go together in another way cost the one path that explains it', () => {
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

test('more values in one run than in the other cannot be set aside, nor can scalars', () => {
  expect(paths([{ a: 1 }], [])).toBeUndefined();
  expect(paths(['x'], ['y'])).toBeUndefined();
});

test('[ignored-1] holds of any two runs with as many items', () => {
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
