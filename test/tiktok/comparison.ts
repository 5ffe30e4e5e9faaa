import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { StoredItem } from './actor-runs.ts';

export interface Expected {
  /** Each once, in any order. */
  readonly items: readonly StoredItem[];
  readonly failed: readonly { readonly input: string; readonly errorCode: string }[];
}

/** The items of a dataset are what the site says, field by field, each once, and each failure is told. */
export function expectResults(stored: readonly StoredItem[], expected: Expected): void {
  const [failed, items] = [stored.filter(isFailed), stored.filter((item) => !isFailed(item))];
  expectSame(sorted(failed.map(({ input, errorCode }) => ({ input, errorCode }))), sorted(expected.failed));
  expectSame(sorted(items), sorted(expected.items));
}

const isFailed = ({ type }: StoredItem): boolean => type === 'failed';

/** Through JSON, as a dataset keeps them. */
function sorted(items: readonly object[]): unknown[] {
  const texts = items.map((item) => JSON.stringify(canonical(item)));
  return texts.sort().map((text) => JSON.parse(text) as unknown);
}

/** The order of fields says nothing. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  );
}

/** As `toEqual`, which takes many times as long, and says what differs. */
function expectSame(actual: readonly unknown[], truth: readonly unknown[]): void {
  if (isDeepStrictEqual(actual, truth)) return;
  const other = actual.findIndex((each, index) => !isDeepStrictEqual(each, truth[index]));
  expect({ count: actual.length, first: actual[other] }).toEqual({ count: truth.length, first: truth[other] });
  expect(actual).toEqual(truth);
}
