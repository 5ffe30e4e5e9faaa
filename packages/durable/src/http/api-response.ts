import { AttemptFencedError, RefusedError } from '../errors.ts';
import type { HttpCall, HttpResponse } from './http-client.ts';

/** @throws AttemptFencedError, RefusedError */
export function checked(call: HttpCall, response: HttpResponse, accepted: readonly number[]): HttpResponse {
  if (response.status < 400 || accepted.includes(response.status)) return response;
  const { type, message } = problemOf(response);
  const sentence = `${call.method} ${call.path} was answered ${response.status} ${type}: ${message}`;
  if (type === 'attempt-fenced') throw new AttemptFencedError(sentence);
  throw new RefusedError(sentence, { statusCode: response.status, type });
}

export const dataOf = <Data>({ body }: HttpResponse): Data =>
  (JSON.parse(body.toString('utf8')) as { data: Data }).data;

/** The error object of an response. */
export interface ApiProblem {
  readonly type: string;
  readonly message: string;
  readonly data?: { readonly [field: string]: unknown };
}

export function problemOf({ body, status }: HttpResponse): ApiProblem {
  const text = body.toString('utf8');
  try {
    const { error } = JSON.parse(text) as { error: ApiProblem };
    if (typeof error?.type === 'string') return error;
  } catch {
    // A proxy in between answers whatever it likes.
  }
  return { type: 'unknown', message: `The API answered ${status}: ${text.slice(0, 200)}` };
}
