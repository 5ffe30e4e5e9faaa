import { AttemptFencedError, RefusedError } from './errors.ts';
import type { HttpAnswer, HttpCall } from './http-client.ts';

/** @throws AttemptFencedError, RefusedError */
export function checked(call: HttpCall, answer: HttpAnswer, accepted: readonly number[]): HttpAnswer {
  if (answer.status < 400 || accepted.includes(answer.status)) return answer;
  const { type, message } = problemOf(answer);
  const sentence = `${call.method} ${call.path} was answered ${answer.status} ${type}: ${message}`;
  if (type === 'attempt-fenced') throw new AttemptFencedError(sentence);
  throw new RefusedError(sentence, { statusCode: answer.status, type });
}

export const dataOf = <Data>({ body }: HttpAnswer): Data => (JSON.parse(body.toString('utf8')) as { data: Data }).data;

/** The error object of an answer. */
export interface ApiProblem {
  readonly type: string;
  readonly message: string;
  readonly data?: { readonly [field: string]: unknown };
}

export function problemOf({ body, status }: HttpAnswer): ApiProblem {
  const text = body.toString('utf8');
  try {
    const { error } = JSON.parse(text) as { error: ApiProblem };
    if (typeof error?.type === 'string') return error;
  } catch {
    // A proxy in between answers whatever it likes.
  }
  return { type: 'unknown', message: `The API answered ${status}: ${text.slice(0, 200)}` };
}
