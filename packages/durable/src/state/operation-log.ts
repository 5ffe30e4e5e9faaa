/**
 * The operations since the snapshot. New operations go to the tail, which is in the head. A tail that grows too long becomes
 * a fresh segment, and several fresh segments become a merged one. The commit that makes this necessary also does it, so a
 * head names only what exists [document-2], and has the same size however long the log is.
 */
import type { CommitParts, Json, RecordPart } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import { freshKey, mergedKey, type NumberRange } from './head-record.ts';
import type { StateLimits } from './limits.ts';

export interface LogPosition {
  readonly merged: NumberRange;
  readonly fresh: NumberRange;
  /** The content of the fresh segments, so that they can be merged without being read back. */
  readonly freshOperations: readonly (readonly Operation[])[];
  readonly freshSize: number;
  readonly tail: readonly Operation[];
  readonly tailSize: number;
  /** The size of all segments in characters. */
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
  /** Whether the whole log is to be in merged segments afterwards, so that a snapshot can replace them. */
  readonly close: boolean;
}

/** Appends operations to the log. */
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

/** Empties the log. The records of its fresh segments are deleted in the same commit; the merged ones become garbage. */
export function emptied(key: string, { merged, fresh }: LogPosition): LogStep {
  const records: RecordPart[] = [];
  for (let index = fresh[0]; index < fresh[1]; index += 1) records.push({ key: freshKey(key, index), deleted: true });
  return { position: { ...emptyLog, merged: [merged[1], merged[1]], fresh: [fresh[1], fresh[1]] }, records };
}

const recordOf = (key: string, operations: readonly Operation[]): RecordPart => ({
  key,
  value: operations as unknown as Json,
});

/** The log without its merged segments before `index`, which a snapshot has replaced. */
export const cutBefore = (log: LogPosition, index: number, cutSize: number): LogPosition => ({
  ...log,
  merged: [index, log.merged[1]],
  size: log.size - cutSize,
});
