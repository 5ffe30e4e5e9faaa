import type { Captured } from '../captured.ts';
import type { Page } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import type { Product } from '../records/product.ts';
import { type Review, readReview } from '../records/review.ts';
import { readApi } from './answer.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { productsOf } from './products-of.ts';

/** Of `shop/brandy_desktop/s/product_list`. */
export const parseProductList = (captured: Captured): Outcome<Page<Product>> =>
  readApi(captured, (root) => productsOf(root.at('data').requireObject()));

/** Of `shop/pdp_h5/get_product_reviews`. */
export const parseReviewList = (captured: Captured): Outcome<Page<Review>> =>
  readApi(captured, (root) => {
    const data = root.at('data').requireObject();
    return pageOf({
      entries: data.at('product_reviews').requireList(),
      readEntry: readReview,
      idNames: ['review_id'],
      hasMore: data.at('has_more'),
      next: () => requirePosition(data.firstOf('next_cursor', 'cursor')),
      total: data.at('total_reviews').count(),
    });
  });
