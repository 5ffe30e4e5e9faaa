import type { Place } from '../json/place.ts';

/**
 * The two tables of counts of a user, a video or a hashtag. `stats` rounds large counts, or has 0 for them; `statsV2` has the
 * exact counts as strings.
 *
 * [count-1] A count that is in `statsV2` is taken from there, and never from `stats`, even if it cannot be read.
 * [count-2] A count that is unknown is taken from beside it: from another name in the same table, or from the other table. A
 *     negative number is unknown, and so is a 0 beside a larger count. If no place knows the count, it is null.
 */
export class CountTables {
  readonly #exact: Place;
  readonly #rounded: Place;

  constructor(rounded: Place, exact: Place) {
    this.#rounded = rounded;
    this.#exact = exact;
  }

  /** The tables `stats` and `statsV2` of an object, or those with another name. */
  static of(holder: Place, name = 'stats'): CountTables {
    return new CountTables(holder.at(name), holder.at(`${name}V2`));
  }

  /** Throws if neither table has the count. Of several names the first that is present counts: TikTok has renamed some. */
  require(...names: readonly string[]): number | null {
    const places = this.#placesOf(names);
    if (places.length === 0) this.#rounded.at(names[0]!).present();
    return bestOf(places, (place) => place.requireCount());
  }

  get = (...names: readonly string[]): number | null => bestOf(this.#placesOf(names), (place) => place.count());

  /** The exact table comes first [count-1]. */
  #placesOf(names: readonly string[]): Place[] {
    const all = [this.#exact, this.#rounded].flatMap((table) => names.map((name) => table.at(name)));
    return all.filter(({ isThere }) => isThere);
  }
}

/** The first count that is known; a later one instead of a 0 [count-2]. */
function bestOf(places: readonly Place[], read: (place: Place) => number | null): number | null {
  const known = places.filter(({ isUnknownCount }) => !isUnknownCount);
  const [first, ...others] = known;
  if (first === undefined) return null;
  const count = read(first);
  if (count !== 0) return count;
  const larger = others.find(({ value }) => Number(value) > 0);
  return larger === undefined ? 0 : read(larger);
}
