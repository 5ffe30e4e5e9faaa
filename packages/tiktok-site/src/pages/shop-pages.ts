import { categoryComponent, searchComponent, storeComponent } from '@wherry/tiktok';
import { type ProductsWanted, pageSize, paramsOf, productPart, reviewPart } from '../http/lists/shop-lists.ts';
import { productSurroundingsPayload } from '../payloads/extras-payload.ts';
import { listedProductPayload, productInfoPayload, shopInfoPayload } from '../payloads/product-payload.ts';
import { type Category, productsOfCategory } from '../world/category.ts';
import { type Product, productOf } from '../world/product.ts';
import { hasFirstReviews, productExtrasOf, reviewPageSize } from '../world/product-extras.ts';
import { sellerOf } from '../world/seller.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList } from './shell.ts';

/** `/view/product/ID`, `/us/pdp/ID`. Some pages have their components in a list, some in an object, and some outside of them. */
export function productPage(world: World, number: number | undefined, region: string | null): string {
  const product = number === undefined ? undefined : productOf(world, number);
  const isShown = region === null ? product?.isSoldHere === true : product?.region === region;
  const config = isShown ? productConfig(world, product!) : missingConfig;
  return htmlOf({
    title: isShown ? product!.title : 'TikTok Shop',
    scripts: routerData('(region)/pdp/(product_name_slug$)/(product_id)/page', config),
    lists: isShown ? reviewLists(product!) : [],
    body: isShown
      ? `<h1>${escaped(product!.title)}</h1><button id="reviews">Reviews</button>`
      : '<p>This product is not available in your country or region</p>',
  });
}

const missingConfig = {
  components_map: [],
  global_data: { product_info: { error_code: 23002102, product_info: null } },
};

/** The data of the shop is next to the product, or in it. */
function productConfig(world: World, product: Product): Record<string, unknown> {
  const { number, seller } = product;
  const product_info = productInfoPayload(product);
  const shop_info = shopInfoPayload(seller);
  const isInside = number % 3 === 0;
  const info = isInside ? { ...product_info, shop_info } : product_info;
  if (number % 5 === 4) {
    const alone = { error_code: 0, product_info: { ...product_info, shop_info } };
    return { components_map: [], global_data: { product_info: alone } };
  }
  const reviews = hasFirstReviews(product) ? reviewPart(world, number, 1, reviewPageSize, noFaults) : {};
  const components = [
    { component_type: 'navigation', component_data: {} },
    {
      component_type: 'product_info',
      component_data: {
        product_info: info,
        ...productSurroundingsPayload(productExtrasOf(product), reviews),
        ...(!isInside && { shop_info }),
      },
    },
  ];
  return {
    components_map:
      number % 2 === 0 ? components : Object.fromEntries(components.map((each) => [each.component_type, each])),
  };
}

const routerData = (route: string, page_config: unknown): Record<string, unknown> => ({
  __MODERN_ROUTER_DATA__: { loaderData: { layout: { locale: 'en' }, [route]: { page_config } }, errors: null },
});

/** The script of a page for a desktop browser requests the reviews that follow by a path of its own. */
function reviewLists(product: Product): PageList[] {
  const isDesktop = hasFirstReviews(product);
  if (isDesktop && product.reviews <= reviewPageSize) return [];
  const list: PageList = {
    trigger: { click: '#reviews' },
    path: `/api/shop/${isDesktop ? 'pdp_desktop' : 'pdp_h5'}/get_product_reviews`,
    method: 'POST',
    query: { product_id: product.id, page_size: `${reviewPageSize}`, ...(isDesktop && { page_start: '2' }) },
    cursorName: 'page_start',
  };
  return [list];
}

const noFaults = { repeats: false, isEndless: false };

/** `/shop/s/KEYWORD`, `/us/s?q=KEYWORD`: the first products are in the page, and "View more" requests the next ones. */
export function shopSearchPage(world: World, country: string, keyword: string): string {
  const wanted = { keyword, sellerId: '', country };
  const part = productPart(world, wanted, 0, noFaults);
  const more = moreOf(world, wanted, part.has_more, { component: searchComponent, list: 's' });
  const sorted = sortedLists(world, wanted);
  return htmlOf({
    title: `${keyword} | TikTok Shop`,
    scripts: routerData('(region)/(route_page_name)/page', {
      components_map: [listComponent(searchComponent, part), { component_name: 'related_link_search_words' }],
    }),
    lists: [...more.lists, ...sorted.lists, ...recommendedSeller(world, keyword, part)],
    body: `<h1>${escaped(keyword)}</h1>${sorted.buttons}${more.button}${shown(part)}`,
  });
}

