/**
 * Which records are results, and which are the memory of a library.
 *
 * [internal-1] what the SDK and Crawlee keep for themselves begins with `SDK_`: statistics, session pools, request lists. It may
 *     differ in a disturbed run, as time does. `useState` is the author's own, so it counts.
 * [internal-2] a state of `@wherry/durable` is compared by its value alone, whatever its size: how it is stored follows from the
 *     commits that it took. So do the records that belong to its head, and its journal. One that cannot be read is told
 *     by the reason, so it differs from any that can.
 */
import { readStoredState } from '@wherry/durable';
import { isObject, type Json } from './json.ts';

const ofLibraries = /^(?:SDK_|WHERRY-|INPUT$)/;
const partOfState = /^(.+)\.durable\.(?:(?:snapshot|merged|fresh)-[\d-]+|readable)$/;

/** The records of a store that are compared, with what of them is. */
export async function comparedRecords(records: ReadonlyMap<string, Json>): Promise<Map<string, Json>> {
  const isHead = (key: string | undefined) => key !== undefined && isDurable(records.get(key));
  const own = [...records].filter(([key]) => !ofLibraries.test(key) && !isHead(partOfState.exec(key)?.[1]));
  const values = own.map(
    async ([key, value]): Promise<[string, Json]> => [key, isDurable(value) ? await stateIn(records, key) : value],
  );
  return new Map(await Promise.all(values));
}

async function stateIn(records: ReadonlyMap<string, Json>, key: string): Promise<Json> {
  try {
    return (await readStoredState(key, async (name) => records.get(name))) as Json;
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
}

const isDurable = (value: Json | undefined): boolean =>
  isObject(value) && isObject(value.durable) && 'format' in value.durable;
