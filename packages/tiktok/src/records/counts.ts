import type { Place } from '../json/place.ts';

/**
 * The two tables of counts of a user, a video or a hashtag. `stats` rounds large counts, or has 0 for them; `statsV2` has the
 * exact counts as strings.
 *
 * [count-1] A count that is in `statsV2` is taken from there, and never from `stats`, even if it cannot be read.
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

  require = (...names: readonly string[]): number => this.#find(names).requireCount();
  get = (...names: readonly string[]): number | null => this.#find(names).count();

  /** Prefers the exact table [count-1]. Of several names the first that is present counts: TikTok has renamed some. */
  #find(names: readonly string[]): Place {
    const exact = this.#exact.firstOf(...names);
    return exact.isThere ? exact : this.#rounded.firstOf(...names);
  }
}
