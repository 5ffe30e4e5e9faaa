/** What only the page of a product says: its variants with their prices and stock, its specifications, stars and reviews. */
import type { Place } from '../json/place.ts';
import { type Price, readOldPrice, readPrice } from './price.ts';
import type { Review } from './review.ts';

export interface ProductExtras {
  readonly skus: readonly Sku[];
  readonly specifications: readonly Specification[];
  /** From the widest to the narrowest. */
  readonly categories: readonly Category[];
  /** The number of reviews by their stars, `1` to `5`. */
  readonly starDistribution: Readonly<Record<string, number>> | null;
  /** The reviews in the page itself: a few of those that the list of reviews has. */
  readonly pageReviews: readonly Review[];
}

/** A variant that a buyer can choose. Its currency is that of the product. */
export interface Sku extends Pick<Price, 'price' | 'originalPrice' | 'discount'> {
  readonly skuId: string;
  readonly name: string | null;
  readonly properties: readonly SkuProperty[];
  readonly stock: number | null;
  readonly isInStock: boolean | null;
}

export interface SkuProperty {
  readonly name: string | null;
  readonly value: string;
}

export interface Specification {
  readonly name: string;
  readonly values: readonly string[];
}

export interface Category {
  readonly id: string | null;
  readonly name: string;
}

export const noProductExtras: ProductExtras = {
  skus: [],
  specifications: [],
  categories: [],
  starDistribution: null,
  pageReviews: [],
};

/** Reads the data around `product_info`, and what is in it. `reviewInfo` has the stars; its reviews are a list's page. */
export function readProductExtras(data: Place, reviewInfo: Place): Omit<ProductExtras, 'pageReviews'> {
  const info = data.at('product_info');
  const model = info.at('product_model');
  const prices = info.at('promotion_model', 'promotion_product_price', 'skus_price');
  const skus = model.isThere ? model.at('skus') : info.at('skus');
  return {
    skus: skus.list().flatMap((sku) => readSku(sku, prices)),
    specifications: model.at('product_properties').list().flatMap(readSpecification),
    categories: data.at('categories').list().flatMap(readCategory),
    starDistribution: readStars(reviewInfo.at('review_ratings', 'rating_result')),
  };
}

/** Prices are in a table by the ids of variants; on older pages they are in the variant itself. */
function readSku(sku: Place, prices: Place): Sku[] {
  const skuId = sku.at('sku_id').id();
  if (skuId === null) return [];
  const { price, originalPrice, discount } = readSkuPrice(
    prices.at(skuId).isObject ? prices.at(skuId) : sku.at('price'),
  );
  const stock = sku.at('sku_quantity', 'available_quantity').isThere
    ? sku.at('sku_quantity', 'available_quantity').count()
    : sku.at('stock').count();
  const status = sku.at('sku_stock_status').count();
  const properties = sku.firstOf('property_pairs', 'sku_sale_props').list().flatMap(readSkuProperty);
  return [
    {
      skuId,
      name: sku.at('sku_name').text() || properties.map(({ value }) => value).join(', ') || null,
      properties,
      price,
      originalPrice,
      discount,
      stock,
      // 1 is in stock, 2 is sold out.
      isInStock: status === null ? (stock === null ? null : stock > 0) : status === 1,
    },
  ];
}

function readSkuProperty(pair: Place): SkuProperty[] {
  const value = pair.firstText('sku_property_value_name', 'prop_value', 'property_value_name');
  if (value === null) return [];
  return [{ name: pair.firstText('sku_property_name', 'prop_name', 'property_name'), value }];
}

const readSkuPrice = (price: Place): Price =>
  price.at('sale_price_decimal').isThere ? readPrice(price) : readOldPrice(price);

function readSpecification(property: Place): Specification[] {
  const name = property.firstText('property_name', 'name');
  const values = property
    .at('property_values')
    .list()
    .map((value) => value.firstText('property_value_name', 'name'))
    .filter((value) => value !== null);
  return name === null || values.length === 0 ? [] : [{ name, values }];
}

function readCategory(category: Place): Category[] {
  const name = category.firstText('category_name', 'name');
  return name === null ? [] : [{ id: category.firstOf('category_id', 'id').id(), name }];
}

function readStars(table: Place): Record<string, number> | null {
  if (!table.isObject) return null;
  const stars = ['1', '2', '3', '4', '5'].map((star) => [star, table.at(star).count()] as const);
  if (stars.every(([, count]) => count === null)) return null;
  return Object.fromEntries(stars.map(([star, count]) => [star, count ?? 0]));
}
