/** Errors, typed by what the caller must do. `code` is stable; messages may change. */

/** Another attempt of the run has become active. Nothing more can be written. The program should exit. */
export class AttemptFencedError extends Error {
  readonly code = 'attempt-fenced';
  override readonly name = 'AttemptFencedError';
}

/** The API will never accept the commit as it is. The state is as it was before the commit. */
export class CommitRejectedError extends Error {
  readonly code = 'commit-rejected';
  override readonly name = 'CommitRejectedError';
  /** The part that was not accepted, e.g. `items[0]`; undefined if the API names none. */
  readonly part: string | undefined;
  /** The API's error type, e.g. `request-handled-or-locked`. */
  readonly type: string;
  readonly statusCode: number;

  constructor(message: string, facts: { part: string | undefined; type: string; statusCode: number }) {
    super(message);
    this.part = facts.part;
    this.type = facts.type;
    this.statusCode = facts.statusCode;
  }
}

/** The stored state has a version or a format that this program cannot open. It was not changed. */
export class StateVersionError extends Error {
  readonly code = 'state-version';
  override readonly name = 'StateVersionError';
}

/** A value that was put into the state or into a commit is not JSON. Nothing was changed. */
export class NotJsonError extends Error {
  readonly code = 'not-json';
  override readonly name = 'NotJsonError';
}

/**
 * A commit has taken effect except for the `refused` parts, which the API refused after other parts had taken effect. Only
 * the journal can throw this: where commits are atomic, such a commit is rejected as a whole.
 */
export class CommitIncompleteError extends Error {
  readonly code = 'commit-incomplete';
  override readonly name = 'CommitIncompleteError';
  readonly refused: readonly { readonly part: string; readonly type: string; readonly message: string }[];

  constructor(refused: CommitIncompleteError['refused']) {
    const parts = refused.map(({ part, message }) => `${part}: ${message}`).join('; ');
    super(`The commit has taken effect, except for parts that the API refused afterwards: ${parts}`);
    this.refused = refused;
  }
}

/** The API will never accept this call as it is, for example the start of a child run. Nothing was changed. */
export class RefusedError extends Error {
  readonly code = 'refused';
  override readonly name = 'RefusedError';

  readonly statusCode: number;
  readonly type: string;

  constructor(message: string, facts: { statusCode: number; type: string }) {
    super(message);
    this.statusCode = facts.statusCode;
    this.type = facts.type;
  }
}
