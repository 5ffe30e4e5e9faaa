import type { Json } from '../commit.ts';
import { applyToTree, type TreeBox } from '../document/apply-operation.ts';
import { type Collections, isCollectionData, SetData } from '../document/collection-data.ts';
import type { Tree } from '../document/encoding.ts';
import type { Operation } from '../document/operation.ts';
import { setOwn } from '../json.ts';

export interface Readable {
  readonly root: Tree;
  readonly collections: Collections;
  /** Brings a copy of the tree up to the last acknowledged commit. */
  replayHeld(copy: TreeBox): void;
}

/** The state after `operations` as plain JSON. Returns undefined if it has more than about `maxSize` characters. */
export function readableValue(document: Readable, operations: readonly Operation[], maxSize: number): Json | undefined {
  const copy = new BoundedCopy(maxSize);
  const root = copy.plain(document.root, false);
  if (copy.size > maxSize) return undefined;
  const box: TreeBox = { root };
  document.replayHeld(box);
  for (const operation of operations) applyToTree(box, operation, document.collections);
  const expanded = new BoundedCopy(maxSize);
  const value = expanded.plain(box.root, true);
  return expanded.size > maxSize ? undefined : (value as Json);
}

/** Makes a copy, and stops as soon as the copy is too large. */
class BoundedCopy {
  size = 0;
  readonly #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** @param expand whether collections become lists and objects, or are kept */
  plain(value: unknown, expand: boolean): unknown {
    this.size += typeof value === 'string' ? value.length + 3 : 5;
    if (this.size > this.#maxSize || typeof value !== 'object' || value === null) return value;
    if (isCollectionData(value)) {
      if (!expand) return value;
      if (value.entries.size * 2 > this.#maxSize) {
        this.size = Number.POSITIVE_INFINITY;
        return undefined;
      }
      if (value instanceof SetData) return this.#list([...value.entries], expand);
      return this.#fields([...value.entries] as [string | number, Json][], expand);
    }
    return Array.isArray(value) ? this.#list(value, expand) : this.#fields(Object.entries(value), expand);
  }

  #list(list: readonly unknown[], expand: boolean): unknown[] {
    const copied: unknown[] = [];
    for (const item of list) {
      copied.push(this.plain(item, expand));
      if (this.size > this.#maxSize) break;
    }
    return copied;
  }

  #fields(entries: readonly (readonly [string | number, unknown])[], expand: boolean): object {
    const copied = {};
    for (const [key, value] of entries) {
      this.size += `${key}`.length;
      setOwn(copied, key, this.plain(value, expand));
      if (this.size > this.#maxSize) break;
    }
    return copied;
  }
}

const longestPause = 1024;

/** The readable copy in the head of a state, while it is small enough. */
export class HeadValue {
  /** Whether the last head had the copy. */
  isPresent = true;
  readonly #maxSize: number;
  /** For how many more commits the size is not measured: measuring a larger tree costs more. */
  #commitsToSkip = 0;
  #pause = 1;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** The state after the operations. A state that was too large usually stays so: it is measured less and less often. */
  after(document: Readable, operations: readonly Operation[]): Json | undefined {
    if (this.#commitsToSkip > 0) {
      this.#commitsToSkip -= 1;
      return undefined;
    }
    const value = readableValue(document, operations, this.#maxSize);
    this.isPresent = value !== undefined;
    this.#pause = this.isPresent ? 1 : Math.min(2 * this.#pause, longestPause);
    this.#commitsToSkip = this.#pause - 1;
    return value;
  }
}
