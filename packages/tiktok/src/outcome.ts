/**
 * What comes of reading an answer.
 *
 * [outcome-1] `found` holds what the answer says and nothing else; an answer that says nothing is a failure.
 * [outcome-2] a failure names one reason, with the site's own code where it gave one.
 * [outcome-3] what must be there and is not, or cannot be read, makes the answer `changed`, with the path. What may be absent is
 *     null; when it is there but cannot be read it is null too, and its path is in `unread`.
 */
export type Outcome<T> = Found<T> | Failure;

export interface Found<T> {
  readonly kind: 'found';
  readonly value: T;
  /** [outcome-3] paths of fields that are null because they could not be read. */
  readonly unread: readonly string[];
}

export const failureKinds = [
  'not_found',
  'private',
  'removed',
  'geo_blocked',
  'login_required',
  'captcha',
  'blocked',
  'rate_limited',
  'unavailable',
  'incomplete',
  'changed',
] as const;

export type FailureKind = (typeof failureKinds)[number];

/**
 * `unavailable`: the site itself failed (5xx). `incomplete`: the answer ends early, or is not the JSON that it begins as.
 */
export type Failure = PlainFailure | Changed;

export interface PlainFailure {
  readonly kind: Exclude<FailureKind, 'changed'>;
  /** The site's own code; null when the failure shows otherwise. */
  readonly code: number | null;
  readonly message: string;
}

/** The site says something that this program does not know yet. */
export interface Changed {
  readonly kind: 'changed';
  /** What is missing, cannot be read, or is not known. */
  readonly path: string;
  readonly code: number | null;
  readonly message: string;
}

export const failed = (kind: PlainFailure['kind'], message: string, code: number | null = null): PlainFailure => ({
  kind,
  code,
  message,
});

export const changed = (path: string, code: number | null = null, message = `cannot read ${path}`): Changed => ({
  kind: 'changed',
  path,
  code,
  message,
});

/**
 * What may help: to `wait` and ask again, to ask from a `new_session` (another address, fresh cookies), to `report` it to
 * whoever maintains the program, or `nothing`.
 */
export type Remedy = 'wait' | 'new_session' | 'report' | 'nothing';

const remedies: Record<FailureKind, Remedy> = {
  not_found: 'nothing',
  private: 'nothing',
  removed: 'nothing',
  geo_blocked: 'nothing',
  login_required: 'nothing',
  captcha: 'new_session',
  blocked: 'new_session',
  rate_limited: 'wait',
  unavailable: 'wait',
  incomplete: 'wait',
  changed: 'report',
};

export const remedyOf = (kind: FailureKind): Remedy => remedies[kind];
