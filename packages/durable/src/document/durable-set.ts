import { NotJsonError } from '../errors.ts';
import { SetData } from './collection-data.ts';
import type { Recorder, Scalar } from './operation.ts';

/** What a collection belongs to: undefined for none yet, so that it may be filled before it is put into a state. */
export type CollectionRecorder = Recorder | undefined;

/**
 * A set of any size. A commit that adds to it or deletes from it costs what it changes, whatever the set's size.
 * The order of its elements is not kept.
 */
export class DurableSet<T extends Scalar> implements Iterable<T> {
  /** @internal */
  readonly data: SetData;
  readonly #record: CollectionRecorder;

  /** @internal */
  constructor(data: SetData, record: CollectionRecorder) {
    this.data = data;
    this.#record = record;
  }

  get size(): number {
    return this.data.entries.size;
  }

  has(value: T): boolean {
    return this.data.entries.has(value);
  }

  add(value: T): this {
    checkScalar(value, 'an element of a durableSet');
    const { data } = this;
    if (data.entries.has(value)) return this;
    this.#record?.({
      operation: ['include', data.id, [value]],
      size: sizeOf(value),
      undo: () => void data.entries.delete(value),
    });
    data.entries.add(value);
    return this;
  }

  delete(value: T): boolean {
    const { data } = this;
    if (!data.entries.has(value)) return false;
    this.#record?.({
      operation: ['exclude', data.id, [value]],
      size: sizeOf(value),
      undo: () => void data.entries.add(value),
    });
    return data.entries.delete(value);
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
    data.entries = new Set();
  }

  values(): IterableIterator<T> {
    return this.data.entries.values() as IterableIterator<T>;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.values();
  }

  /** As a list, for people. */
  toJSON(): T[] {
    return [...this];
  }
}

/** An empty set, or one of the values, to be put into a state. */
export function durableSet<T extends Scalar>(values: Iterable<T> = []): DurableSet<T> {
  const set = new DurableSet<T>(new SetData(), undefined);
  for (const value of values) set.add(value);
  return set;
}

/** What the frame of an operation takes up. */
export const operationSize = 24;

export const sizeOf = (value: unknown): number => operationSize + (typeof value === 'string' ? value.length : 8);

export function checkScalar(value: unknown, what: string): void {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return;
  throw new NotJsonError(`${what} must be a text or a finite number, not ${String(value)}. Nothing was changed.`);
}
