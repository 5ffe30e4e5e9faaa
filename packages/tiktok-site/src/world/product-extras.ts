import { below } from './chance.ts';
import type { Product } from './product.ts';

/** What only the page of a product says. */
export interface ProductExtras {
  readonly skus: readonly SkuData[];
  /** Each: the name, then its values. */
  readonly specifications: readonly (readonly string[])[];
  readonly categories: readonly { readonly id: string; readonly name: string }[];
  readonly stars: Readonly<Record<string, number>>;
  /** How many of its reviews are in the page. */
  readonly pageReviews: number;
}

interface SkuData {
  readonly id: string;
  readonly colour: string;
  readonly price: string;
  readonly originalPrice: string;
  readonly stock: number;
  /** Whether the page says only that it is sold out, or not. */
  readonly saysOnlyState: boolean;
}

export const skuIdsOf = (productId: string, count: number): string[] =>
  Array.from({ length: count }, (_, sku) => `${BigInt(productId) + 1n + BigInt(sku)}`);

const colours = ['Red', 'Green', 'Blue', 'Black', 'White'];

export const reviewPageSize = 20;

/** A page for a desktop browser has the first reviews. */
export const hasFirstReviews = ({ number }: Product): boolean => number % 3 !== 0 && number % 5 !== 4;

export function productExtrasOf(product: Product): ProductExtras {
  const { number } = product;
  const any = (end: number, label: string, part = 0): number => below(end, number, 'product extras', label, part);
  return {
    skus: skuIdsOf(product.id, product.skus).map((id, sku) => ({
      id,
      colour: colours[sku]!,
      price: `${10 + any(90, 'price', sku)}.50`,
      originalPrice: `${110 + any(90, 'original', sku)}.00`,
      stock: any(3, 'stock', sku) === 0 ? 0 : any(900, 'pieces', sku) + 1,
      saysOnlyState: any(6, 'state', sku) === 0,
    })),
    specifications:
      any(4, 'specifications') === 0
        ? []
        : [
            ['Material', 'Clay', 'Glass'],
            ['Origin', 'Here'],
          ],
    categories: [
      { id: '600001', name: 'Kitchenware' },
      { id: `${600_100 + any(20, 'category')}`, name: 'Cups' },
    ],
    stars: Object.fromEntries([1, 2, 3, 4, 5].map((star) => [`${star}`, any(400, 'stars', star)])),
    pageReviews: hasFirstReviews(product) ? Math.min(product.reviews, reviewPageSize) : 0,
  };
}
