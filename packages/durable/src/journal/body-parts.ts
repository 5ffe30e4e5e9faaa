import type { JsonObject } from '../commit.ts';

/** The limit of Apify's API for the body of one call, uncompressed. */
export const maxBodyBytes = 9 * 1024 * 1024;

export interface BodyLimits {
  /** A larger value is sent alone. */
  readonly bytes: number;
  readonly length: number;
}

/** The values from `start` on that fit into one call; at least one. */
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

/** Whether the value fits into a call of its own. */
export const fitsInCall = (one: JsonObject): boolean => bytesOfJson(one) + 2 <= maxBodyBytes;

const bytesOfJson = (one: JsonObject): number => Buffer.byteLength(JSON.stringify(one));
