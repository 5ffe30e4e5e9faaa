import { tableOf } from '../output.ts';
import type { Verdict } from './verdict.ts';

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 10) / 10);

/** The verdict as the demo shows it. */
export function reportOf(verdict: Verdict): string {
  const { pages, items, duplicates, lost, failedPages, moves } = verdict;
  const counts = tableOf(['pages', 'items', 'duplicates', 'lost'], [[pages, items, duplicates, lost.length]]);
  const handoffs = tableOf(
    ['move', 'from', 'to', 'drain ms', 'downtime ms', 'repeated'],
    moves.map((move) => [
      move.mode,
      move.from,
      move.to,
      rounded(move.drainMs),
      rounded(move.downtimeMs),
      move.duplicates,
    ]),
  );
  const failed =
    failedPages === 0
      ? []
      : [
          `${pagesOf(failedPages)} could not be loaded; ${failedPages === 1 ? 'its item says' : 'their items say'} why.`,
        ];
  return ['', counts, '', ...(moves.length === 0 ? [] : [handoffs, '']), ...failed, ...sentences(verdict)].join('\n');
}

function sentences(verdict: Verdict): string[] {
  const { faults, moves, repeatedByLostServer } = verdict;
  const lostServer = moves.some(({ mode }) => mode === 'lost')
    ? [
        'A stock Actor whose server is lost may repeat what was in hand; ' +
          (repeatedByLostServer === 0
            ? 'this one repeated nothing.'
            : `this one repeated ${pagesOf(repeatedByLostServer)}.`),
      ]
    : [];
  if (faults.length > 0) return [...faults.map((fault) => `FAILED: ${fault}`), ...lostServer];
  return ['Nothing was lost, and nothing was repeated in the planned moves.', ...lostServer];
}

const pagesOf = (count: number): string => (count === 1 ? '1 page' : `${count} pages`);
