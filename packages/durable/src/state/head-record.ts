import type { Json } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import { StateVersionError } from '../errors.ts';
import { isPlainObject } from '../json.ts';

/** The only one so far. Fixtures of each are in `test/formats`, and are read for ever. */
export const stateFormat = 1;

/**
 * The record that a state is found by; it is put anew in each commit that changes the state. What it names is the whole
 * state: the chunks of the snapshot, then the segments in their order, then the tail.
 */
export interface HeadRecord {
  readonly durable: {
    readonly format: typeof stateFormat;
    /** The version of the program's state, as given to `openState`. */
    readonly version: number;
    readonly tail: readonly Operation[];
  };
  /** The state as plain JSON, for people, when it is small. Never read back. */
  readonly value?: Json;
}

/**
 * The head in a record's text; undefined when the record is no state of ours but plain JSON.
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
