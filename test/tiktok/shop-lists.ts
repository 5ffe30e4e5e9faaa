/** Lists of the stand-in's shop that need a browser, and what must come of them. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { StoredItem } from './actor-runs.ts';
import type { Expected } from './comparison.ts';

const keyword = 'tea';

/** Products with so many reviews, a missing one last. */
export function reviewedProducts({ truth }: TikTokSite, counts: readonly number[]): string[] {
  const ids = Array.from({ length: 200 }, (_, number) => number)
    .filter((number) => truth.isSoldHere(number))
    .map(truth.productId);
  const found = counts.map((count) => ids.find((id) => truth.reviewsOf(id).length === count)!);
  return [...found, '1799999999999999999'];
}

export function expectedShopLists(site: TikTokSite, products: readonly string[], mostFound: number): Expected {
  const { truth } = site;
  const numbers = Array.from({ length: 200 }, (_, number) => number);
  const known = products.slice(0, -1);
  const records = known.flatMap((input): StoredItem[] => {
    const number = numbers.find((each) => truth.productId(each) === input)!;
    const reviews = truth.reviewsOf(input).map((review) => ({ type: 'review', input, ...review }));
    return [{ type: 'product', input, ...truth.product(number) }, ...reviews];
  });
  const found = truth.foundProducts(keyword).slice(0, mostFound);
  const shop = truth.shop(shopNumber);
  return {
    items: [
      ...records,
      ...found.map((product) => ({ type: 'product', input: keyword, ...product })),
      { type: 'shop', input: shop.url, ...shop },
      ...truth.shopProducts(shopNumber).map((product) => ({ type: 'product', input: shop.url, ...product })),
    ],
    failed: [
      ...products.slice(-1).map((input) => ({ input, errorCode: 'geo_blocked' })),
      { input: missingShop, errorCode: 'not_found' },
    ],
  };
}

/** A store of which all is wanted, and one that is not there. */
const shopNumber = 11;
const missingShop = '7495999999999999999';

export const shopLists = ({ truth }: TikTokSite, products: string[], mostFound: number) => ({
  products,
  searchQueries: [keyword],
  maxProductsPerQuery: mostFound,
  maxReviewsPerProduct: 1000,
  shops: [truth.shop(shopNumber).url!, missingShop],
  maxProductsPerShop: 1000,
});
