/** Pages of TikTok's shop: of a product, a search and a store. */
import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page } from '../lists/list.ts';
import { categoryComponent, searchComponent } from '../lists/shop-request.ts';
import { changed, type Outcome } from '../outcome.ts';
import { type Product, readProduct } from '../records/product.ts';
import { readShop, type Shop } from '../records/shop.ts';
import { failureOfCode } from '../status-code.ts';
import { productsOf } from './products-of.ts';
import { type Reading, read, readPage } from './response.ts';

/** Parses the pages `/view/product/ID` and `/shop/pdp/slug/ID`. */
export const parseProductPage = (captured: Captured): Outcome<Product> =>
  readPage(captured, [['__MODERN_ROUTER_DATA__', ofRouterData]]);

/** Parses the pages `/shop/s/KEYWORD` and `/shop/c/SLUG/ID`, which have the first products. */
export const parseShopSearchPage = (captured: Captured): Outcome<Page<Product>> =>
  readPage(captured, [['__MODERN_ROUTER_DATA__', ofSearchData]]);

export interface StorePage {
  readonly shop: Shop;
  /** The first products of the store. */
  readonly products: Page<Product>;
}

/** Parses the page `/shop/store/SLUG/ID`. */
export const parseStorePage = (captured: Captured): Outcome<StorePage> =>
  readPage(captured, [['__MODERN_ROUTER_DATA__', ofStoreData]]);

function ofRouterData(root: Place): Reading<Product> {
  const configs = pageConfigsOf(root);
  for (const config of configs) {
    const globalInfo = config.at('global_data', 'product_info');
    const code = globalInfo.at('error_code');
    const failure = code.isThere ? failureOfCode(code.requireCount(), code.path) : null;
    if (failure !== null) return failure;
    // `global_data` has a copy with fewer fields.
    const component = componentsOf(config).find((each) => each.at('component_data', 'product_info').isObject);
    const data = component?.at('component_data') ?? globalInfo;
    if (data.at('product_info').isObject) return read(readProduct(data.at('product_info'), data.at('shop_info')));
  }
  return changed(configs.length === 0 ? 'loaderData.page_config' : `${configs[0]!.path}.components_map.product_info`);
}

function ofSearchData(root: Place): Reading<Page<Product>> {
  const configs = pageConfigsOf(root);
  const names: readonly unknown[] = [searchComponent, categoryComponent];
  const list = configs.flatMap(componentsOf).find((each) => names.includes(each.at('component_name').value));
  if (list === undefined) return changed(`loaderData.page_config.components_map.${searchComponent}`);
  return productsOf(list.at('component_data').requireObject(), true);
}

/** The name of a store's list is not known from a captured page, so the list is recognised by its content. */
function ofStoreData(root: Place): Reading<StorePage> {
  const components = pageConfigsOf(root)
    .flatMap(componentsOf)
    .map((each) => each.at('component_data'));
  const info = components.map((data) => data.at('shop_info')).find(({ isObject }) => isObject);
  if (info === undefined) return changed('loaderData.page_config.components_map.shop_info');
  const list = components.find((data) => Array.isArray(data.at('products').value));
  if (list === undefined) return changed('loaderData.page_config.components_map.products');
  info.at('seller_id').requireId();
  const products = productsOf(list, true);
  return products.kind === 'read' ? read({ shop: readShop(info, info), products: products.value }) : products;
}

const pageConfigsOf = (root: Place): Place[] =>
  root
    .at('loaderData')
    .entries()
    .map((loader) => loader.at('page_config'))
    .filter(({ isObject }) => isObject);

/** `components_map` is a list on some pages and an object on others. */
const componentsOf = (config: Place): Place[] => config.at('components_map').entries();
