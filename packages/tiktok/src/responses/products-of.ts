import type { Place } from '../json/place.ts';
import type { Page } from '../lists/list.ts';
import { positionIn } from '../lists/shop-request.ts';
import { type Product, readListedProduct } from '../records/product.ts';
import { pageOf } from './page-of.ts';
import type { Reading } from './response.ts';

/** The products of a list. A page that contains the first ones may only say how to request more, not whether more follow. */
export function productsOf(data: Place, isInPage: boolean): Reading<Page<Product>> {
  const more = data.at('load_more_params');
  const hasMore = data.at('has_more');
  // Without a word on what follows, the list itself must be there.
  if (!hasMore.isThere) data.at('products').requireList();
  return pageOf({
    holder: data,
    name: 'products',
    readEntry: readListedProduct,
    idNames: ['product_id'],
    hasMore: isInPage && !hasMore.isThere ? more.isObject : hasMore,
    next: () => positionIn(more),
  });
}
