import { type Copied, Copier } from '../json.ts';
import { type CollectionData, type Collections, type MapData, SetData } from './collection-data.ts';
import { DurableMap } from './durable-map.ts';
import { DurableSet } from './durable-set.ts';
import type { Tree } from './encoding.ts';
import type { Operation } from './operation.ts';

/** A copy of a value for a document, with the operations that fill the collections in it. */
export interface StateCopy extends Copied<Tree> {
  readonly fills: readonly Operation[];
}

/**
 * Makes a deep copy for a document. Each collection in it becomes a new collection of the document with the same content,
 * except those that are `kept`.
 * @throws NotJsonError
 */
export function copyForState(
  value: unknown,
  where: string,
  collections: Collections | undefined,
  { kept, depth }: { kept?: (data: CollectionData) => boolean; depth?: number } = {},
): StateCopy {
  const fills: Operation[] = [];
  const copySpecial = (special: object) => {
    if (collections === undefined) return undefined;
    if (!(special instanceof DurableSet || special instanceof DurableMap)) return undefined;
    if (kept?.(special.data) === true) return { value: special.data, size: 0 };
    const { data, fill, size } = copyCollection(special.data, collections);
    if (fill !== undefined) fills.push(fill);
    return { value: data, size };
  };
  const copier = new Copier(where, copySpecial, depth);
  return { value: copier.copy(value), size: copier.size, fills };
}

const sizePerEntry = 24;

function copyCollection(original: CollectionData, collections: Collections) {
  const size = original.entries.size * sizePerEntry;
  if (original instanceof SetData) {
    const data = collections.create('set') as SetData;
    data.entries = new Set(original.entries);
    const fill: Operation = ['include', data.id, [...data.entries]];
    return { data, size, fill: data.entries.size > 0 ? fill : undefined };
  }
  const data = collections.create('map') as MapData;
  data.entries = new Map(original.entries);
  const fill: Operation = ['put', data.id, [...data.entries].flat(1)];
  return { data, size, fill: data.entries.size > 0 ? fill : undefined };
}
