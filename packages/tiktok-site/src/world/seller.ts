import { below, pickOf } from './chance.ts';
import { idOf, numberOf } from './ids.ts';
import { nouns, phrases } from './words.ts';
import type { World } from './world.ts';

/** The seller of a product. */
export interface Seller {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly logo: string;
  readonly link: string;
  readonly rating: number;
  readonly sold: number;
  readonly reviews: number;
  readonly products: number;
  readonly followers: number;
  readonly videos: number;
}

const sellerCount = 40;

export function sellerOf(world: World, number: number): Seller {
  const { seed } = world;
  const any = (end: number, label: string): number => below(end, seed, 'seller', label, number);
  const id = idOf(seed, 'seller', number);
  return {
    number,
    id,
    name: `${pickOf(nouns, seed, 'seller', 'name', number)} & co`,
    description: pickOf(phrases, seed, 'seller', 'text', number),
    logo: `https://img.example.org/s/${number}.webp`,
    link: `https://www.tiktok.com/shop/store/shop-${number}/${id}`,
    rating: 1 + any(41, 'rating') / 10,
    sold: any(1_000_000, 'sold'),
    reviews: any(80_000, 'reviews'),
    products: productsOfSeller(world, number).length,
    followers: any(600_000, 'followers'),
    videos: any(500, 'videos'),
  };
}

export const sellerNumberOfProduct = (product: number): number => product % sellerCount;

/** The numbers of the products in a store. */
export const productsOfSeller = ({ productCount }: World, seller: number): number[] =>
  Array.from({ length: Math.ceil((productCount - seller) / sellerCount) }, (_, step) => seller + step * sellerCount);

export function sellerNumberOfId(world: World, id: string): number | undefined {
  const number = numberOf(world.seed, 'seller', id);
  return number !== undefined && number < sellerCount ? number : undefined;
}
