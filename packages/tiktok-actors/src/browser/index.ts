/** The part that needs a browser. An Actor that imports it must have `playwright-core` as a dependency. */
export type { ListJob, ListSource } from './job.ts';
export { crawlLists, type ListCrawl } from './list-crawler.ts';
export { feedOf, jobOf, type ListOptions, type ListTarget, listsOf, searchesOf } from './list-jobs.ts';
export { crawlTrendingSounds, type TrendOptions } from './trending-sounds.ts';
