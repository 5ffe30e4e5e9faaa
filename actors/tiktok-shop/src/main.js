import {
  crawlPages,
  finishActor,
  productItem,
  readProduct,
  readShopSearch,
  startActor,
  targetsOf,
} from '@wherry/tiktok-actors';

const { input, results } = await startActor();
const { products = [], searchQueries = [], maxProductsPerQuery = 30 } = input;

const targets = [...targetsOf(products, 'product'), ...targetsOf(searchQueries, 'shop_search')];

// What a page gives, its charges, and the mark that it is done are one commit.
await crawlPages(targets, {
  ...{ input, results },
  pages: {
    product: {
      ...{ read: readProduct, event: 'product' },
      items: (product, target) => [productItem(product, target.input)],
    },
    shop_search: {
      ...{ read: readShopSearch, event: 'product' },
      items: (page, target) => page.items.slice(0, maxProductsPerQuery).map((each) => productItem(each, target.input)),
    },
  },
});

await finishActor(results);
