import type { Json } from '../commit.ts';

/** A place in a document: the keys from its root. */
export type Path = readonly (string | number)[];

/** Elements of sets and keys of maps. */
export type Scalar = string | number;

/**
 * One change of a document as it is stored: immutable plain JSON. Values are encoded, see `encoding.ts`. Operations on
 * collections state the result, so that they can be applied twice [tree-2].
 */
export type Operation =
  | readonly ['set', Path, Json]
  /** Like `set`, but merges with a value that another transaction has put there: numbers are added, lists are joined. */
  | readonly ['create', Path, Json]
  | readonly ['delete', Path]
  /** Sets several properties of an object. */
  | readonly ['assign', Path, Json]
  | readonly ['append', Path, readonly Json[]]
  /** Removes a number of elements of a list at an index and inserts others there. */
  | readonly ['splice', Path, number, number, readonly Json[]]
  /** Removes from a list elements that equal these, at the index if possible, otherwise anywhere. */
  | readonly ['take', Path, number, readonly Json[]]
  /** Moves the elements that equal these to the front of the list, in this order. */
  | readonly ['order', Path, readonly Json[]]
  /** Adds to a number. A missing value counts as 0. */
  | readonly ['add', Path, number]
  | readonly ['include', number, readonly Scalar[]]
  | readonly ['exclude', number, readonly Scalar[]]
  /** Keys and values of a map, alternating. */
  | readonly ['put', number, readonly Json[]]
  | readonly ['remove', number, readonly Scalar[]]
  | readonly ['clear', number];

/** A change that was made in memory. */
export interface RecordedChange {
  /** Undefined for a change of a part that was removed from the document before: there is nothing to store. */
  readonly operation: Operation | undefined;
  /** The approximate size of its JSON text in characters. */
  readonly size: number;
  /** Undoes the change, after all later changes were undone. Not for documents with several open transactions. */
  undo(): void;
}

export type Recorder = (change: RecordedChange) => void;

/** The same changes in fewer operations: consecutive operations of the same kind on one collection or list become one. */
export function coalesced(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length <= 1) return operations;
  const result: Operation[] = [];
  let values: Json[] = [];
  for (const operation of operations) {
    const last = result.at(-1);
    if (last === undefined || !isContinued(last, operation)) {
      values = mutableValues(operation);
      result.push(isGrowing(operation) ? ([operation[0], operation[1], values] as unknown as Operation) : operation);
      continue;
    }
    for (const value of (operation as GrowingOperation)[2]) values.push(value);
  }
  return result;
}

type GrowingOperation =
  | Extract<Operation, readonly ['include' | 'exclude' | 'remove', number, readonly Scalar[]]>
  | Extract<Operation, readonly ['put', ...unknown[]]>
  | Extract<Operation, readonly ['append', ...unknown[]]>;

const growing: readonly string[] = ['include', 'exclude', 'put', 'remove', 'append'];

const isGrowing = (operation: Operation): operation is GrowingOperation => growing.includes(operation[0]);

const mutableValues = (operation: Operation): Json[] => (isGrowing(operation) ? [...operation[2]] : []);

function isContinued(last: Operation, next: Operation): boolean {
  if (last[0] !== next[0] || !isGrowing(next)) return false;
  const [where, other] = [last[1], next[1]];
  if (typeof where === 'number' || typeof other === 'number') return where === other;
  return where.length === other.length && where.every((key, index) => key === other[index]);
}

/** Whether a change can be stored as a difference. Differences of integers are exact; others are not. */
export const isDifference = (before: unknown, value: unknown): value is number =>
  Number.isSafeInteger(value) && (before === undefined || Number.isSafeInteger(before));
