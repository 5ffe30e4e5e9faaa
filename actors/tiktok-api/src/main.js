import {
  crawlPages,
  finishActor,
  productItem,
  readProduct,
  readShopSearch,
  readStore,
  readVideo,
  startActor,
  targetsByKind,
  targetsOf,
  videoItem,
} from '@wherry/tiktok-actors';
import { crawlLists, feedOf, listsOf, searchesOf } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();
const { type, url, urls = [], keyword, limit = 100, isUnlimited = false, sortType = 0 } = input;

const inputs = [...(url ? [url] : []), ...urls];
const words = keyword ? [keyword] : [];
const maxItems = isUnlimited ? undefined : limit;
const crawl = { input, results, event: 'result' };

/** Reads the list of each given page with a browser. */
const lists = (wanted, source) =>
  crawlLists(listsOf(targetsOf(inputs, wanted), { source, maxItems, withoutHeader: true }), crawl);

/** Reads each given page over HTTP. */
const pages = (targets, plans) =>
  crawlPages(targets, {
    input,
    results,
    pages: Object.fromEntries(Object.entries(plans).map(([wanted, plan]) => [wanted, { ...plan, event: 'result' }])),
  });

const shopTargets = () => {
  const { product, shop, shop_search } = targetsByKind(inputs, ['product', 'shop', 'shop_search']);
  return {
    products: targetsOf(product, 'product'),
    stores: targetsOf(shop, 'shop'),
    searches: targetsOf([...words, ...shop_search], 'shop_search'),
  };
};

/** The number of products on the page of a search or a shop. */
const ofAPage = 30;

/** Reads products over HTTP, or with a browser if more are wanted than the page has. */
function shop() {
  const { products, stores, searches } = shopTargets();
  const hasLists = stores.length > 0 || searches.length > 0;
  if (hasLists && (maxItems ?? ofAPage + 1) > ofAPage) {
    const options = { maxItems, withoutHeader: true };
    const lists = [
      ...listsOf(products, { source: { kind: 'reviews' }, maxItems: 0 }),
      ...listsOf(stores, { ...options, source: { kind: 'shop_products' } }),
      ...listsOf(searches, { ...options, source: { kind: 'shop_search' } }),
    ];
    return crawlLists(lists, crawl);
  }
  const listed = (page, target) => page.items.slice(0, maxItems).map((each) => productItem(each, target.input));
  return pages([...products, ...stores, ...searches], {
    product: { read: readProduct, items: (product, target) => [productItem(product, target.input)] },
    shop: {
      read: readStore,
      unreadable: (page) => page.products.unreadable,
      items: (page, target) => listed(page.products, target),
    },
    shop_search: { read: readShopSearch, unreadable: (page) => page.unreadable, items: listed },
  });
}

const crawls = {
  SEARCH: () =>
    crawlLists(searchesOf(targetsOf([...words, ...inputs], 'search'), { section: 'video', maxItems }), crawl),
  TREND: () => crawlLists([feedOf('foryou', { maxItems: limit })], crawl),
  HASHTAG: () => lists('hashtag', { kind: 'hashtag_posts' }),
  USER: () => lists('profile', { kind: 'posts', sort: ['latest', 'popular', 'oldest'][sortType] }),
  MUSIC: () => lists('sound', { kind: 'sound_posts' }),
  COMMENT: () => lists('video', { kind: 'comments', maxReplies: 0 }),
  VIDEO: () =>
    pages(targetsOf(inputs, 'video'), {
      video: { read: readVideo, items: (video, target) => [videoItem(video, target.input)] },
    }),
  SHOP: shop,
};

await crawls[type]();

await finishActor(results);
