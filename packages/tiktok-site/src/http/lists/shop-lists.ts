import { storeComponent } from '@wherry/tiktok';
import { listedProductPayload, reviewPayload } from '../../payloads/product-payload.ts';
import { hashOf } from '../../world/chance.ts';
import { foundProducts, type ProductOrder } from '../../world/lists.ts';
import { productNumberOfId, productOf } from '../../world/product.ts';
import { productsOfSeller, sellerNumberOfId } from '../../world/seller.ts';
import type { World } from '../../world/world.ts';
import type { Query } from '../query.ts';
import type { ListResponse } from './list-response.ts';
import { type ListFaults, partOf } from './offset-part.ts';

/** A search for words, or the products of a seller. */
export interface ProductsWanted {
  readonly keyword: string;
  readonly sellerId: string;
  /** The country of a search, as two capital letters. */
  readonly country?: string;
  readonly order?: ProductOrder;
}

export const pageSize = 30;

/** Products of a list, and the parameters that request the next ones. */
export function productPart(world: World, wanted: ProductsWanted, offset: number, faults: ListFaults) {
  const { items, nextOffset, hasMore } = partOf(numbersOf(world, wanted), offset, pageSize, faults);
  const products = items.map((number) => listedProductPayload(world, number));
  return { products, has_more: hasMore, load_more_params: paramsOf(world, wanted, nextOffset) };
}

const numbersOf = (world: World, { keyword, sellerId, ...how }: ProductsWanted): number[] =>
  sellerId === ''
    ? foundProducts(world, keyword, how)
    : productsOfSeller(world, sellerNumberOfId(world, sellerId) ?? 0);

export const paramsOf = (world: World, { keyword, sellerId, country = 'US' }: ProductsWanted, offset: number) => ({
  offset,
  page_token: tokenOf(world, offset),
  api_source: 2,
  count: pageSize,
  search_word: keyword,
  seller_id: sellerId,
  region: country,
});

/** A token is valid only for the position that it was given for. */
const tokenOf = ({ seed }: World, offset: number): string => `t${hashOf(seed, 'page token', offset).toString(36)}`;

const refused = { code: 100000, message: 'invalid request' };

const wantedOf = (query: Query): ProductsWanted => ({
  keyword: query.text('search_word'),
  sellerId: query.text('seller_id'),
  country: countryIn(query.text('load_more_params')),
  order: orders[filterIn(query.text('load_more_params'))] ?? 'relevant',
});

const orders: Readonly<Record<string, ProductOrder>> = {
  ecom_sold_count: 'best_sellers',
  'ecom_price|ASC': 'price_asc',
  'ecom_price|DESC': 'price_desc',
};

interface MoreParams {
  readonly region?: string;
  readonly filters?: readonly { readonly filter_option_id: string }[];
}

const moreParamsIn = (text: string): MoreParams => (text === '' ? {} : (JSON.parse(text) as MoreParams));
const filterIn = (text: string): string => moreParamsIn(text).filters?.[0]?.filter_option_id ?? '';
const countryIn = (text: string): string => moreParamsIn(text).region ?? 'US';

/** The products of a search or, with a seller, of the block that recommends the seller. */
export const products: ListResponse = ({ world, query, faults }) => {
  const wanted = wantedOf(query);
  const offset = query.count('offset');
  const isKnown = wanted.sellerId === '' || sellerNumberOfId(world, wanted.sellerId) !== undefined;
  const isTold = offset === 0 || query.text('page_token') === tokenOf(world, offset);
  if (!isKnown || !isTold) return refused;
  return { code: 0, message: 'success', data: productPart(world, wanted, offset, faults) };
};

export const storeProducts: ListResponse = (context) =>
  context.query.text('component_name') === storeComponent ? products(context) : refused;

/** A page of the reviews of a product; pages are numbered from 1. */
export function reviewPart(world: World, product: number, page: number, size: number, faults: ListFaults) {
  const { reviews: total } = productOf(world, product);
  const ordinals = Array.from({ length: total }, (_, ordinal) => ordinal);
  const { items, hasMore } = partOf(ordinals, (page - 1) * size, size, faults);
  return {
    product_reviews: items.map((ordinal) => reviewPayload(world, product, ordinal)),
    total_reviews: `${total}`,
    has_more: hasMore,
  };
}

/** Some responses have their list under `data`, some at the root. */
export const reviews: ListResponse = ({ world, query, faults }) => {
  const product = productNumberOfId(world, query.text('product_id'));
  if (product === undefined) return { code: 23002102, message: 'not available' };
  const page = reviewPart(world, product, query.count('page_start', 1), query.count('page_size', 20), faults);
  return product % 2 === 0
    ? { ...page, base_resp: { StatusCode: 0, StatusMessage: '' } }
    : { code: 0, message: '', data: page };
};
