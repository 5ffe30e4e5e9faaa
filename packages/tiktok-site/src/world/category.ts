import { foundProducts } from './lists.ts';
import { nouns } from './words.ts';
import type { World } from './world.ts';

/** A category of the shop, by the place of its word. */
export interface Category {
  readonly id: string;
  readonly word: string;
}

const firstId = 600_100;

export const categoryOf = (place: number): Category => ({ id: `${firstId + place}`, word: nouns[place]! });

export function categoryOfId(id: string): Category | undefined {
  const place = /^\d{6}$/.test(id) ? Number(id) - firstId : -1;
  return place >= 0 && place < nouns.length ? categoryOf(place) : undefined;
}

/** The products that its page shows. */
export const productsOfCategory = (world: World, { word }: Category): number[] =>
  foundProducts(world, `category ${word}`);
