import type { ApiProblem } from '../api-answer.ts';
import { AttemptFencedError, CommitRejectedError } from '../errors.ts';

/** What the caller must do about an answer that is no success: end, or put the commit right. */
export function errorOf(statusCode: number, { type, message, data }: ApiProblem): Error {
  if (type === 'attempt-fenced') return new AttemptFencedError(message);
  const hint = statusCode === 413 ? ' Commit it in smaller parts.' : '';
  const part = typeof data?.part === 'string' ? data.part : undefined;
  return new CommitRejectedError(message + hint, { part, type, statusCode });
}
