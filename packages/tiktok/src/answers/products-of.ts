import type { Place } from '../json/place.ts';
import type { Page } from '../lists/list.ts';
import { type Product, readListedProduct } from '../records/product.ts';
import type { Reading } from './answer.ts';
import { pageOf, requirePosition } from './page-of.ts';

/** The products of a list, the same in the page of a search as in what the page asks for next. */
export const productsOf = (data: Place): Reading<Page<Product>> =>
  pageOf({
    entries: data.at('products').requireList(),
    readEntry: readListedProduct,
    idNames: ['product_id'],
    hasMore: data.at('has_more'),
    next: () => requirePosition(data.firstOf('next_cursor', 'cursor')),
  });
