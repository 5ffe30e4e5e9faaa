/** Products and searches of the stand-in's shop, and what must come of each. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { Expected } from './comparison.ts';

const productCount = 150;
const keywords = [
  'tea',
  'https://shop.tiktok.com/us/s?q=lamp',
  'https://www.tiktok.com/shop/s/blue%20shoes',
  'https://www.tiktok.com/shop/us/k/green-tea',
  'nothing of the kind',
];
const categories = [3, 4];
const shopNumbers = [2, 3];
const ofAPage = 30;

const wordsOf = (query: string): string =>
  query.includes('/k/') ? 'green tea' : decodeURIComponent(query.replace(/^.*\/s(\/|\?q=)/, ''));
const categoryUrl = ({ truth }: TikTokSite, number: number): string =>
  `https://www.tiktok.com${truth.categoryPath(number)}`;

/** Every fourth product has a region in its URL: its own, but one in forty has another one. */
function regionIn({ truth }: TikTokSite, number: number): 'us' | 'gb' | null {
  if (number % 4 !== 3) return null;
  return truth.isSoldHere(number) && number % 40 !== 7 ? 'us' : 'gb';
}

const isShown = (site: TikTokSite, number: number): boolean =>
  site.truth.isSoldHere(number) ? regionIn(site, number) !== 'gb' : regionIn(site, number) === 'gb';

export const shopInput = (site: TikTokSite, count = productCount) => ({
  products: Array.from({ length: count }, (_, number) => {
    const id = site.truth.productId(number);
    const region = regionIn(site, number);
    if (region !== null) return `https://shop.tiktok.com/${region}/pdp/any-words/${id}`;
    return number % 2 === 0 ? id : `https://www.tiktok.com/view/product/${id}?source=ad`;
  }),
  searchQueries: [...keywords, ...categories.map((number) => categoryUrl(site, number))],
  shops: shopNumbers.map((number) => site.truth.shop(number).sellerId!),
});

export function expectedProducts(site: TikTokSite): Expected {
  const { truth } = site;
  const products = shopInput(site).products.map((input, number) => ({ input, number }));
  const searched = keywords.flatMap((input) =>
    truth
      .foundProducts(wordsOf(input))
      .slice(0, ofAPage)
      .map((product) => ({ type: 'product', input, ...product })),
  );
  const ofCategories = categories.flatMap((number) =>
    truth
      .categoryProducts(number)
      .slice(0, ofAPage)
      .map((product) => ({ type: 'product', input: categoryUrl(site, number), ...product })),
  );
  const shops = shopNumbers.flatMap((number) => {
    const shop = truth.shop(number);
    const listed = truth.shopProducts(number).slice(0, ofAPage);
    return [{ type: 'shop', ...shop }, ...listed.map((product) => ({ type: 'product', ...product }))].map((each) => ({
      ...each,
      input: shop.sellerId,
    }));
  });
  const sold = products.filter(({ number }) => isShown(site, number));
  return {
    items: [
      ...sold.map(({ input, number }) => ({ type: 'product', input, ...truth.product(number) })),
      ...searched,
      ...ofCategories,
      ...shops,
    ],
    failed: products
      .filter(({ number }) => !isShown(site, number))
      .map(({ input }) => ({ input, errorCode: 'geo_blocked' })),
  };
}
