import type { Backend } from '../backend.ts';
import type { CollectionData } from '../document/collection-data.ts';
import { encode } from '../document/encoding.ts';
import type { Operation } from '../document/operation.ts';
import { chunkKey, freshKey, type HeadRecord, mergedKey, type NumberRange } from './head-record.ts';
import type { LogPosition } from './operation-log.ts';
import type { StoredDocument } from './stored-document.ts';

type Reader = Pick<Backend, 'readRecord'>;

/** How many records are asked for at once. */
const parallelReads = 6;

/** Brings the document to what the head says. Answers the size of the snapshot in characters. */
export async function recover(backend: Reader, document: StoredDocument, head: HeadRecord): Promise<number> {
  const { key } = document;
  const { snapshot, merged, fresh, tail } = head.durable;
  const keys = [
    ...numbers([0, snapshot.chunks]).map((index) => chunkKey(key, snapshot.generation, index)),
    ...numbers(merged).map((index) => mergedKey(key, index)),
    ...numbers(fresh).map((index) => freshKey(key, index)),
  ];
  const sizes: number[] = [];
  const freshOperations: (readonly Operation[])[] = [];
  const firstFresh = keys.length - (fresh[1] - fresh[0]);
  for await (const text of readAhead(backend, keys)) {
    const operations = JSON.parse(text) as Operation[];
    if (sizes.length >= firstFresh) freshOperations.push(operations);
    sizes.push(text.length);
    for (const operation of operations) document.apply(operation);
  }
  for (const operation of tail) document.apply(operation);
  const total = (from: number, to: number) => sizes.slice(from, to).reduce((sum, size) => sum + size, 0);
  const log: LogPosition = {
    merged,
    fresh,
    freshOperations,
    tail,
    freshSize: total(firstFresh, keys.length),
    tailSize: JSON.stringify(tail).length,
    size: total(snapshot.chunks, keys.length),
  };
  document.recovered(head, log);
  const used = new Set<CollectionData>();
  encode(document.box.root, used);
  document.collections.sweep(used, document.collections.lastId);
  return total(0, snapshot.chunks);
}

const numbers = ([from, to]: NumberRange): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** The records in the order of the keys, several of them on their way at a time. */
async function* readAhead(backend: Reader, keys: readonly string[]): AsyncGenerator<string> {
  const reading: Promise<string | undefined>[] = [];
  let next = 0;
  try {
    while (next < keys.length || reading.length > 0) {
      while (next < keys.length && reading.length < parallelReads) reading.push(backend.readRecord(keys[next++]!));
      const text = await reading.shift()!;
      if (text === undefined) throw new Error(`the record ${keys[next - reading.length - 1]} of the state is missing`);
      yield text;
    }
  } finally {
    await Promise.allSettled(reading);
  }
}
