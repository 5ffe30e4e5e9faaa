export type { ListJob, ListSource } from './job.ts';
export { type ListCrawlerOptions, readLists } from './list-crawler.ts';
export type { ListEnd, ListSink } from './list-sink.ts';
export type { ListItem } from './selection.ts';
