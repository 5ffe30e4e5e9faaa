import { expect } from 'vitest';
import * as tiktok from '../src/index.ts';

/** What holds of every outcome. */
export function check(outcome: tiktok.Outcome<unknown>): void {
  if (outcome.kind !== 'found') {
    expect(tiktok.failureKinds).toContain(outcome.kind);
    expect(typeof outcome.message).toBe('string');
    expect(outcome.kind === 'changed' ? typeof outcome.path : 'string').toBe('string');
    return;
  }
  // One assertion for all values: a record has many, and is checked for each of its mangled forms.
  expect(wrongIn('value', outcome.value)).toEqual([]);
}

const idFields = /^(id|musicId|videoId|cid|uid|productId|sellerId|reviewId|roomId|repliesToId|clipId)$/;
const countFields = /(Count|Total)$|^(fans|following|friends|heart|video|digg|total)$/;

/** Ids are texts of digits, counts are exact whole numbers, times are ISO, and no value is undefined or odd. */
function wrongIn(name: string, value: unknown): string[] {
  if (value === null) return [];
  const inside =
    typeof value === 'object'
      ? Object.entries(value).flatMap(([key, each]) => wrongIn(Array.isArray(value) ? '' : key, each))
      : [];
  return isRight(name, value) ? inside : [...inside, `${name}: ${String(value)}`];
}

function isRight(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'number' && !Number.isFinite(value)) return false;
  if (idFields.test(name)) return typeof value === 'string' && /^\d{1,20}$/.test(value) && value !== '0';
  if (countFields.test(name)) return Number.isSafeInteger(value) && (value as number) >= 0;
  if (name === 'createTime') return (value as number) > 0;
  if (!name.endsWith('ISO')) return true;
  const time = new Date(value as string);
  return time.getTime() > 0 && time.toISOString() === value;
}
