/**
 * Products of TikTok's shop, from pages of two generations and from lists.
 *
 * P1: prices are the decimal numbers that TikTok writes, as strings, so that no digit is lost or added.
 */
import { parseExactJson } from '../json/exact-json.ts';
import type { Place } from '../json/place.ts';
import { readImageUrl, readListedShop, readNamedShop, readShop, type Shop } from './shop.ts';

export interface Product {
  readonly productId: string;
  readonly title: string;
  readonly url: string;
  readonly price: string | null;
  readonly originalPrice: string | null;
  readonly discount: string | null;
  readonly currency: string | null;
  readonly shippingFee: string | null;
  readonly soldCount: number | null;
  readonly rating: number | null;
  readonly reviewCount: number | null;
  readonly imageUrls: readonly string[];
  readonly description: string | null;
  readonly skuIds: readonly string[];
  readonly shop: Shop | null;
}

export const productUrlOf = (productId: string): string => `https://www.tiktok.com/view/product/${productId}`;

/** Of a page's `product_info`, whichever its generation. */
export const readProduct = (info: Place): Product =>
  info.at('product_model').isThere ? readNewProduct(info) : readOldProduct(info);

const nothing = {
  ...{ price: null, originalPrice: null, discount: null, currency: null, shippingFee: null },
  ...{ soldCount: null, rating: null, reviewCount: null, imageUrls: [], description: null, skuIds: [], shop: null },
} satisfies Partial<Product>;

function readNewProduct(info: Place): Product {
  const model = info.at('product_model').requireObject();
  const productId = model.at('product_id').requireId();
  const review = info.at('review_model');
  return {
    ...nothing,
    ...{ productId, title: model.at('name').requireText(), url: productUrlOf(productId) },
    ...readPrice(info.at('promotion_model', 'promotion_product_price', 'min_price')),
    soldCount: model.at('sold_count').count(),
    rating: review.at('product_overall_score').number(),
    reviewCount: review.at('product_review_count').count(),
    imageUrls: readImages(model.at('images')),
    description: describe(model.at('description')),
    skuIds: readIds(model.at('skus'), 'sku_id'),
    shop: readShop(info.at('seller_model'), info.at('shop_info')),
  };
}

function readOldProduct(info: Place): Product {
  const productId = info.at('product_id').requireId();
  const base = info.at('product_base').requireObject();
  const review = info.at('product_detail_review');
  return {
    ...nothing,
    ...{ productId, title: base.at('title').requireText(), url: productUrlOf(productId) },
    ...{ price: readDecimal(base.at('price', 'real_price')), currency: base.at('price', 'currency').text() },
    originalPrice: readDecimal(base.at('price', 'original_price')),
    discount: base.at('price', 'discount').text(),
    shippingFee: readDecimal(info.at('logistic', 'shipping_fee', 'price_val')),
    soldCount: base.at('sold_count').count(),
    rating: review.at('product_rating').number(),
    reviewCount: review.at('review_count_str').count(),
    imageUrls: readImages(base.at('images')),
    description: describe(base.at('desc_detail')),
    skuIds: readIds(info.at('skus'), 'sku_id'),
    shop: readNamedShop(info.at('seller')),
  };
}

/** An entry of a search's list, or of a shop's. */
export function readListedProduct(entry: Place): Product {
  const productId = entry.requireObject().at('product_id').requireId();
  const rate = entry.at('rate_info');
  return {
    ...nothing,
    ...{ productId, title: entry.at('title').requireText() },
    url: entry.at('seo_url', 'canonical_url').text() || productUrlOf(productId),
    ...readPrice(entry.at('product_price_info')),
    soldCount: entry.at('sold_info', 'sold_count').count(),
    rating: rate.at('score').number(),
    reviewCount: rate.at('review_count').count(),
    imageUrls: [readImageUrl(entry.at('image'))].filter((url) => url !== null),
    shop: readListedShop(entry.at('seller_info')),
  };
}

const readPrice = (price: Place) => ({
  price: readDecimal(price.at('sale_price_decimal')),
  originalPrice: readDecimal(price.at('origin_price_decimal')),
  discount: price.at('discount_format').text(),
  currency: price.firstOf('currency_name', 'currency_symbol').text(),
});

/** P1 */
const readDecimal = (price: Place): string | null =>
  typeof price.value === 'string' ? price.text() : (price.number()?.toString() ?? null);

const readImages = (images: Place): string[] =>
  images
    .list()
    .map(readImageUrl)
    .filter((url) => url !== null);

const readIds = (list: Place, name: string): string[] =>
  list
    .list()
    .map((each) => each.at(name).id())
    .filter((id) => id !== null);

/** A description is a text, or a JSON string of blocks of which some have texts. */
function describe(description: Place): string | null {
  const text = description.text();
  if (text === null || !text.trimStart().startsWith('[')) return text;
  const parsed = parseExactJson(text);
  if (parsed.kind === 'not_json' || !Array.isArray(parsed.value)) return text;
  const texts = parsed.value.map((block: unknown) => (block as { text?: unknown } | null)?.text);
  return texts.filter((each) => typeof each === 'string').join('\n');
}
