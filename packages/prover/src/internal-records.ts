/**
 * Which records are results, and which are the memory of a library.
 *
 * I1: what the SDK and Crawlee keep for themselves begins with `SDK_`: statistics, session pools, request lists. It may
 *     differ in a disturbed run, as time does. `useState` is the author's own, so it counts.
 * I2: a state of `@wherry/durable` is compared by its value alone, where it has one: how it is stored follows from the
 *     commits that it took. So do the records that belong to its head, and its journal.
 */
import { isObject, type Json } from './json.ts';

const ofLibraries = /^(?:SDK_|WHERRY-|INPUT$)/;
const partOfState = /^(.+)\.durable\.(?:(?:snapshot|merged|fresh)-[\d-]+|readable)$/;

/** The records of a store that are compared, with what of them is. */
export function comparedRecords(records: ReadonlyMap<string, Json>): Map<string, Json> {
  const isHead = (key: string | undefined) => key !== undefined && isDurable(records.get(key));
  const own = [...records].filter(([key]) => !ofLibraries.test(key) && !isHead(partOfState.exec(key)?.[1]));
  return new Map(
    own.flatMap(([key, value]): [string, Json][] => {
      if (!isDurable(value)) return [[key, value]];
      return value.value === undefined ? [] : [[key, value.value]];
    }),
  );
}

const isDurable = (value: Json | undefined): value is { readonly durable: Json; readonly value?: Json } =>
  isObject(value) && isObject(value.durable) && 'format' in value.durable;
