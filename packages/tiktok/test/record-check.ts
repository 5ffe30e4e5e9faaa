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
  checkValue('value', outcome.value);
}

const idFields = /^(id|musicId|videoId|cid|uid|productId|sellerId|reviewId|roomId|repliesToId|clipId)$/;
const countFields = /(Count|Total)$|^(fans|following|friends|heart|video|digg|total)$/;

/** Ids are texts of digits, counts are exact whole numbers, times are ISO, and no value is undefined or odd. */
function checkValue(name: string, value: unknown): void {
  expect(value, name).not.toBeUndefined();
  if (value === null) return;
  if (typeof value === 'object') {
    for (const [key, each] of Object.entries(value)) checkValue(Array.isArray(value) ? '' : key, each);
  }
  if (idFields.test(name)) expect(value, name).toMatch(/^\d{1,20}$/);
  if (countFields.test(name))
    expect(Number.isSafeInteger(value) && (value as number) >= 0, `${name}: ${value}`).toBe(true);
  if (name.endsWith('ISO')) expect(new Date(value as string).toISOString()).toBe(value);
  if (typeof value === 'number') expect(Number.isFinite(value), name).toBe(true);
}
