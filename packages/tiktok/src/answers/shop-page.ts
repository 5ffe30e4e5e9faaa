/** Pages of TikTok's shop: a product's, and a search's. */
import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import type { Page } from '../lists/list.ts';
import { changed, type Outcome } from '../outcome.ts';
import { type Product, readProduct } from '../records/product.ts';
import { failureOfCode } from '../status-code.ts';
import { type Reading, read, readPage } from './answer.ts';
import { productsOf } from './products-of.ts';

/** Of `/view/product/ID` and `/shop/pdp/slug/ID`. */
export const parseProductPage = (captured: Captured): Outcome<Product> =>
  readPage(captured, [['__MODERN_ROUTER_DATA__', ofRouterData]]);

/** Of `/shop/s/KEYWORD`: the first of its products. */
export const parseShopSearchPage = (captured: Captured): Outcome<Page<Product>> =>
  readPage(captured, [['__MODERN_ROUTER_DATA__', ofSearchData]]);

function ofRouterData(root: Place): Reading<Product> {
  const configs = pageConfigsOf(root);
  for (const config of configs) {
    const globalInfo = config.at('global_data', 'product_info');
    const code = globalInfo.at('error_code');
    const failure = code.isThere ? failureOfCode(code.requireCount(), code.path) : null;
    if (failure !== null) return failure;
    if (globalInfo.at('product_info').isObject) return read(readProduct(globalInfo.at('product_info')));
    const component = componentsOf(config).find((each) => each.at('component_type').value === 'product_info');
    if (component !== undefined)
      return read(readProduct(component.at('component_data', 'product_info').requireObject()));
  }
  return changed(configs.length === 0 ? 'loaderData.page_config' : `${configs[0]!.path}.components_map.product_info`);
}

const searchComponent = 'feed_list_search_word';

function ofSearchData(root: Place): Reading<Page<Product>> {
  const configs = pageConfigsOf(root);
  const list = configs.flatMap(componentsOf).find((each) => each.at('component_name').value === searchComponent);
  if (list === undefined) return changed(`loaderData.page_config.components_map.${searchComponent}`);
  return productsOf(list.at('component_data').requireObject());
}

const pageConfigsOf = (root: Place): Place[] =>
  root
    .at('loaderData')
    .entries()
    .map((loader) => loader.at('page_config'))
    .filter(({ isObject }) => isObject);

/** A list on some pages, an object on others. */
const componentsOf = (config: Place): Place[] => config.at('components_map').entries();
