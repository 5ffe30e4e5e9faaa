import {
  crawlPages,
  finishActor,
  inRegion,
  productItem,
  productSortOf,
  readProduct,
  readShopSearch,
  readStore,
  shopItem,
  startActor,
  targetsOf,
} from '@wherry/tiktok-actors';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { maxProductsPerQuery = 30, maxProductsPerShop = 30, maxReviewsPerProduct = 0, region } = input;
const sort = productSortOf(input.productSorting);

const products = targetsOf(input.products, 'product');
const shops = targetsOf(input.shops, 'shop');
const searches = inRegion(targetsOf(input.searchQueries, 'shop_search'), region);

/** The number of products on the page of a search or a shop. */
const ofAPage = 30;

const needsBrowser =
  (maxReviewsPerProduct > 0 && products.length > 0) ||
  ((maxProductsPerQuery > ofAPage || sort !== undefined) && searches.length > 0) ||
  (maxProductsPerShop > ofAPage && shops.length > 0);
if (needsBrowser) await productsAndLists();
else await productsAlone();

await finishActor(results);

/** Over HTTP. The items of a page, their charges, and the mark that it is done are one commit. */
async function productsAlone() {
  const event = 'product';
  const listed = ({ items }, target, most) => items.slice(0, most).map((each) => productItem(each, target.input));
  await crawlPages([...searches, ...shops, ...products], {
    input,
    results,
    pages: {
      product: { event, read: readProduct, items: (product, target) => [productItem(product, target.input)] },
      shop: {
        event,
        read: readStore,
        unreadable: (page) => page.products.unreadable,
        items: (page, target) => [
          shopItem(page.shop, target.input),
          ...listed(page.products, target, maxProductsPerShop),
        ],
      },
      shop_search: {
        event,
        read: readShopSearch,
        unreadable: (page) => page.unreadable,
        items: (page, target) => listed(page, target, maxProductsPerQuery),
      },
    },
  });
}

/** With a browser. The items of a page of a list, their charges, and the position of the next page are one commit. */
async function productsAndLists() {
  const { crawlLists, listsOf } = await import('@wherry/tiktok-actors/browser');
  const lists = [
    ...listsOf(products, { source: { kind: 'reviews' }, maxItems: maxReviewsPerProduct }),
    ...listsOf(shops, { source: { kind: 'shop_products' }, maxItems: maxProductsPerShop }),
    ...listsOf(searches, { source: { kind: 'shop_search', ...(sort && { sort }) }, maxItems: maxProductsPerQuery }),
  ];
  await crawlLists(lists, {
    input,
    results,
    event: 'product',
    eventOf: ({ kind }) => (kind === 'reviews' ? 'review' : 'product'),
  });
}
