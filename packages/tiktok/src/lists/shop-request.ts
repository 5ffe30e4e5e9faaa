/**
 * The shop's pages request more products by a POST whose fields are JSON texts. Its form, and that one path serves several
 * lists, are known from public scrapers of 2026. The name of a store's list is inferred from its links.
 */
import type { Place } from '../json/place.ts';
import { productParameters, productSortOf } from './filters.ts';
import type { List, Position } from './list.ts';

export const searchComponent = 'feed_list_search_word';
export const storeComponent = 'feed_list_store_list_product';
/** As the links to products on a category's page name it (2025). How that page requests more products is not known. */
export const categoryComponent = 'feed_list_category_products';

const pageSize = 30;

/** The body of a request for products. */
export function productsBodyOf(list: List & { kind: 'shop_search' | 'shop_products' }, at: Position): string {
  const isSearch = list.kind === 'shop_search';
  const params = {
    offset: Number(at.cursor),
    page_token: at.token ?? '',
    count: pageSize,
    search_word: isSearch ? list.keyword : '',
    seller_id: isSearch ? '' : list.sellerId,
    ...(isSearch && list.sort !== undefined && productParameters(list.sort)),
  };
  const component = { component_type: 'feed_list', component_name: isSearch ? searchComponent : storeComponent };
  return JSON.stringify({ component_info: JSON.stringify(component), load_more_params: JSON.stringify(params) });
}

type Fields = Readonly<Record<string, string | undefined>>;

/** The list that a request for products asks for; null for other lists, such as products of a recommended seller. */
export function productsAskedFor({ component_info, load_more_params }: Fields, isStore: boolean) {
  const [component, params] = [fieldsIn(component_info), fieldsIn(load_more_params)];
  const position: Position = {
    cursor: params.offset || params.page_token || '0',
    token: params.page_token || null,
  };
  if (isStore) {
    const { seller_id: sellerId } = params;
    return sellerId ? { list: { kind: 'shop_products', sellerId } as const, position } : null;
  }
  const { search_word: keyword, seller_id: sellerId } = params;
  const isSearch = (component.component_name ?? searchComponent) === searchComponent && !sellerId;
  const sort = productSortOf(load_more_params);
  if (!keyword || !isSearch || sort === null) return null;
  return { list: { kind: 'shop_search' as const, keyword, ...(sort !== undefined && { sort }) }, position };
}

/** The string and number fields of a JSON object; none if the text is not JSON. */
export function fieldsIn(text: string | null | undefined): Fields {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    const fields = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
    const plain = fields.filter(([, value]) => ['string', 'number'].includes(typeof value));
    return Object.fromEntries(plain.map(([key, value]) => [key, `${value}`]));
  } catch {
    return {};
  }
}

/** The next position in `load_more_params` of a response or a page. */
export function positionIn(params: Place): Position {
  const token = params.at('page_token').text() || null;
  const offset = params.at('offset').count();
  return { cursor: offset === null ? (token ?? params.at('offset').requireText()) : `${offset}`, token };
}
