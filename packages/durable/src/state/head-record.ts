import type { Json } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import { StateVersionError } from '../errors.ts';
import { isPlainObject } from '../json.ts';

/** The only format so far. Each released format has fixtures in `test/formats`, and later releases must read it. */
export const stateFormat = 1;

/** A range of record numbers, without `to`. */
export type NumberRange = readonly [from: number, to: number];

/** Names the chunks of a snapshot. An empty snapshot has none. */
export interface SnapshotName {
  readonly generation: number;
  readonly chunks: number;
}

/**
 * The record under the state's key. Each commit that changes the state writes it again. The state is the result of applying
 * the operations in the chunks of the snapshot, then those in the merged segments, the fresh segments and the tail.
 */
export interface HeadRecord {
  readonly durable: {
    readonly format: typeof stateFormat;
    /** The version that the program gave to `openState`. */
    readonly version: number;
    readonly snapshot: SnapshotName;
    readonly merged: NumberRange;
    readonly fresh: NumberRange;
    readonly tail: readonly Operation[];
    /** The generation of a snapshot that is being written. Its chunks are not part of the state until a head names them. */
    readonly writing?: number;
    /** Records that are no longer part of the state and are still to be deleted. */
    readonly garbage?: Garbage;
  };
  /** The state as plain JSON, for users, if it is small; otherwise a separate record has it. It is never read back. */
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
/** The key of the readable copy of a state that is too large to be in its head. */
export const readableKey = (key: string): string => `${key}.durable.readable`;

/**
 * The head in a record. Returns undefined if the record is plain JSON and not a state of this package.
 * @throws StateVersionError if the state has a format that this release does not know
 */
export function headOf(record: unknown, key: string): HeadRecord | undefined {
  if (!isPlainObject(record) || !isPlainObject(record.durable)) return undefined;
  const { format } = record.durable;
  if (format === stateFormat) return record as unknown as HeadRecord;
  throw new StateVersionError(
    `The state "${key}" is in format ${JSON.stringify(format)}; this release of @wherry/durable reads ${stateFormat}. ` +
      'It was not changed. Use the release that wrote it, or a newer one.',
  );
}
