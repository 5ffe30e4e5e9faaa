import type { Json } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import { StateVersionError } from '../errors.ts';
import { isPlainObject } from '../json.ts';

/** The only one so far. Fixtures of each are in `test/formats`, and are read for ever. */
export const stateFormat = 1;

/** Numbers of records: the first one, and the one after the last. */
export type NumberRange = readonly [from: number, to: number];

/** A snapshot of nothing has no chunks. */
export interface SnapshotName {
  readonly generation: number;
  readonly chunks: number;
}

/**
 * The record that a state is found by; it is put anew in each commit that changes the state. The state is what comes of
 * the operations in the chunks of the snapshot, then in the merged segments, the fresh segments, and the tail.
 */
export interface HeadRecord {
  readonly durable: {
    readonly format: typeof stateFormat;
    /** The version of the program's state, as given to `openState`. */
    readonly version: number;
    readonly snapshot: SnapshotName;
    readonly merged: NumberRange;
    readonly fresh: NumberRange;
    readonly tail: readonly Operation[];
    /** The generation of a snapshot that is being written; its chunks are of no use before a head names them. */
    readonly writing?: number;
    /** What no one needs any more, and may not be deleted yet. */
    readonly garbage?: Garbage;
  };
  /** The state as plain JSON, for people, when it is small. Never read back. That of others is in a record of its own. */
  readonly value?: Json;
}

export interface Garbage {
  readonly snapshot: SnapshotName;
  readonly merged: NumberRange;
}

export const chunkKey = (key: string, generation: number, index: number): string =>
  `${key}.durable.snapshot-${generation}-${index}`;
export const mergedKey = (key: string, index: number): string => `${key}.durable.merged-${index}`;
export const freshKey = (key: string, index: number): string => `${key}.durable.fresh-${index}`;
/** Of the copy for people of a state that is too large for its head. */
export const readableKey = (key: string): string => `${key}.durable.readable`;

/**
 * The head in a record; undefined when the record is no state of ours but plain JSON.
 * @throws StateVersionError for a format that this release does not know
 */
export function headOf(record: unknown, key: string): HeadRecord | undefined {
  if (!isPlainObject(record) || !isPlainObject(record.durable)) return undefined;
  const { format } = record.durable;
  if (format === stateFormat) return record as unknown as HeadRecord;
  throw new StateVersionError(
    `The state "${key}" is in format ${JSON.stringify(format)}; this release of @wherry/durable reads ${stateFormat}. ` +
      'It was left as it is. Use the release that wrote it, or a newer one.',
  );
}
