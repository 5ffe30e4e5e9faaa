export { finishActor, orRefused, type StartedActor, startActor } from './actor.ts';
export { BackOff, backOffLimits } from './http/back-off.ts';
export { crawlPages, type PageCrawl, type PagePlan } from './http/crawl-pages.ts';
export {
  type Ask,
  type PageReader,
  type Reading,
  readProduct,
  readProfile,
  readShopSearch,
  readStore,
  readVideo,
} from './http/readers.ts';
export { RetryLater } from './http/retry-later.ts';
export { Session } from './http/sessions.ts';
export { Visitor } from './http/visitor.ts';
export type { CommonInput, FailuresGoTo } from './input/common-input.ts';
export { postDatesOf } from './input/dates.ts';
export {
  type Alias,
  fieldOf,
  type InputAliases,
  InputRefusal,
  inOwnFields,
  type Refused,
} from './input/input-aliases.ts';
export { productSortOf, type SearchInput, searchOf } from './input/list-options.ts';
export { proxiesOf } from './input/proxies.ts';
export {
  inRegion,
  type ReadableTarget,
  type RefusedTarget,
  type Target,
  targetsByKind,
  targetsOf,
} from './input/targets.ts';
export * from './items/item.ts';
export { type FailedInput, failedInput, refusedInput } from './results/failed-input.ts';
export { type Given, Results } from './results/results.ts';
export type { Tally } from './results/tally-text.ts';
export { siteUrl } from './settings.ts';
