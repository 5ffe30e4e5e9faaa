import {
  crawlPages,
  finishActor,
  productItem,
  readProduct,
  readShopSearch,
  readVideo,
  startActor,
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

/** By a browser, the list of each page that is named. */
const lists = (wanted, source) =>
  crawlLists(listsOf(targetsOf(inputs, wanted), { source, maxItems, withoutHeader: true }), crawl);

/** Over HTTP, each page that is named. */
const pages = (targets, plans) =>
  crawlPages(targets, {
    ...{ input, results },
    pages: Object.fromEntries(Object.entries(plans).map(([wanted, plan]) => [wanted, { ...plan, event: 'result' }])),
  });

const products = {
  product: { read: readProduct, items: (product, target) => [productItem(product, target.input)] },
  shop_search: {
    read: readShopSearch,
    items: (page, target) => page.items.slice(0, maxItems).map((each) => productItem(each, target.input)),
  },
};

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
  SHOP: () => pages([...targetsOf(inputs, 'product'), ...targetsOf(words, 'shop_search')], products),
};

await crawls[type]();

await finishActor(results);
