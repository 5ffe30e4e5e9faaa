/** The tree of a document and the operations on it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyToCollections, applyToTree, type TreeBox } from '../src/document/apply-operation.ts';
import { Collections, type MapData, type SetData } from '../src/document/collection-data.ts';
import type { Operation } from '../src/document/operation.ts';
import { TrackedTree } from '../src/document/tracked-tree.ts';

test('[tree-1] a tree shares no object with the program, nor two of its places with each other', () => {
  const box: TreeBox = { root: {} };
  const tree = new TrackedTree({ name: 'state', box, collections: undefined, record: () => {}, commuting: false });
  const draft = tree.draft as { first: { n: number[] }; second: { n: number[] } };
  const mine = { n: [1] };
  draft.first = mine;
  draft.second = draft.first;
  mine.n.push(2);
  draft.first.n.push(3);
  expect(box.root).toEqual({ first: { n: [1, 3] }, second: { n: [1] } });
});

const scalars = fc.array(fc.oneof(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 3 })), { maxLength: 4 });
/** The set has the id 1 and the map the id 2. */
const collectionOperation: fc.Arbitrary<Operation> = fc.oneof(
  scalars.map((values): Operation => ['include', 1, values]),
  scalars.map((values): Operation => ['exclude', 1, values]),
  scalars.map((keys): Operation => ['put', 2, keys.flatMap((key) => [key, `value of ${key}`])]),
  scalars.map((keys): Operation => ['remove', 2, keys]),
  fc.constantFrom(1, 2).map((id): Operation => ['clear', id]),
);

/** Copies of what is in the set and in the map. Their order is not kept, and `toEqual` does not compare it. */
const contentOf = ({ byId }: Collections) => [
  new Set((byId.get(1) as SetData | undefined)?.entries),
  new Map((byId.get(2) as MapData | undefined)?.entries),
];

/** The set has the same elements in another order afterwards. */
const reordered: Operation[] = [
  ['exclude', 1, [1]],
  ['include', 1, [1, '1']],
];

test('[tree-2] applying the operations on collections again, from any one to the end, changes nothing', () => {
  fc.assert(
    fc.property(fc.array(collectionOperation, { minLength: 1, maxLength: 12 }), fc.nat(), (operations, at) => {
      const collections = new Collections();
      for (const operation of operations) applyToCollections(operation, collections);
      const once = contentOf(collections);
      for (const operation of operations.slice(at % operations.length)) applyToCollections(operation, collections);
      expect(contentOf(collections)).toEqual(once);
    }),
    { examples: [[reordered, 0]] },
  );
});

test.each<[string, unknown, Operation, unknown]>([
  ['a property of a missing object creates the object', {}, ['set', ['a', 'b'], 1], { a: { b: 1 } }],
  ['an element of a missing list creates the list', {}, ['append', ['a', 'b'], [1]], { a: { b: [1] } }],
  ['a property of a string changes nothing', { a: 'text' }, ['set', ['a', 'b'], 1], { a: 'text' }],
  ['an element of an object changes nothing', { a: {} }, ['append', ['a'], [1]], { a: {} }],
  ['properties of null change nothing', { a: null }, ['assign', ['a'], { b: 1 }], { a: null }],
])('[tree-3] %s', (_, root, operation, expected) => {
  const box: TreeBox = { root };
  applyToTree(box, operation, new Collections());
  expect(box.root).toEqual(expected);
});
