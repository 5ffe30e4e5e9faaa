import type { Json } from '../commit.ts';
import { copyJson } from '../json.ts';
import { MapData } from './collection-data.ts';
import { type CollectionRecorder, checkScalar, operationSize, sizeOf } from './durable-set.ts';
import type { Scalar } from './operation.ts';
import { readOnly } from './read-only.ts';

/**
 * A map of any size. The cost of a commit depends on the changes in it, not on the map's size. A value is replaced with
 * `set`, never changed in place, and holds no collections. The order of the keys is not kept.
 */
export class DurableMap<K extends Scalar, V extends Json> implements Iterable<[K, V]> {
  /** @internal */
  readonly data: MapData;
  readonly #record: CollectionRecorder;

  /** @internal */
  constructor(data: MapData, record: CollectionRecorder) {
    this.data = data;
    this.#record = record;
  }

  get size(): number {
    return this.data.entries.size;
  }

  has(key: K): boolean {
    return this.data.entries.has(key);
  }

  /** Returns a read-only view of the value; writing to it throws a `TypeError`. */
  get(key: K): V | undefined {
    return readOnly(this.data.entries.get(key)) as V | undefined;
  }

  /** Stores a copy of the value. @throws NotJsonError if the key is not a string or a number, or the value is not JSON */
  set(key: K, value: V): this {
    checkScalar(key, 'a key of a durableMap');
    const copied = copyJson(value, `value of ${JSON.stringify(key)}`);
    const { data } = this;
    const before = data.entries.get(key);
    this.#record?.({
      operation: ['put', data.id, [key, copied.value]],
      size: sizeOf(key) + copied.size,
      undo: () => void (before === undefined ? data.entries.delete(key) : data.entries.set(key, before)),
    });
    data.entries.set(key, copied.value);
    return this;
  }

  delete(key: K): boolean {
    const { data } = this;
    const before = data.entries.get(key);
    if (before === undefined) return false;
    this.#record?.({
      operation: ['remove', data.id, [key]],
      size: sizeOf(key),
      undo: () => void data.entries.set(key, before),
    });
    return data.entries.delete(key);
  }

  clear(): void {
    const { data } = this;
    const before = data.entries;
    if (before.size === 0) return;
    this.#record?.({
      operation: ['clear', data.id],
      size: operationSize,
      undo: () => {
        data.entries = before;
      },
    });
    data.entries = new Map();
  }

  keys(): IterableIterator<K> {
    return this.data.entries.keys() as IterableIterator<K>;
  }

  *values(): IterableIterator<V> {
    for (const value of this.data.entries.values()) yield readOnly(value) as V;
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.data.entries) yield [key as K, readOnly(value) as V];
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  /** The map as a plain object. */
  toJSON(): Record<string, V> {
    return Object.fromEntries(this) as Record<string, V>;
  }
}

/** Creates a map with the entries, to be put into a state. @throws NotJsonError */
export function durableMap<K extends Scalar, V extends Json>(entries: Iterable<[K, V]> = []): DurableMap<K, V> {
  const map = new DurableMap<K, V>(new MapData(), undefined);
  for (const [key, value] of entries) map.set(key, value);
  return map;
}
