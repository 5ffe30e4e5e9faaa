import { numberOf } from './envelope.ts';
import type { Query } from './query.ts';

/** As on Apify, where asking for more is not an error. */
const maxWaitSecs = 60;

/** How long an answer may wait for the end of a run or a build, in ms. */
export const waitMsOf = (query: Query): number =>
  Math.min(numberOf(query, 'waitForFinish', 0) ?? 0, maxWaitSecs) * 1000;
