/** What needs a browser: an Actor that imports it has `playwright-core` too. */
export type { ListJob, ListSource } from './job.ts';
export { crawlLists, type ListCrawl } from './list-crawler.ts';
export { feedOf, jobOf, type ListTarget, type ListWish, listsOf, searchesOf } from './list-jobs.ts';
export { crawlTrendingSounds, type TrendWish } from './trending-sounds.ts';
