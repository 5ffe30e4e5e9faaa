/**
 * Products of TikTok's shop, from two generations of the page and from lists.
 *
 * [price-1] Prices are strings with the decimal numbers that TikTok writes, so that no digit is lost or added.
 */
import { parseExactJson } from '../json/exact-json.ts';
import type { Place } from '../json/place.ts';
import { noProductExtras, type ProductExtras } from './product-extras.ts';
import { readImageUrl, readListedShop, readNamedShop, readShop, type Shop } from './shop.ts';

export interface Product extends ProductExtras {
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
  /** The properties that a buyer can choose, such as the colour. */
  readonly saleProperties: readonly SaleProperty[];
  readonly shop: Shop | null;
}

export interface SaleProperty {
  readonly name: string | null;
  readonly values: readonly string[];
}

const productUrlOf = (productId: string): string => `https://www.tiktok.com/view/product/${productId}`;

/** Reads a page's `product_info` of either generation. The data of the shop is in it, or is passed separately. */
export const readProduct = (info: Place, shopInfo: Place): Product =>
  info.at('product_model').isThere
    ? readNewProduct(info, shopInfo.isObject ? shopInfo : info.at('shop_info'))
    : readOldProduct(info);

const nothing = {
  price: null,
  originalPrice: null,
  discount: null,
  currency: null,
  shippingFee: null,
  soldCount: null,
  rating: null,
  reviewCount: null,
  imageUrls: [],
  description: null,
  skuIds: [],
  saleProperties: [],
  shop: null,
  ...noProductExtras,
} satisfies Partial<Product>;

function readNewProduct(info: Place, shopInfo: Place): Product {
  const model = info.at('product_model').requireObject();
  const productId = model.at('product_id').requireId();
  const review = info.at('review_model');
  return {
    ...nothing,
    productId,
    title: model.at('name').requireText(),
    url: productUrlOf(productId),
    ...readPrice(info.at('promotion_model', 'promotion_product_price', 'min_price')),
    shippingFee: readShippingFee(info),
    soldCount: model.at('sold_count').count(),
    ...readRating(review.at('product_overall_score'), review.at('product_review_count')),
    imageUrls: readImages(model.at('images')),
    description: describe(model.at('description')),
    skuIds: readIds(model.at('skus'), 'sku_id'),
    saleProperties: model.at('sale_properties').list().map(readSaleProperty),
    shop: readShop(info.at('seller_model'), shopInfo),
  };
}

function readOldProduct(info: Place): Product {
  const productId = info.at('product_id').requireId();
  const base = info.at('product_base').requireObject();
  const review = info.at('product_detail_review');
  return {
    ...nothing,
    productId,
    title: base.at('title').requireText(),
    url: productUrlOf(productId),
    price: readDecimal(base.at('price', 'real_price')),
    currency: base.at('price', 'currency').text(),
    originalPrice: readDecimal(base.at('price', 'original_price')),
    discount: base.at('price', 'discount').text(),
    shippingFee: readDecimal(info.at('logistic', 'shipping_fee', 'price_val')),
    soldCount: base.at('sold_count').count(),
    ...readRating(review.at('product_rating'), review.at('review_count_str')),
    imageUrls: readImages(base.at('images')),
    description: describe(base.at('desc_detail')),
    skuIds: readIds(info.at('skus'), 'sku_id'),
    shop: readNamedShop(info.at('seller')),
  };
}

/** Reads an entry of a search or of a store's list. */
export function readListedProduct(entry: Place): Product {
  const productId = entry.requireObject().at('product_id').requireId();
  const rate = entry.at('rate_info');
  return {
    ...nothing,
    productId,
    title: entry.at('title').requireText(),
    url: entry.at('seo_url', 'canonical_url').text() || productUrlOf(productId),
    ...readPrice(entry.at('product_price_info')),
    soldCount: entry.at('sold_info', 'sold_count').count(),
    ...readRating(rate.at('score'), rate.at('review_count')),
    imageUrls: [readImageUrl(entry.at('image'))].filter((url) => url !== null),
    shop: readListedShop(entry.at('seller_info')),
  };
}

/** A product without reviews has no rating, although the site writes 0. */
function readRating(score: Place, reviews: Place): Pick<Product, 'rating' | 'reviewCount'> {
  const [rating, reviewCount] = [score.number(), reviews.count()];
  return { rating: reviewCount === 0 ? null : rating, reviewCount };
}

/** The fee of the first delivery option that has one. The keys of the options are ids of warehouses. */
function readShippingFee(info: Place): string | null {
  const services = info.at('logistic_model', 'pkg_of_service').entries();
  const offers = info.at('promotion_logistic_list').list();
  const fees = [
    ...services.map((service) => service.at('shipping_fee')),
    ...offers.map((offer) => offer.at('shipping_fee', 'real_price')),
  ];
  const fee = fees.find(({ isThere }) => isThere);
  return fee === undefined ? null : readDecimal(fee);
}

const readSaleProperty = (property: Place): SaleProperty => ({
  name: property.firstOf('prop_name', 'property_name', 'name').text(),
  values: property
    .firstOf('sale_prop_values', 'prop_values')
    .list()
    .map((value) => value.firstOf('prop_value', 'property_value', 'name').text())
    .filter((value) => value !== null),
});

const readPrice = (price: Place) => ({
  price: readDecimal(price.at('sale_price_decimal')),
  originalPrice: readDecimal(price.at('origin_price_decimal')),
  discount: price.at('discount_format').text(),
  currency: price.firstOf('currency_name', 'currency_symbol').text(),
});

/** Reads a price without changing its digits [price-1]. */
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

/** A description is a text, or a JSON string of blocks, some of which have texts. */
function describe(description: Place): string | null {
  const text = description.text();
  if (text === null || !text.trimStart().startsWith('[')) return text;
  const parsed = parseExactJson(text);
  if (parsed.kind === 'not_json' || !Array.isArray(parsed.value)) return text;
  const texts = parsed.value.map((block: unknown) => (block as { text?: unknown } | null)?.text);
  return texts.filter((each) => typeof each === 'string').join('\n');
}
