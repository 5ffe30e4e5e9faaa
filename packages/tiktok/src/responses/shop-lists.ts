import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page, Position } from '../lists/list.ts';
import { changed, type Outcome } from '../outcome.ts';
import type { Product } from '../records/product.ts';
import { type Review, readReview } from '../records/review.ts';
import { failureOfCode } from '../status-code.ts';
import { pageOf } from './page-of.ts';
import { productsOf } from './products-of.ts';
import { type Reading, readApi } from './response.ts';

/** Parses responses of `shop/brandy_desktop/s/product_list`, and of the list of a store. */
export const parseProductList = (captured: Captured): Outcome<Page<Product>> =>
  readApi(captured, (root) => productsOf(root.at('data').requireObject(), false));

/**
 * Parses responses of `shop/pdp_h5/get_product_reviews` and, in a desktop browser, of `shop/pdp_desktop/get_product_reviews`.
 * Their pages are numbered, and do not contain their number.
 */
export const parseReviewList = (captured: Captured, asked: Position): Outcome<Page<Review>> =>
  readApi(captured, (root) => reviewsOf(root, asked));

/** Some responses have the list under `data`, some at the root with a code of their own. */
function reviewsOf(root: Place, { cursor }: Position): Reading<Page<Review>> {
  const code = root.at('base_resp', 'StatusCode');
  const failure = code.isThere ? failureOfCode(code.requireCount(), code.path) : null;
  if (failure !== null) return failure;
  const data = root.at('data').isThere ? root.at('data').requireObject() : root;
  return reviewPage(data, cursor, data.at('has_more'));
}

/** The reviews in a product's page itself. Its script requests the ones after them. */
export function reviewsInPage(info: Place): Reading<Page<Review>> {
  const [list, total] = [info.at('product_reviews'), info.at('total_reviews').count()];
  if (!Array.isArray(list.value)) return changed(list.path);
  const isShort = total === null || total > list.value.length;
  return reviewPage(info, '1', info.at('has_more').flag() ?? isShort);
}

const reviewPage = (data: Place, cursor: string, hasMore: Place | boolean): Reading<Page<Review>> =>
  pageOf({
    holder: data,
    name: 'product_reviews',
    readEntry: readReview,
    idNames: ['review_id'],
    hasMore,
    next: () => ({ cursor: `${(Number(cursor) || 1) + 1}`, token: null }),
    total: data.at('total_reviews').count(),
    isFirst: (Number(cursor) || 1) === 1,
  });
