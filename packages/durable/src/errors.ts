/** Errors by what the caller must do. `code` is stable; messages may change. */

/** Another attempt of the run has taken over. Nothing more can be written; the program should end. */
export class AttemptFencedError extends Error {
  readonly code = 'attempt-fenced';
  override readonly name = 'AttemptFencedError';
}

/** A commit can never be accepted as it is. The state is as it was before. */
export class CommitRejectedError extends Error {
  readonly code = 'commit-rejected';
  override readonly name = 'CommitRejectedError';
  /** The part at fault, e.g. `items[0]`; undefined when the API names none. */
  readonly part: string | undefined;
  /** The API's own code, e.g. `request-handled-or-locked`. */
  readonly type: string;
  readonly statusCode: number;

  constructor(message: string, facts: { part: string | undefined; type: string; statusCode: number }) {
    super(message);
    this.part = facts.part;
    this.type = facts.type;
    this.statusCode = facts.statusCode;
  }
}

/** The stored state is of a newer version, or of a newer format, than this program knows. It was left untouched. */
export class StateVersionError extends Error {
  readonly code = 'state-version';
  override readonly name = 'StateVersionError';
}

/** What was put into the state, or into a commit, is not JSON. Nothing was changed. */
export class NotJsonError extends Error {
  readonly code = 'not-json';
  override readonly name = 'NotJsonError';
}

/**
 * A commit stands, but for the parts it names, which the API refused after others had taken effect. The journal alone
 * can come to this: where commits are atomic, such a commit is rejected whole.
 */
export class CommitIncompleteError extends Error {
  readonly code = 'commit-incomplete';
  override readonly name = 'CommitIncompleteError';
  readonly refused: readonly { readonly part: string; readonly type: string; readonly message: string }[];

  constructor(refused: CommitIncompleteError['refused']) {
    const parts = refused.map(({ part, message }) => `${part}: ${message}`).join('; ');
    super(`The commit stands, but without what was refused after the rest had taken effect: ${parts}`);
    this.refused = refused;
  }
}

/** The API will never accept this call as it is, such as the start of a child run. It changed nothing. */
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
