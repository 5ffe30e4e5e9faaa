import type { Json } from '../commit.ts';
import { setOwn } from '../json.ts';
import { type CollectionData, isCollectionData, SetData } from './collection-data.ts';
import { encode } from './encoding.ts';
import type { Operation, Path, Scalar } from './operation.ts';

/** About how many characters one operation of a snapshot has: small, so that making one stops commits for a moment only. */
const groupSize = 16 * 1024;

/**
 * The operations that make a tree out of nothing. The tree must stand still meanwhile.
 * @param found is given the collections that are in the tree
 */
export function* treeOperations(path: Path, value: unknown, found: Set<CollectionData>): Generator<Operation> {
  if (sizeWithin(value, groupSize) < groupSize) yield ['set', path, encode(value, found)];
  else if (Array.isArray(value)) yield* listOperations(path, value, found);
  else yield* objectOperations(path, value as Record<string, unknown>, found);
}

function* listOperations(path: Path, list: readonly unknown[], found: Set<CollectionData>): Generator<Operation> {
  yield ['set', path, []];
  let [group, size]: [Json[], number] = [[], 0];
  for (const [index, item] of list.entries()) {
    const itemSize = sizeWithin(item, groupSize);
    if (group.length > 0 && size + itemSize > groupSize) {
      yield ['append', path, group];
      [group, size] = [[], 0];
    }
    if (itemSize >= groupSize) {
      yield* treeOperations([...path, index], item, found);
    } else {
      group.push(encode(item, found));
      size += itemSize;
    }
  }
  if (group.length > 0) yield ['append', path, group];
}

function* objectOperations(
  path: Path,
  object: Readonly<Record<string, unknown>>,
  found: Set<CollectionData>,
): Generator<Operation> {
  yield ['set', path, {}];
  let [group, size]: [Record<string, Json>, number] = [{}, 0];
  for (const key of Object.keys(object)) {
    const item = object[key];
    const itemSize = sizeWithin(item, groupSize) + key.length;
    if (size > 0 && size + itemSize > groupSize) {
      yield ['assign', path, group];
      [group, size] = [{}, 0];
    }
    if (itemSize >= groupSize) {
      yield* treeOperations([...path, key], item, found);
    } else {
      setOwn(group, key, encode(item, found));
      size += itemSize;
    }
  }
  if (size > 0) yield ['assign', path, group];
}

/** The operations that fill a collection. It may change between two of them: then it holds some of the changes (Z3). */
export function* collectionOperations(data: CollectionData): Generator<Operation> {
  let [group, size]: [Json[], number] = [[], 0];
  const operation = (): Operation =>
    data instanceof SetData ? ['include', data.id, group as Scalar[]] : ['put', data.id, group];
  for (const entry of data.entries as Iterable<unknown>) {
    const parts = data instanceof SetData ? [entry as Json] : (entry as [Json, Json]);
    group.push(...parts);
    for (const part of parts) size += sizeWithin(part, groupSize);
    if (size < groupSize) continue;
    yield operation();
    [group, size] = [[], 0];
  }
  if (group.length > 0) yield operation();
}

/** About how many characters the value has; anything from `limit` on when it has more. */
function sizeWithin(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null || isCollectionData(value)) return 8;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += sizeWithin(item, limit - size);
      if (size >= limit) break;
    }
    return size;
  }
  for (const key in value) {
    size += key.length + 4 + sizeWithin((value as Record<string, unknown>)[key], limit - size);
    if (size >= limit) break;
  }
  return size;
}
