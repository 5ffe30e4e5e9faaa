import {
  crawlPages,
  finishActor,
  InputRefusal,
  inRegion,
  orRefused,
  productItem,
  productSortOf,
  readProduct,
  readShopSearch,
  readStore,
  readVideo,
  searchOf,
  startActor,
  targetsByKind,
  targetsOf,
  videoItem,
} from '@wherry/tiktok-actors';
import { crawlLists, feedOf, listsOf, searchesOf } from '@wherry/tiktok-actors/browser';
import { log } from 'crawlee';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { type, urls: inputs = [], keywords: words = [], limit = 100, isUnlimited = false, sorting, region } = input;

const sortings = {
  SEARCH: ['RELEVANCE', 'MOST_LIKED', 'LATEST'],
  USER: ['LATEST', 'POPULAR', 'OLDEST'],
  SHOP: ['RELEVANCE', 'BEST_SELLERS', 'PRICE_ASC', 'PRICE_DESC'],
};
await orRefused(() => {
  const known = sortings[type] ?? [];
  if (sorting === undefined || known.includes(sorting)) return;
  const advice = known.length === 0 ? 'Leave it out.' : `Give one of ${known.join(', ')}.`;
  throw new InputRefusal(`sorting and type contradict each other: ${type} has no order ${sorting}. ${advice}`);
});
if (region !== undefined && !['SEARCH', 'TREND', 'SHOP'].includes(type))
  log.info(`region has no effect on what ${type} reads, except for the country of proxies.`);

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
    searches: inRegion(targetsOf([...words, ...shop_search], 'shop_search'), region),
  };
};

/** The number of products on the page of a search or a shop. */
const ofAPage = 30;

/** Reads products over HTTP, or with a browser if more are wanted than the page has. */
function shop() {
  const { products, stores, searches } = shopTargets();
  const hasLists = stores.length > 0 || searches.length > 0;
  const sort = productSortOf(sorting);
  if (hasLists && ((maxItems ?? ofAPage + 1) > ofAPage || (sort && searches.length > 0))) {
    const options = { maxItems, withoutHeader: true };
    const lists = [
      ...listsOf(products, { source: { kind: 'reviews' }, maxItems: 0 }),
      ...listsOf(stores, { ...options, source: { kind: 'shop_products' } }),
      ...listsOf(searches, { ...options, source: { kind: 'shop_search', ...(sort && { sort }) } }),
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
  SEARCH: async () => {
    const { section, filter } = await orRefused(() => searchOf({ ...input, videoSearchSorting: sorting }, 'video'));
    await crawlLists(
      searchesOf(targetsOf([...words, ...inputs], 'search'), { section, filter, maxItems, region }),
      crawl,
    );
  },
  TREND: () => crawlLists([feedOf('foryou', { maxItems: limit, region })], crawl),
  HASHTAG: () => lists('hashtag', { kind: 'hashtag_posts' }),
  USER: () => lists('profile', { kind: 'posts', sort: (sorting ?? 'LATEST').toLowerCase() }),
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
