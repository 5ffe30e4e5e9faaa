import type { Operation, Path } from '../document/operation.ts';

interface Numbered {
  readonly number: number;
  readonly path: Path;
}

/** The changes of a shared document that are not acknowledged yet, in the order in which they were made. */
export class PendingChanges {
  readonly #numbers = new Map<Operation, number>();
  /** Changes that were acknowledged before an earlier change, which is still pending. */
  #early: Numbered[] = [];
  #last = 0;

  [Symbol.iterator](): IterableIterator<Operation> {
    return this.#numbers.keys();
  }

  add(operation: Operation): void {
    this.#last += 1;
    this.#numbers.set(operation, this.#last);
  }

  forget(operations: readonly Operation[]): void {
    for (const operation of operations) this.#numbers.delete(operation);
  }

  /** Returns the paths where a later change was acknowledged earlier: the stored value there is not the latest change. */
  acknowledge(operations: readonly Operation[]): Path[] {
    const overtaken: Path[] = [];
    for (const operation of operations) {
      const path = pathOf(operation);
      const number = this.#numbers.get(operation);
      this.#numbers.delete(operation);
      if (path === undefined || number === undefined) continue;
      const isLate = this.#early.some((early) => early.number > number && overlap(early.path, path));
      if (isLate && !commuting.includes(operation[0])) overtaken.push(path);
      this.#early.push({ number, path });
    }
    const oldest = this.#numbers.values().next().value;
    this.#early = oldest === undefined ? [] : this.#early.filter(({ number }) => number > oldest);
    return overtaken;
  }

  /** Whether a pending change is at this path, inside of it, or around it. */
  touches(path: Path): boolean {
    for (const operation of this.#numbers.keys()) {
      if (overlap(pathOf(operation) ?? [], path)) return true;
    }
    return false;
  }
}

/** Operations whose order does not matter. */
const commuting: readonly string[] = ['add', 'append', 'take', 'order'];

const pathOf = (operation: Operation): Path | undefined =>
  typeof operation[1] === 'number' ? undefined : operation[1];

const overlap = (one: Path, other: Path): boolean =>
  one.length <= other.length ? one.every((key, index) => key === other[index]) : overlap(other, one);
