/**
 * Which records are results, and which are the memory of a library.
 *
 * I1: what the SDK and Crawlee keep for themselves begins with `SDK_`: statistics, session pools, request lists. It may
 *     differ in a disturbed run, as time does. `useState` is the author's own, so it counts. The journal of
 *     `@wherry/durable` begins with `WHERRY-`.
 * I2: a state of `@wherry/durable` is compared by its value alone; how it is stored follows from the commits that it took.
 */
import { isObject, type Json } from './json.ts';

const ofLibraries = /^(?:SDK_|WHERRY-|INPUT$)/;
/** Segments and snapshots of a durable state: only its head names them. */
const ofDurable = /^(?:.+\.)?durable[.-]/;

export const isInternal = (key: string): boolean => ofLibraries.test(key) || ofDurable.test(key);

/** What of a record is compared; undefined for nothing. */
export function comparedOf(value: Json): Json | undefined {
  const isDurable = isObject(value) && isObject(value.durable) && 'format' in value.durable;
  return isDurable ? value.value : value;
}
