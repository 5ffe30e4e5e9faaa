/**
 * Products of TikTok's shop, from two generations of the page and from lists.
 *
 * [review-count-1] A number of reviews is given only if it is exact. What the page shows instead, such as `(26.1K)`, is a text.
 */
import { parseExactJson } from '../json/exact-json.ts';
import type { Place } from '../json/place.ts';
import { type Price, readDecimal, readOldPrice, readPrice } from './price.ts';
import { noProductExtras, type ProductExtras } from './product-extras.ts';
import { readImageUrl, readListedShop, readOldShop, readShop, type Shop } from './shop.ts';

export interface Product extends Price, ProductExtras {
  readonly productId: string;
  readonly title: string;
  readonly url: string;
  readonly shippingFee: string | null;
  readonly soldCount: number | null;
  readonly rating: number | null;
  readonly reviewCount: number | null;
  /** The number of reviews as the page shows it, if it is a text [review-count-1]. */
  readonly reviewCountText: string | null;
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
  currencySymbol: null,
  shippingFee: null,
  soldCount: null,
  rating: null,
  reviewCount: null,
  reviewCountText: null,
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
    shop: readShop(info.at('seller_model'), shopInfo, model.at('seller_id').id()),
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
    ...readOldPrice(base.at('price')),
    shippingFee: readOldShippingFee(info),
    soldCount: base.at('sold_count').count(),
    ...readRating(review.at('product_rating'), review.at('review_count'), review.at('review_count_str')),
    imageUrls: readImages(base.at('images')),
    description: describe(base.at('desc_detail')),
    skuIds: readIds(info.at('skus'), 'sku_id'),
    saleProperties: info.at('sale_props').list().map(readSaleProperty),
    shop: readOldShop(info.at('seller'), info.at('seller_id').id()),
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

/** A product without reviews has no rating, although the site writes 0. `reviews`: the places of their number, best first. */
function readRating(score: Place, ...reviews: Place[]): Pick<Product, 'rating' | 'reviewCount' | 'reviewCountText'> {
  const texts = reviews.map(({ value }) => value).filter((value) => typeof value === 'string');
  const reviewCountText = texts.find((text) => /\d/.test(text) && !/^-?\d+$/.test(text)) ?? null;
  const places = reviews.filter(({ value }) => value !== reviewCountText);
  const counts = [...places.map((place) => place.count()), exactCountOf(reviewCountText)];
  const reviewCount = counts.find((count) => count !== null) ?? null;
  return { rating: reviewCount === 0 ? null : score.positive(), reviewCount, reviewCountText };
}

/** The number in a text such as `(1,234)`; null if it is rounded [review-count-1]. */
function exactCountOf(text: string | null): number | null {
  const [, digits] = /^\s*\(?\s*(\d{1,3}(?:,\d{3})+|\d{1,15})\s*\)?\s*$/.exec(text ?? '') ?? [];
  return digits === undefined ? null : Number(digits.replaceAll(',', ''));
}

/** The fee of the first delivery option that has one. The keys of the options are ids of warehouses. */
function readShippingFee(info: Place): string | null {
  const services = info.at('logistic_model', 'pkg_of_service').entries();
  const offers = [info, info.at('promotion_model')].flatMap((each) => each.at('promotion_logistic_list').list());
  const fees = [
    ...services.map((service) => service.at('shipping_fee')),
    ...offers.map((offer) => offer.at('shipping_fee', 'real_price')),
    ...offers.map((offer) => offer.at('shippingFee').firstOf('real_price', 'origin_price')),
  ];
  return readFirstDecimal(fees);
}

const readOldShippingFee = (info: Place): string | null =>
  readFirstDecimal([
    info.at('logistic', 'shipping_fee', 'price_val'),
    ...info
      .at('shipping', 'logistics')
      .list()
      .map((each) => each.at('shipping_fee', 'price_val')),
  ]);

function readFirstDecimal(places: readonly Place[]): string | null {
  const place = places.find(({ isThere }) => isThere);
  return place === undefined ? null : readDecimal(place);
}

/** The names of the fields differ by the generation of the page. */
const readSaleProperty = (property: Place): SaleProperty => ({
  name: property.firstOf('property_name', 'prop_name', 'name').expectText(),
  values: property
    .firstOf('property_values', 'sale_prop_values', 'prop_values')
    .expectList()
    .map((value) => value.firstOf('property_value_name', 'prop_value', 'property_value', 'name').expectText())
    .filter((value) => value !== null),
});

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
