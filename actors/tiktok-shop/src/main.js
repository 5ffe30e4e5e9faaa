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
const { maxProductsPerQuery = 30, maxReviewsPerProduct = 0 } = input;

const products = targetsOf(input.products, 'product');
const searches = targetsOf(input.searchQueries, 'shop_search');

/** What the page of a search has in itself. */
const ofAPage = 30;

const needsBrowser =
  (maxReviewsPerProduct > 0 && products.length > 0) || (maxProductsPerQuery > ofAPage && searches.length > 0);
if (needsBrowser) await productsAndLists();
else await productsAlone();

await finishActor(results);

/** Over HTTP. What a page gives, its charges, and the mark that it is done are one commit. */
async function productsAlone() {
  await crawlPages([...products, ...searches], {
    ...{ input, results },
    pages: {
      product: {
        ...{ read: readProduct, event: 'product' },
        items: (product, target) => [productItem(product, target.input)],
      },
      shop_search: {
        ...{ read: readShopSearch, event: 'product' },
        items: (page, target) =>
          page.items.slice(0, maxProductsPerQuery).map((each) => productItem(each, target.input)),
      },
    },
  });
}

/** By a browser. What a page of a list gives, its charges, and where the list goes on are one commit. */
async function productsAndLists() {
  const { crawlLists, listsOf } = await import('@wherry/tiktok-actors/browser');
  const reviews = listsOf(products, { source: { kind: 'reviews' }, maxItems: maxReviewsPerProduct });
  const found = listsOf(searches, { source: { kind: 'shop_search' }, maxItems: maxProductsPerQuery });
  await crawlLists([...reviews, ...found], {
    ...{ input, results, event: 'product' },
    eventOf: ({ kind }) => (kind === 'reviews' ? 'review' : 'product'),
  });
}
