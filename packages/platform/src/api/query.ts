import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';

export type Query = Record<string, string | undefined>;

/**
 * The parameters of the URL. A parameter that is given several times becomes a list separated by commas. Do not read
 * `request.query` elsewhere: it may have an array where a string is expected.
 */
export function queryOf(request: FastifyRequest): Query {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));
}

/** The elements of a list parameter. Undefined when it is missing or empty. */
export function listOf(query: Query, name: string): string[] | undefined {
  const text = query[name];
  return text === undefined || text === '' ? undefined : text.split(',').map((each) => each.trim());
}

/** `limit` is reduced to `maxLimit`: as on Apify, a larger one is not an error. */
export function pagingOf(query: Query, maxLimit = 1000): Paging {
  return {
    offset: integerOf(query, 'offset', 0) ?? 0,
    limit: Math.min(integerOf(query, 'limit', 0) ?? maxLimit, maxLimit) || maxLimit,
    desc: booleanOf(query, 'desc') ?? false,
  };
}

export function integerOf(query: Query, name: string, minimum: number): number | undefined {
  const number = numberOf(query, name, minimum);
  if (number !== undefined && !Number.isSafeInteger(number)) throw notANumber(name, query[name], minimum);
  return number;
}

export function numberOf(query: Query, name: string, minimum: number): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < minimum) throw notANumber(name, text, minimum);
  return number;
}

const notANumber = (name: string, text: string | undefined, minimum: number) =>
  invalidInput(`The parameter "${name}" must be a whole number of at least ${minimum}, but is "${text}".`);

/** Accepts `true` and `1`, `false` and `0`, as Apify does. */
export function booleanOf(query: Query, name: string): boolean | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw invalidInput(`The parameter "${name}" must be "true" or "false", but is "${text}".`);
}

/** @throws Refusal 400 `invalid-input` for a value that is not among the known ones */
export function choiceOf<Choice extends string>(
  query: Query,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw invalidInput(`The parameter "${name}" must be one of ${choices.join(', ')}, but is "${text}".`);
}

/** In ms since 1970. */
export function timeOf(query: Query, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw invalidInput(`The parameter "${name}" must be a date such as 2026-01-31T12:00:00.000Z, but is "${text}".`);
}

/** As on Apify, a larger value is not an error. */
const maxWaitSecs = 60;

/** How long a response may wait for the end of a run or a build, in ms. */
export const waitMsOf = (query: Query): number =>
  Math.min(numberOf(query, 'waitForFinish', 0) ?? 0, maxWaitSecs) * 1000;
