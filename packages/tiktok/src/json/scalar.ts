/** Single values as TikTok writes them; undefined when the value is not one of the kind. */

/** What is as good as absent. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null;

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** [scalar-1] an id is a string of digits, as it was written. */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? value : undefined;
  return isCount(value) ? String(value) : undefined;
}

/** [scalar-2] a count is exact: a whole number, or the string of one, that a number can hold. */
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

/** Seconds since 1970. */
export function asTimeSecs(value: unknown): number | undefined {
  const timeSecs = asCount(value);
  return timeSecs !== undefined && timeSecs <= maxTimeSecs ? timeSecs : undefined;
}

export const isoOf = (timeSecs: number): string => new Date(timeSecs * 1000).toISOString();

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
