/**
 * The verdict on the demo's crawl. Each page must have one item.
 *
 * [demo-1] a page that has no item is lost.
 * [demo-2] each further item of a page is a duplicate.
 * [demo-3] a duplicate belongs to the last move that was requested before it appeared. The lost server comes last, so
 *     earlier duplicates belong to the planned moves, and later ones to the lost server.
 * [demo-4] nothing may be lost in any move, and nothing repeated in a planned one. A stock Actor whose server is lost may
 *     repeat its requests in flight; a durable one may not.
 */
import type { Handoff } from '../platform/wherry-api.ts';
import { plannedMoveCount } from './itinerary.ts';

export interface Item {
  readonly url: string;
  /** Whether the Actor reports that it could not load the page. */
  readonly failed: boolean;
}

export interface Move {
  readonly handoff: Handoff;
  /** How many duplicates there were when the move was requested. */
  readonly duplicatesBefore: number;
}

export interface Crawl {
  readonly status: string;
  /** The pages that must have an item. */
  readonly pages: readonly string[];
  readonly items: readonly Item[];
  /** In the order in which they were made. */
  readonly moves: readonly Move[];
  /** What each item stands for. */
  readonly noun: Noun;
  readonly isDurable: boolean;
}

type Noun = 'pages' | 'profiles';

export interface Verdict {
  readonly status: string;
  readonly noun: Noun;
  readonly isDurable: boolean;
  readonly pages: number;
  readonly items: number;
  readonly duplicates: number;
  /** Pages without an item. */
  readonly lost: readonly string[];
  readonly failedPages: number;
  readonly moves: readonly (Handoff & { readonly duplicates: number })[];
  /** Duplicates of the planned moves, and of the time before the first move. */
  readonly repeatedAsPlanned: number;
  readonly repeatedByLostServer: number;
  /** One sentence for each fault of the crawl; empty if there is none. */
  readonly faults: readonly string[];
}

export function verdictOf({ status, pages, items, moves, noun, isDurable }: Crawl): Verdict {
  const withItem = new Set(items.map(({ url }) => url));
  const lost = [...new Set(pages)].filter((url) => !withItem.has(url));
  const duplicates = duplicatesOf(items);
  const attributed = moves.map(({ handoff, duplicatesBefore }, index) => ({
    ...handoff,
    duplicates: (moves[index + 1]?.duplicatesBefore ?? duplicates) - duplicatesBefore,
  }));
  const repeatedByLostServer = attributed
    .filter(({ mode }) => mode === 'lost')
    .reduce((sum, move) => sum + move.duplicates, 0);
  const known = {
    status,
    noun,
    isDurable,
    pages: new Set([...pages, ...withItem]).size,
    items: items.length,
    duplicates,
    lost,
    failedPages: new Set(items.filter(({ failed }) => failed).map(({ url }) => url)).size,
    moves: attributed,
    repeatedAsPlanned: duplicates - repeatedByLostServer,
    repeatedByLostServer,
  };
  return { ...known, faults: faultsOf(known) };
}

/** [demo-2] */
export const duplicatesOf = (items: readonly { readonly url: string }[]): number =>
  items.length - new Set(items.map(({ url }) => url)).size;

/** [demo-4] */
function faultsOf(verdict: Omit<Verdict, 'faults'>): string[] {
  const { status, noun, isDurable, lost, repeatedAsPlanned, repeatedByLostServer, moves } = verdict;
  return [
    ...(status === 'SUCCEEDED' ? [] : [`The run ended ${status}.`]),
    ...(lost.length === 0 ? [] : [`${lost.length} ${noun} have no item, ${lost[0]} among them.`]),
    ...(repeatedAsPlanned === 0 ? [] : [`${repeatedAsPlanned} items were repeated without a server being lost.`]),
    ...(isDurable && repeatedByLostServer > 0
      ? [`${repeatedByLostServer} items were repeated after a server was lost.`]
      : []),
    ...(moves.length === plannedMoveCount
      ? []
      : [
          `The run was moved ${moves.length} times, not ${plannedMoveCount}: the crawl ended too early. Use a larger site.`,
        ]),
  ];
}
