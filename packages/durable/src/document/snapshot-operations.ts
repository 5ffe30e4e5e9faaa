import type { Json } from '../commit.ts';
import { setOwn } from '../json.ts';
import { type CollectionData, isCollectionData, SetData } from './collection-data.ts';
import { encode } from './encoding.ts';
import type { Operation, Path, Scalar } from './operation.ts';

/**
 * The operations that build a tree from an empty one. Each has at most about `groupSize` characters, so that making one
 * blocks the event loop only briefly. The tree must not change meanwhile.
 */
export class TreeOperations {
  readonly #groupSize: number;
  readonly #found: Set<CollectionData>;

  /** @param found the collections in the tree are added to it */
  constructor(groupSize: number, found: Set<CollectionData>) {
    this.#groupSize = groupSize;
    this.#found = found;
  }

  *of(path: Path, value: unknown): Generator<Operation> {
    if (this.#sizeOf(value) < this.#groupSize) yield ['set', path, encode(value, this.#found)];
    else if (Array.isArray(value)) yield* this.#ofList(path, value);
    else if (typeof value === 'object' && value !== null) yield* this.#ofFields(path, value);
    else yield ['set', path, value as Json];
  }

  *#ofList(path: Path, list: readonly unknown[]): Generator<Operation> {
    yield ['set', path, []];
    let [group, size]: [Json[], number] = [[], 0];
    for (const [index, item] of list.entries()) {
      const itemSize = this.#sizeOf(item);
      if (group.length > 0 && size + itemSize > this.#groupSize) {
        yield ['append', path, group];
        [group, size] = [[], 0];
      }
      if (itemSize >= this.#groupSize) {
        yield* this.of([...path, index], item);
      } else {
        group.push(encode(item, this.#found));
        size += itemSize;
      }
    }
    if (group.length > 0) yield ['append', path, group];
  }

  *#ofFields(path: Path, object: object): Generator<Operation> {
    yield ['set', path, {}];
    let [group, size]: [Record<string, Json>, number] = [{}, 0];
    for (const key of Object.keys(object)) {
      const item = (object as Record<string, unknown>)[key];
      const itemSize = this.#sizeOf(item) + key.length;
      if (size > 0 && size + itemSize > this.#groupSize) {
        yield ['assign', path, group];
        [group, size] = [{}, 0];
      }
      if (itemSize >= this.#groupSize) {
        yield* this.of([...path, key], item);
      } else {
        setOwn(group, key, encode(item, this.#found));
        size += itemSize;
      }
    }
    if (size > 0) yield ['assign', path, group];
  }

  #sizeOf(value: unknown): number {
    return sizeWithin(value, this.#groupSize);
  }
}

/** The operations that fill a collection. If it changes meanwhile, they may contain some of the changes [document-3]. */
export function* collectionOperations(data: CollectionData, groupSize: number): Generator<Operation> {
  let [group, size]: [Json[], number] = [[], 0];
  const operation = (): Operation =>
    data instanceof SetData ? ['include', data.id, group as Scalar[]] : ['put', data.id, group];
  for (const entry of data.entries as Iterable<unknown>) {
    const parts = data instanceof SetData ? [entry as Json] : (entry as [Json, Json]);
    for (const part of parts) {
      group.push(part);
      size += sizeWithin(part, groupSize);
    }
    if (size < groupSize) continue;
    yield operation();
    [group, size] = [[], 0];
  }
  if (group.length > 0) yield operation();
}

/** The approximate size of a value in characters. If it exceeds `limit`, any number from `limit` on. */
export function sizeWithin(value: unknown, limit: number): number {
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
