/**
 * The operations since the snapshot. New ones go to the tail, which is in the head; a tail that has grown becomes a fresh
 * segment, and the fresh segments become a merged one. Each move is in the commit that makes it needed, so a head always
 * names what is there; and a head has the same size however long the log is.
 */
import type { CommitParts, Json, RecordPart } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import { freshKey, mergedKey, type NumberRange } from './head-record.ts';
import type { StateLimits } from './limits.ts';

export interface LogPosition {
  readonly merged: NumberRange;
  readonly fresh: NumberRange;
  /** The content of the fresh segments, to be merged without reading them back. */
  readonly freshOperations: readonly (readonly Operation[])[];
  readonly freshSize: number;
  readonly tail: readonly Operation[];
  readonly tailSize: number;
  /** Of all segments, in characters. */
  readonly size: number;
}

export const emptyLog: LogPosition = {
  merged: [0, 0],
  fresh: [0, 0],
  freshOperations: [],
  freshSize: 0,
  tail: [],
  tailSize: 0,
  size: 0,
};

export interface LogStep {
  readonly position: LogPosition;
  readonly records: CommitParts['records'];
}

interface Appending {
  readonly log: LogPosition;
  readonly operations: readonly Operation[];
  /** Whether all of it is to be in merged segments afterwards, so that a snapshot can take their place. */
  readonly close: boolean;
}

/** The log with operations at its end. */
export function appended(key: string, { log, operations, close }: Appending, limits: StateLimits): LogStep {
  const tail = [...log.tail, ...operations];
  const tailSize = log.tailSize + operations.reduce((sum, operation) => sum + JSON.stringify(operation).length + 1, 0);
  const grown = { ...log, tail, tailSize };
  if (close) return merged(key, grown);
  if (tailSize <= limits.maxTailSize) return { position: grown, records: [] };
  return log.freshSize + tailSize < limits.maxFreshSize ? segmented(key, grown) : merged(key, grown);
}

function segmented(key: string, log: LogPosition): LogStep {
  const [from, to] = log.fresh;
  return {
    position: {
      ...log,
      fresh: [from, to + 1],
      freshOperations: [...log.freshOperations, log.tail],
      freshSize: log.freshSize + log.tailSize,
      tail: [],
      tailSize: 0,
      size: log.size + log.tailSize,
    },
    records: [recordOf(freshKey(key, to), log.tail)],
  };
}

function merged(key: string, log: LogPosition): LogStep {
  const operations = [...log.freshOperations.flat(1), ...log.tail] as Operation[];
  if (operations.length === 0) return { position: log, records: [] };
  const [from, to] = log.merged;
  const [firstFresh, endFresh] = log.fresh;
  const records: RecordPart[] = [recordOf(mergedKey(key, to), operations)];
  for (let index = firstFresh; index < endFresh; index += 1) {
    records.push({ key: freshKey(key, index), deleted: true });
  }
  return {
    position: {
      merged: [from, to + 1],
      fresh: [endFresh, endFresh],
      freshOperations: [],
      freshSize: 0,
      tail: [],
      tailSize: 0,
      size: log.size + log.tailSize,
    },
    records,
  };
}

/** No log any more. What its fresh segments are stored in is deleted at once, the merged ones are left as garbage. */
export function emptied(key: string, { merged, fresh }: LogPosition): LogStep {
  const records: RecordPart[] = [];
  for (let index = fresh[0]; index < fresh[1]; index += 1) records.push({ key: freshKey(key, index), deleted: true });
  return { position: { ...emptyLog, merged: [merged[1], merged[1]], fresh: [fresh[1], fresh[1]] }, records };
}

const recordOf = (key: string, operations: readonly Operation[]): RecordPart => ({
  key,
  value: operations as unknown as Json,
});

/** The log without its merged segments before `index`, which a snapshot has taken the place of. */
export const cutBefore = (log: LogPosition, index: number, cutSize: number): LogPosition => ({
  ...log,
  merged: [index, log.merged[1]],
  size: log.size - cutSize,
});
