/** What a run produced, in one form for all kinds of results: values, each in a group. */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from './json.ts';

/** `outside`: requests to servers other than the platform. A `record` that is not JSON is represented by its digest. */
export type EntryKind = 'item' | 'record' | 'handled' | 'charge' | 'child' | 'outside';

/** Everything of one kind in one place: the items of a dataset, a record, the handled requests of a queue. */
export interface Group {
  readonly kind: EntryKind;
  /** The name of the storage, or of the record; `default` for the run's own. */
  readonly place: string;
  readonly values: readonly Json[];
}

export interface Outcome {
  readonly status: string;
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** By `groupKey`. */
  readonly groups: ReadonlyMap<string, Group>;
}

const groupKey = (kind: EntryKind, place: string): string => `${kind}/${place}`;

export function groupsOf(groups: readonly Group[]): ReadonlyMap<string, Group> {
  return new Map(groups.map((group) => [groupKey(group.kind, group.place), group]));
}

/** A request to the outside. The query is parsed, so that one parameter, such as a time, can be ignored alone. */
export interface OutsideRequest extends JsonObject {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: JsonObject;
  /** A digest of the body; empty without one. */
  readonly body: string;
  /** The header Idempotency-Key; empty without one. */
  readonly key: string;
  /** It changes nothing on the server: by its HTTP method, or because the author declared its path with `--reads`. */
  readonly reads: boolean;
}

export const outsideText = ({ method, host, path, query }: OutsideRequest): string => {
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return `${method} ${host}${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
};

/**
 * Whether sending it twice has the same effect as once: HTTP defines so for all methods but these, and so does a key.
 */
export const isRepeatable = ({ method, key, reads }: OutsideRequest): boolean =>
  reads || (method !== 'POST' && method !== 'PATCH') || key !== '';

export const methodReads = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS', 'CONNECT'].includes(method);

/** Represents bytes that are compared, but not shown. */
export const digestOf = (bytes: Buffer | string): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);
