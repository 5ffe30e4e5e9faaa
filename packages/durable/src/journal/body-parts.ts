import type { JsonObject } from '../commit.ts';

/** Of Apify's API, for one call, unpacked. */
export const maxBodyBytes = 9 * 1024 * 1024;

export interface BodyLimits {
  /** What is larger than this goes alone. */
  readonly bytes: number;
  readonly length: number;
}

/** As many of `all`, from `start` on, as go into one call; one at least. */
export function bodyFrom(all: readonly JsonObject[], start: number, limits: BodyLimits): readonly JsonObject[] {
  let bytes = 2;
  let end = start;
  while (end < all.length && end - start < limits.length) {
    bytes += bytesOfJson(all[end]!) + 1;
    if (bytes > limits.bytes && end > start) break;
    end += 1;
  }
  return all.slice(start, end);
}

/** Whether it can be sent at all, as the only one of its call. */
export const fitsInCall = (one: JsonObject): boolean => bytesOfJson(one) + 2 <= maxBodyBytes;

const bytesOfJson = (one: JsonObject): number => Buffer.byteLength(JSON.stringify(one));
