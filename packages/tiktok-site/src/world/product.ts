import { below, countBelow, pickOf } from './chance.ts';
import { idOf, numberOf } from './ids.ts';
import { type Seller, sellerNumberOfProduct, sellerOf } from './seller.ts';
import { adjectives, nouns, phrases } from './words.ts';
import { type World, worldTimeSecs } from './world.ts';

export interface Product {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** The decimal number as it is written. */
  readonly price: string;
  readonly originalPrice: string;
  readonly discount: string;
  readonly shippingFee: string;
  readonly sold: number;
  readonly rating: number;
  readonly images: readonly string[];
  readonly skus: number;
  readonly reviews: number;
  readonly seller: Seller;
  /** Whether the page has the older form. */
  readonly isOldPage: boolean;
  /** Whether it is sold where a URL names no region. */
  readonly isSoldHere: boolean;
  /** The region in which it is sold. */
  readonly region: string;
}

export function productOf(world: World, number: number): Product {
  const { seed } = world;
  const any = (end: number, label: string): number => below(end, seed, 'product', label, number);
  const cents = centsOf(world, number);
  const isSoldHere = any(40, 'region') !== 0;
  const percent = 5 * any(12, 'discount');
  return {
    number,
    id: idOf(seed, 'product', number),
    title: `${pickOf(adjectives, seed, 'product', 'adjective', number)} ${pickOf(nouns, seed, 'product', 'noun', number)}`,
    paragraphs: [pickOf(phrases, seed, 'product', 'text', number), 'Made to be tried out.'],
    price: decimalOf(cents),
    originalPrice: decimalOf(Math.round((cents * 100) / (100 - percent))),
    discount: `${percent}%`,
    shippingFee: decimalOf(any(900, 'shipping')),
    sold: Math.max(0, countBelow(3_000_000, seed, 'product', 'sold', number)),
    rating: 1 + any(41, 'rating') / 10,
    images: Array.from(
      { length: 1 + any(4, 'images') },
      (_, image) => `https://img.example.org/p/${number}/${image}.webp`,
    ),
    skus: 1 + any(5, 'skus'),
    reviews: pickOf([0, 3, 20, 57, 210, 1234], seed, 'product', 'reviews', number),
    seller: sellerOf(world, sellerNumberOfProduct(number)),
    isOldPage: any(2, 'page') === 0,
    isSoldHere,
    region: isSoldHere ? 'us' : 'gb',
  };
}

export const centsOf = ({ seed }: World, number: number): number =>
  99 + below(20_000, seed, 'product', 'price', number);

export function productNumberOfId(world: World, id: string): number | undefined {
  const number = numberOf(world.seed, 'product', id);
  return number !== undefined && number < world.productCount ? number : undefined;
}

const decimalOf = (cents: number): string => `${Math.floor(cents / 100)}.${`${cents % 100}`.padStart(2, '0')}`;

export interface Review {
  readonly id: string;
  readonly rating: number;
  readonly text: string;
  readonly timeSecs: number;
  readonly reviewer: string;
  readonly sku: string;
  /** The number of the review among those of the product. */
  readonly skuOrdinal: number;
  readonly country: string;
  readonly isVerified: boolean;
  readonly isIncentivized: boolean;
  readonly images: readonly string[];
}

const countries = ['US', 'GB', 'DE'];

export function reviewOf(world: World, product: number, ordinal: number): Review {
  const { seed } = world;
  const number = product * 1000 + ordinal;
  const any = (end: number, label: string): number => below(end, seed, 'review', label, number);
  return {
    id: idOf(seed, 'review', number),
    rating: 1 + any(5, 'rating'),
    text: pickOf(phrases, seed, 'review', 'text', number),
    timeSecs: worldTimeSecs - any(30_000_000, 'time'),
    reviewer: `${pickOf(nouns, seed, 'review', 'by', number)[0]}***${any(10, 'by')}`,
    sku: `Item: ${any(9, 'sku')}`,
    skuOrdinal: any(productOf(world, product).skus, 'which'),
    country: pickOf(countries, seed, 'review', 'country', number),
    isVerified: any(8, 'verified') !== 0,
    isIncentivized: any(9, 'incentivized') === 0,
    images: any(3, 'images') === 0 ? [`https://img.example.org/r/${number}.webp`] : [],
  };
}
