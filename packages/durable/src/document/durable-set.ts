import { NotJsonError } from '../errors.ts';
import { SetData } from './collection-data.ts';
import type { Recorder, Scalar } from './operation.ts';

/** Records the changes of a collection. Undefined while it is in no state: it can be filled before it is put into one. */
export type CollectionRecorder = Recorder | undefined;

/**
 * A set of any size. The cost of a commit depends on the elements that it adds and deletes, not on the set's size. The order
 * of the elements is not kept.
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

  /** @throws NotJsonError if the value is not a string or a finite number */
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

  /** The set as a list. */
  toJSON(): T[] {
    return [...this];
  }
}

/** Creates a set with the values, to be put into a state. @throws NotJsonError */
export function durableSet<T extends Scalar>(values: Iterable<T> = []): DurableSet<T> {
  const set = new DurableSet<T>(new SetData(), undefined);
  for (const value of values) set.add(value);
  return set;
}

/** The size of an operation without its values, in characters. */
export const operationSize = 24;

export const sizeOf = (value: unknown): number => operationSize + (typeof value === 'string' ? value.length : 8);

export function checkScalar(value: unknown, what: string): void {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return;
  throw new NotJsonError(`${what} must be a string or a finite number, not ${String(value)}. Nothing was changed.`);
}
