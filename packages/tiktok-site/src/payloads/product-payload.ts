import { type Product, productOf, type Review, reviewOf } from '../world/product.ts';
import { productExtrasOf, skuIdsOf } from '../world/product-extras.ts';
import type { Seller } from '../world/seller.ts';
import type { World } from '../world/world.ts';
import {
  newSkusPayload,
  oldSkusPayload,
  productPropertiesPayload,
  type ShownPrice,
  skuPricesPayload,
} from './extras-payload.ts';

const imagesOf = (urls: readonly string[]) => urls.map((url) => ({ url_list: [url, `${url}?backup`] }));

/** A description as blocks in a JSON string. */
const descriptionOf = ({ paragraphs, images }: Product): string =>
  JSON.stringify([...paragraphs.map((text) => ({ type: 'text', text })), { type: 'image', image: { url: images[0] } }]);

/** `product_info` of either generation of the page. */
export const productInfoPayload = (product: Product): Record<string, unknown> =>
  product.isOldPage ? oldPayload(product) : newPayload(product);

const oldPayload = (product: Product): Record<string, unknown> => ({
  product_id: product.id,
  product_base: {
    title: product.title,
    sold_count: product.sold,
    images: imagesOf(product.images),
    desc_detail: descriptionOf(product),
    price: oldPricePayload(product, hasSymbolsOnly(product)),
  },
  skus: oldSkusPayload(product, (price) => oldPricePayload(price, hasSymbolsOnly(product))),
  sale_props: [
    {
      prop_id: '100000',
      prop_name: 'Colour',
      sale_prop_values: coloursOf(product).map((prop_value) => ({
        prop_value_id: `7${prop_value.length}`,
        prop_value,
      })),
    },
  ],
  seller: {
    seller_id: product.seller.id,
    name: product.seller.name,
    avatar: { url_list: [product.seller.logo] },
    product_count: product.seller.products,
  },
  logistic: { shipping_fee: { price_val: product.shippingFee } },
  product_detail_review: { product_rating: product.rating, ...oldReviewCountPayload(product) },
});

/** Some older pages have prices with the symbol of the currency, and no other word on the currency. */
export const hasSymbolsOnly = ({ isOldPage, number }: Product): boolean => isOldPage && number % 3 === 0;

function oldPricePayload(shown: ShownPrice, hasSymbols: boolean): Record<string, unknown> {
  const { price, originalPrice, discount } = shown;
  if (!hasSymbols) return { original_price: originalPrice, real_price: price, discount, currency: 'USD' };
  return { original_price: `$${originalPrice}`, real_price: `$${price}`, discount, currency: '$' };
}

/** Older pages show the number of reviews as a text, which is rounded from a thousand on. */
const shownReviewCount = ({ reviews }: Product): string =>
  reviews < 1000 ? `(${reviews})` : `(${Math.round(reviews / 100) / 10}K)`;

/** Some have the number too. */
const oldReviewCountPayload = (product: Product): Record<string, unknown> => ({
  review_count_str: shownReviewCount(product),
  ...(hasReviewNumber(product) && { review_count: product.reviews }),
});

export const hasReviewNumber = ({ number }: Product): boolean => number % 2 === 0;

const newPayload = (product: Product): Record<string, unknown> => ({
  product_model: {
    product_id: product.id,
    name: product.title,
    sold_count: product.sold,
    images: imagesOf(product.images),
    description: descriptionOf(product),
    skus: newSkusPayload(product),
    product_properties: productPropertiesPayload(productExtrasOf(product)),
    sale_properties: [salePropertyOf(product)],
  },
  seller_model: { shop_name: product.seller.name, shop_logo: { url_list: [product.seller.logo] } },
  logistic_model: { pkg_of_service: { [`${7_000 + product.number}`]: { shipping_fee: product.shippingFee } } },
  review_model: { product_overall_score: product.rating, product_review_count: product.reviews },
  promotion_model: {
    promotion_product_price: { min_price: pricePayload(product), skus_price: skuPricesPayload(product) },
  },
});

/** The data of a shop next to a product, in it, or at the top of a store. */
export const shopInfoPayload = (seller: Seller): Record<string, unknown> => ({
  seller_id: seller.id,
  shop_name: seller.name,
  shop_logo: { url_list: [seller.logo] },
  shop_link: seller.link,
  desc: seller.description,
  region: 'US',
  shop_rating: `${seller.rating}`,
  sold_count: seller.sold,
  review_count: `${seller.reviews}`,
  on_sell_product_count: seller.products,
  followers_count: `${seller.followers}`,
  video_count: `${seller.videos}`,
});

const salePropertyOf = (product: Product) => ({
  property_id: '100000',
  property_name: 'Colour',
  property_values: coloursOf(product).map((property_value_name, value) => ({
    property_value_id: `${7_000_000 + value}`,
    property_value_name,
  })),
});

const colours = ['Red', 'Green', 'Blue', 'Black', 'White'];
export const coloursOf = ({ skus }: Product): string[] => colours.slice(0, skus);

const pricePayload = (product: Product): Record<string, unknown> => ({
  sale_price_decimal: product.price,
  origin_price_decimal: product.originalPrice,
  discount_format: product.discount,
  currency_name: 'USD',
  currency_symbol: '$',
});

/** A product in a list. */
export function listedProductPayload(world: World, number: number): Record<string, unknown> {
  const product = productOf(world, number);
  const { seller } = product;
  return {
    product_id: product.id,
    title: product.title,
    image: imagesOf(product.images)[0],
    product_price_info: pricePayload(product),
    sold_info: { sold_count: product.sold },
    rate_info: { score: product.rating, review_count: `${product.reviews}` },
    seller_info: { seller_id: seller.id, shop_name: seller.name, shop_logo: { url_list: [seller.logo] } },
    seo_url: { canonical_url: productSeoUrlOf(product) },
  };
}

export const productSeoUrlOf = ({ id, title }: Product): string =>
  `https://www.tiktok.com/shop/pdp/${title.replaceAll(' ', '-')}/${id}`;

export function reviewPayload(world: World, product: number, ordinal: number): Record<string, unknown> {
  const review: Review = reviewOf(world, product, ordinal);
  return {
    review_id: review.id,
    product_id: productOf(world, product).id,
    review_rating: review.rating,
    review_text: review.text,
    review_time: `${review.timeSecs * 1000}`,
    reviewer_name: review.reviewer,
    sku_specification: review.sku,
    review_images: review.images,
    review_country: review.country,
    sku_id: skuIdOf(world, product, review),
    is_verified_purchase: review.isVerified,
    is_incentivized_review: review.isIncentivized,
  };
}

export function skuIdOf(world: World, product: number, { skuOrdinal }: Review): string {
  const { id, skus } = productOf(world, product);
  return skuIdsOf(id, skus)[skuOrdinal]!;
}