/** Each button requests the results in another order, from the beginning. */
function sortedLists(world: World, wanted: ProductsWanted): { readonly lists: PageList[]; readonly buttons: string } {
  const sorts = {
    'Best sellers': 'ecom_sold_count',
    'Price: low to high': 'ecom_price|ASC',
    'Price: high to low': 'ecom_price|DESC',
  };
  const path = '/api/shop/brandy_desktop/s/product_list';
  const lists = Object.values(sorts).map((id, index): PageList => {
    const query = { ...textsOf(paramsOf(world, wanted, 0)), filters: JSON.stringify([{ filter_option_id: id }]) };
    const trigger = { click: `#sort-${index}` };
    return { trigger, path, method: 'POST', query, cursorName: 'offset', component: searchComponent };
  });
  const buttons = Object.keys(sorts).map((text, index) => `<button id="sort-${index}">${text}</button>`);
  return {
    lists,
    buttons: `<button data-opens-panel>Sort by</button><div data-panel hidden>${buttons.join('')}</div>`,
  };
}

/** `/shop/c/SLUG/ID`, `/us/c/SLUG/ID`. How the page requests more is not known, so the stand-in's has all that it shows. */
export function categoryPage(world: World, category: Category): string {
  const products = productsOfCategory(world, category)
    .slice(0, pageSize)
    .map((number) => listedProductPayload(world, number));
  return htmlOf({
    title: `${category.word} | TikTok Shop`,
    scripts: routerData('(region)/c/(category_name_slug)/(category_id)/page', {
      components_map: [
        { component_name: 'category_header', component_data: { name: category.word } },
        { component_name: categoryComponent, component_type: 'feed_list', component_data: { products } },
      ],
    }),
    lists: [],
    body: `<h1>${escaped(category.word)}</h1>`,
  });
}

/** A block next to the results requests the products of one seller, by the path of the search. */
function recommendedSeller(world: World, keyword: string, { products }: ReturnType<typeof productPart>): PageList[] {
  const [first] = products as { seller_info: { seller_id: string } }[];
  if (first === undefined) return [];
  const query = textsOf(paramsOf(world, { keyword, sellerId: first.seller_info.seller_id }, 0));
  const path = '/api/shop/brandy_desktop/s/product_list';
  return [{ trigger: 'scroll', path, method: 'POST', query, cursorName: null, component: 'feed_list_shop' }];
}

/** `/shop/store/SLUG/ID`, `/us/store/SLUG/ID`. */
export function storePage(world: World, number: number): string {
  const seller = sellerOf(world, number);
  const wanted = { keyword: '', sellerId: seller.id };
  const part = productPart(world, wanted, 0, noFaults);
  const more = moreOf(world, wanted, part.has_more, { component: storeComponent, list: 'store' });
  return htmlOf({
    title: `${seller.name} | TikTok Shop`,
    scripts: routerData('(region)/store/(shop_name_slug)/(seller_id)/page', {
      components_map: [
        { component_name: 'store_header', component_data: { shop_info: shopInfoPayload(seller) } },
        listComponent(storeComponent, part),
      ],
    }),
    lists: more.lists,
    body: `<h1>${escaped(seller.name)}</h1>${more.button}${shown(part)}`,
  });
}

/** A page does not say whether more follow. It has the parameters to request them, or not. */
function listComponent(
  component_name: string,
  { products, has_more, load_more_params }: ReturnType<typeof productPart>,
) {
  const component_data = { products, ...(has_more && { load_more_params }) };
  return { component_name, component_type: 'feed_list', component_data };
}

const shown = ({ products }: ReturnType<typeof productPart>): string =>
  products.map(({ title }) => `<div class="item">${escaped(`${title}`)}</div>`).join('');

function moreOf(
  world: World,
  wanted: ProductsWanted,
  hasMore: boolean,
  { component, list }: { readonly component: string; readonly list: 's' | 'store' },
): { readonly lists: PageList[]; readonly button: string } {
  if (!hasMore) return { lists: [], button: '' };
  const query = textsOf(paramsOf(world, wanted, pageSize));
  const path = `/api/shop/brandy_desktop/${list}/product_list`;
  return {
    lists: [{ trigger: { click: '#view-more' }, path, method: 'POST', query, cursorName: 'offset', component }],
    button: '<button id="view-more">View more</button>',
  };
}

const textsOf = (params: object): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, `${value}`]));
