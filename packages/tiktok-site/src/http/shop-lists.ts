import { listedProductPayload, reviewPayload } from '../payloads/product-payload.ts';
import { foundProducts } from '../world/lists.ts';
import { productNumberOfId, productOf } from '../world/product.ts';
import type { World } from '../world/world.ts';
import type { ListAnswer } from './list-answer.ts';
import { type ListFaults, partOf } from './offset-part.ts';

/** Of `product_list`, and of the page that has the first of a search's products. */
export function productPart(world: World, keyword: string, offset: number, count: number, faults: ListFaults) {
  const { items, nextOffset, hasMore } = partOf(foundProducts(world, keyword), offset, count, faults);
  const products = items.map((number) => listedProductPayload(world, number));
  return { products, has_more: hasMore, next_cursor: `${nextOffset}` };
}

export const products: ListAnswer = ({ world, query, faults }) => ({
  ...{ code: 0, message: 'success' },
  data: productPart(world, query.text('keyword'), query.count('cursor'), query.count('count', 30), faults),
});

export const reviews: ListAnswer = ({ world, query, faults }) => {
  const product = productNumberOfId(world, query.text('product_id'));
  if (product === undefined) return { code: 23002102, message: 'not available' };
  const { reviews: total } = productOf(world, product);
  const ordinals = Array.from({ length: total }, (_, ordinal) => ordinal);
  const { items, nextOffset, hasMore } = partOf(ordinals, query.count('cursor'), 20, faults);
  const found = items.map((ordinal) => reviewPayload(world, product, ordinal));
  const data = { product_reviews: found, total_reviews: `${total}`, has_more: hasMore, next_cursor: `${nextOffset}` };
  return { code: 0, message: '', data };
};
