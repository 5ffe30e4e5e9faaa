import { AttemptFencedError, RefusedError } from './errors.ts';
import type { HttpAnswer, HttpCall } from './http-client.ts';

/** @throws AttemptFencedError, RefusedError */
export function checked(call: HttpCall, answer: HttpAnswer, accepted: readonly number[]): HttpAnswer {
  if (answer.status < 400 || accepted.includes(answer.status)) return answer;
  const { type, message } = errorOf(answer);
  const sentence = `${call.method} ${call.path} was answered ${answer.status} ${type}: ${message}`;
  if (type === 'attempt-fenced') throw new AttemptFencedError(sentence);
  throw new RefusedError(sentence, { statusCode: answer.status, type });
}

export const dataOf = <Data>({ body }: HttpAnswer): Data => (JSON.parse(body.toString('utf8')) as { data: Data }).data;

/** The error object of an answer. */
export function errorOf({ body }: HttpAnswer): { type: string; message: string } {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: { type?: string; message?: string } };
    return { type: error?.type ?? 'unknown', message: error?.message ?? '' };
  } catch {
    return { type: 'unknown', message: body.toString('utf8').slice(0, 200) };
  }
}
