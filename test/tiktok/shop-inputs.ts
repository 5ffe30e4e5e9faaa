/** Products and searches of the stand-in's shop, and what must come of each. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { Expected } from './comparison.ts';

const productCount = 150;
const keywords = [
  'tea',
  'https://shop.tiktok.com/us/s?q=lamp',
  'https://www.tiktok.com/shop/s/blue%20shoes',
  'nothing of the kind',
];
const shopNumbers = [2, 3];
const ofAPage = 30;

const wordsOf = (query: string): string => decodeURIComponent(query.replace(/^.*\/s(\/|\?q=)/, ''));

export const shopInput = ({ truth }: TikTokSite, count = productCount) => ({
  products: Array.from({ length: count }, (_, number) => {
    const id = truth.productId(number);
    return number % 2 === 0 ? id : `https://www.tiktok.com/view/product/${id}?source=ad`;
  }),
  searchQueries: keywords,
  shops: shopNumbers.map((number) => truth.shop(number).sellerId!),
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
  const shops = shopNumbers.flatMap((number) => {
    const shop = truth.shop(number);
    const listed = truth.shopProducts(number).slice(0, ofAPage);
    return [{ type: 'shop', ...shop }, ...listed.map((product) => ({ type: 'product', ...product }))].map((each) => ({
      ...each,
      input: shop.sellerId,
    }));
  });
  const sold = products.filter(({ number }) => truth.isSoldHere(number));
  return {
    items: [
      ...sold.map(({ input, number }) => ({ type: 'product', input, ...truth.product(number) })),
      ...searched,
      ...shops,
    ],
    failed: products
      .filter(({ number }) => !truth.isSoldHere(number))
      .map(({ input }) => ({ input, errorCode: 'geo_blocked' })),
  };
}
