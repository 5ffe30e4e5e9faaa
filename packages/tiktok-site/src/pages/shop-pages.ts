import type { ListFaults } from '../http/offset-part.ts';
import { productPart } from '../http/shop-lists.ts';
import { productInfoPayload } from '../payloads/product-payload.ts';
import { productOf } from '../world/product.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList } from './shell.ts';

/** `/view/product/ID`. Some pages keep their components in a list, some in an object, some beside them. */
export function productPage(world: World, number: number | undefined): string {
  const product = number === undefined ? undefined : productOf(world, number);
  const isShown = product?.isSoldHere === true;
  const config = !isShown
    ? { components_map: [], global_data: { product_info: { error_code: 23002102, product_info: null } } }
    : number! % 5 === 4
      ? {
          components_map: [],
          global_data: { product_info: { error_code: 0, product_info: productInfoPayload(product) } },
        }
      : componentConfig(productInfoPayload(product), number! % 2 === 0);
  return htmlOf({
    title: isShown ? product.title : 'TikTok Shop',
    scripts: routerData('(name)/view/product/(id)/page', config),
    lists: isShown ? [reviewList(product.id, product.seller.id)] : [],
    body: isShown
      ? `<h1>${escaped(product.title)}</h1><button data-e2e="reviews">Reviews</button>`
      : '<p>This product is not available in your country or region</p>',
  });
}

function componentConfig(product_info: unknown, asList: boolean): Record<string, unknown> {
  const components = [
    { component_type: 'navigation', component_data: {} },
    { component_type: 'product_info', component_data: { product_info } },
  ];
  return {
    components_map: asList ? components : Object.fromEntries(components.map((each) => [each.component_type, each])),
  };
}

const routerData = (route: string, page_config: unknown): Record<string, unknown> => ({
  __MODERN_ROUTER_DATA__: { loaderData: { layout: { locale: 'en' }, [route]: { page_config } }, errors: null },
});

const reviewList = (productId: string, sellerId: string): PageList => ({
  ...{
    trigger: { click: 'reviews' },
    path: '/api/shop/pdp_h5/get_product_reviews',
    method: 'POST',
    cursorName: 'cursor',
  },
  query: { product_id: productId, seller_id: sellerId, cursor: '0' },
});

const firstProducts = 30;

/** `/shop/s/KEYWORD`: the first products are in the page, and "View more" asks for the next. */
export function shopSearchPage(world: World, keyword: string, faults: ListFaults): string {
  const part = productPart(world, keyword, 0, firstProducts, faults);
  const component = { component_name: 'feed_list_search_word', component_type: 'feed_list', component_data: part };
  return htmlOf({
    title: `${keyword} | TikTok Shop`,
    scripts: routerData('shop/s/(keyword)/page', { components_map: [component] }),
    lists: [
      {
        ...{ trigger: { click: 'view-more' }, path: '/api/shop/brandy_desktop/s/product_list', method: 'GET' },
        ...{ query: { keyword, count: '30', cursor: part.next_cursor }, cursorName: 'cursor' },
      },
    ],
    body: `<h1>${escaped(keyword)}</h1>${part.has_more ? '<button data-e2e="view-more">View more</button>' : ''}`,
  });
}
