/**
 * Single values as TikTok writes them. Each function returns undefined if the value is of another kind.
 *
 * [scalar-1] An id is the string of digits that was written.
 * [scalar-2] A count is exact: a whole number, or the string of one, that a JavaScript number can hold.
 * [scalar-3] A number that says "unknown" is unknown, and never a value: a negative count, which is an overflow of 32 bits;
 *     a time that is 0 or negative; the id 0; an empty text.
 */

/** Undefined and null count as absent. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null;

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A count that the site does not know [scalar-3]. */
export const isUnknownCount = (value: unknown): boolean => value === '' || isNegative(value);

/** A time that the site does not know [scalar-3]. */
export const isUnknownTime = (value: unknown): boolean => isUnknownCount(value) || value === 0 || value === '0';

/** The id of nothing [scalar-3]. */
export const isNoId = (value: unknown): boolean => value === '' || value === 0 || value === '0';

const isNegative = (value: unknown): boolean =>
  typeof value === 'number' ? value < 0 : typeof value === 'string' && /^-\d+$/.test(value);

/** Reads an id [scalar-1]. */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? value : undefined;
  return isCount(value) ? String(value) : undefined;
}

/** Reads a count [scalar-2]. */
export function asCount(value: unknown): number | undefined {
  if (typeof value === 'string') return /^\d{1,16}$/.test(value) ? asCount(Number(value)) : undefined;
  return isCount(value) ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'string') return /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  return undefined;
}

/** The latest time that a `Date` can hold. */
const maxTimeSecs = 8_640_000_000_000;

/** Reads a time in seconds since 1970. */
export function asTimeSecs(value: unknown): number | undefined {
  const timeSecs = asCount(value);
  return timeSecs !== undefined && timeSecs <= maxTimeSecs ? timeSecs : undefined;
}

/** Null for an unknown time. */
export function isoOf(timeSecs: number): string;
export function isoOf(timeSecs: number | null): string | null;
export function isoOf(timeSecs: number | null): string | null {
  return timeSecs === null ? null : new Date(timeSecs * 1000).toISOString();
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
