import type { HandoffMode } from '../platform/wherry-api.ts';

/** When the demo moves its run: at which share of the pages, and how. The lost server comes last, see `verdict.ts`. */
const itinerary: readonly { readonly mode: HandoffMode; readonly share: number }[] = [
  { mode: 'warm', share: 0.2 },
  { mode: 'cold', share: 0.45 },
  { mode: 'lost', share: 0.7 },
];

export const plannedMoveCount = itinerary.length;

/** The least number of pages between two moves, for a site whose size is not yet known. */
const leastPagesBetween = 5;

/** The move that is due now, if any. `known`: how many pages are known so far. */
export function moveDue(crawl: {
  readonly done: number;
  readonly known: number;
  readonly moved: number;
}): HandoffMode | undefined {
  const next = itinerary[crawl.moved];
  if (next === undefined) return undefined;
  const isDue = crawl.done >= next.share * crawl.known && crawl.done >= leastPagesBetween * (crawl.moved + 1);
  return isDue ? next.mode : undefined;
}
