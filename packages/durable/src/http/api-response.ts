import { AttemptFencedError, RefusedError } from '../errors.ts';
import type { HttpCall, HttpResponse } from './http-client.ts';

/** Returns the response if its status is below 400 or accepted. @throws AttemptFencedError, RefusedError */
export function checked(call: HttpCall, response: HttpResponse, accepted: readonly number[]): HttpResponse {
  if (response.status < 400 || accepted.includes(response.status)) return response;
  const { type, message } = problemOf(response);
  const sentence = `${call.method} ${call.path} failed with ${response.status} ${type}: ${message}`;
  if (type === 'attempt-fenced') throw new AttemptFencedError(sentence);
  throw new RefusedError(sentence, { statusCode: response.status, type });
}

export const dataOf = <Data>({ body }: HttpResponse): Data =>
  (JSON.parse(body.toString('utf8')) as { data: Data }).data;

/** The error object of a response. */
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
    // A proxy in between may send anything.
  }
  return { type: 'unknown', message: `The API responded with ${status}: ${text.slice(0, 200)}` };
}
