import type { Backend } from '../backend.ts';
import type { Json } from '../commit.ts';

import type { Operation } from '../document/operation.ts';
import { chunkKey, freshKey, type HeadRecord, headOf, mergedKey, type NumberRange } from './head-record.ts';
import { defaultLimits } from './limits.ts';
import type { LogPosition } from './operation-log.ts';
import { readableValue } from './readable-value.ts';
import { StoredDocument } from './stored-document.ts';

type Reader = Pick<Backend, 'readRecord'>;

/** How many records are read at once. */
const parallelReads = 6;

/** Reads all that the head names into the document. Resolves with the size of the snapshot in characters. */
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
  document.restore(head, log);
  return total(0, snapshot.chunks);
}

const numbers = ([from, to]: NumberRange): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** Yields the records in the order of the keys, and reads several at a time. */
async function* readAhead(backend: Reader, keys: readonly string[]): AsyncGenerator<string> {
  const reading: Promise<string | undefined>[] = [];
  let next = 0;
  try {
    while (next < keys.length || reading.length > 0) {
      while (next < keys.length && reading.length < parallelReads) reading.push(backend.readRecord(keys[next++]!));
      const text = await reading.shift()!;
      if (text === undefined) throw new Error(`The record ${keys[next - reading.length - 1]} of the state is missing.`);
      yield text;
    }
  } finally {
    await Promise.allSettled(reading);
  }
}

/**
 * Reads a state of any size as plain JSON from outside of its run, for example after the run has finished. It changes
 * nothing. Sets become lists, maps become objects.
 *
 * @param read returns the record with a key of the run's key-value store, parsed; undefined if there is none
 * @returns undefined if there is no state with that key
 * @throws StateVersionError if the state has a format that this release does not know
 * @throws Error if a record of the state is missing
 */
export async function readStoredState(
  key: string,
  read: (key: string) => Promise<Json | undefined>,
): Promise<Json | undefined> {
  const head = headOf(await read(key), key);
  if (head === undefined) return undefined;
  const document = new StoredDocument(key, head.durable.version, defaultLimits);
  const backend: Pick<Backend, 'readRecord'> = {
    async readRecord(name) {
      const record = await read(name);
      return record === undefined ? undefined : JSON.stringify(record);
    },
  };
  await recover(backend, document, head);
  return readableValue(document, [], Number.POSITIVE_INFINITY);
}
