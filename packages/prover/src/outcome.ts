/** What a run gave, in one form for everything: entries, each at a place. */
import type { Json, JsonObject } from './json.ts';

/** `outside` is what the run asked of others; `record` values of another type than JSON are told by their digest. */
export type EntryKind = 'item' | 'record' | 'handled' | 'charge' | 'child' | 'outside';

/** Everything of one kind at one place: the items of a dataset, a record, the handled requests of a queue. */
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

/** A request to the outside. The query is taken apart, so that a time in it can be set aside alone. */
export interface OutsideRequest extends JsonObject {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: JsonObject;
  /** A digest of the body; empty without one. */
  readonly body: string;
  /** The header Idempotency-Key; empty without one. */
  readonly key: string;
  /** It leaves nothing at who is asked: HTTP says so of its method, or the author of its path. */
  readonly reads: boolean;
}

export const outsideText = ({ method, host, path, query }: OutsideRequest): string => {
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return `${method} ${host}${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
};

/** Asking twice changes nothing at who is asked: HTTP says so of these methods, and a key makes any method such. */
export const isRepeatable = ({ method, key, reads }: OutsideRequest): boolean =>
  reads || (method !== 'POST' && method !== 'PATCH') || key !== '';

export const methodReads = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS', 'CONNECT'].includes(method);
