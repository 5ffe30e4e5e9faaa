/**
 * The outcome of reading a response.
 *
 * [outcome-1] `found` holds only what the response says. A response that says nothing is a failure.
 * [outcome-2] A failure names one reason, with the site's own code if there was one.
 * [outcome-3] If a required value is absent or cannot be read, the outcome is `changed`, with its path. An optional value that
 *     is absent is null. If it is present but cannot be read, it is null too, and its path is in `unread`.
 */
export type Outcome<T> = Found<T> | Failure;

export interface Found<T> {
  readonly kind: 'found';
  readonly value: T;
  /** The paths of fields that are null because they could not be read [outcome-3]. */
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
  'withheld',
  'changed',
] as const;

export type FailureKind = (typeof failureKinds)[number];

/**
 * `unavailable`: the site itself failed (5xx). `incomplete`: the response is cut off, or begins like JSON and is not JSON.
 */
export type Failure = PlainFailure | PathFailure;

export interface PlainFailure {
  readonly kind: Exclude<FailureKind, PathFailure['kind']>;
  /** The site's own code; null if the failure was recognised otherwise. */
  readonly code: number | null;
  readonly message: string;
}

/**
 * `changed`: the response has a form that this program does not know. `withheld`: a page of a known form came without the data
 * that it shows, as TikTok sends it to some visitors.
 */
export interface PathFailure {
  readonly kind: 'changed' | 'withheld';
  /** The path that is missing, cannot be read, or is unknown. */
  readonly path: string;
  readonly code: number | null;
  readonly message: string;
}

export const failed = (kind: PlainFailure['kind'], message: string, code: number | null = null): PlainFailure => ({
  kind,
  code,
  message,
});

export const changed = (path: string, code: number | null = null, message = `cannot read ${path}`): PathFailure => ({
  kind: 'changed',
  path,
  code,
  message,
});

export const withheld = (path: string): PathFailure => ({
  kind: 'withheld',
  path,
  code: null,
  message: 'the page came without its data, as TikTok sends it to visitors that it does not know',
});

/**
 * What may help: to `wait` and retry, to retry from a `new_session` (another address, new cookies), to `report` it to the
 * maintainers of the program, or `nothing`.
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
  withheld: 'new_session',
  changed: 'report',
};

export const remedyOf = (kind: FailureKind): Remedy => remedies[kind];
