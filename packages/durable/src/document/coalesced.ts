import type { Json } from '../commit.ts';
import type { Operation, Scalar } from './operation.ts';

/** The same change in fewer operations: neighbours that do the same to one collection or list become one. */
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
