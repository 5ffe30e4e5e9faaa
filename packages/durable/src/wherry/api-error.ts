import { AttemptFencedError, CommitRejectedError } from '../errors.ts';

/** The error object of an answer. */
export interface ApiError {
  readonly type: string;
  readonly message: string;
  readonly data?: { readonly [field: string]: unknown };
}

/** What the caller must do about an answer that is no success: end, or put the commit right. */
export function errorOf(statusCode: number, { type, message, data }: ApiError): Error {
  if (type === 'attempt-fenced') return new AttemptFencedError(message);
  const hint = statusCode === 413 ? ' Commit it in smaller parts.' : '';
  const part = typeof data?.part === 'string' ? data.part : undefined;
  return new CommitRejectedError(message + hint, { part, type, statusCode });
}
