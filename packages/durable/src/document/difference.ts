/** Differences of whole numbers are exact; those of others are not. */
export const isDifference = (before: unknown, value: unknown): value is number =>
  Number.isSafeInteger(value) && (before === undefined || Number.isSafeInteger(before));
