import { invalidInput } from '../refusal.ts';
import type { Query } from './query.ts';

/** Apify's list envelope. `total` counts all that match, `count` those in this page. */
export interface Page<Item> {
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly desc: boolean;
  readonly count: number;
  readonly items: readonly Item[];
}

export interface Paging {
  readonly offset: number;
  readonly limit: number;
  readonly desc: boolean;
}

export function pageOf<Item>(paging: Paging, total: number, items: readonly Item[]): Page<Item> {
  return { total, ...paging, count: items.length, items };
}

/** `limit` is at most `maxLimit`, as on Apify, where asking for more is not an error. */
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

/** Apify takes `true` and `1`, `false` and `0`. */
export function booleanOf(query: Query, name: string): boolean | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw invalidInput(`The parameter "${name}" must be "true" or "false", but is "${text}".`);
}
