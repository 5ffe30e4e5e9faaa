import { tableOf } from '../terminal/output.ts';
import type { Verdict } from './verdict.ts';

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 10) / 10);

/** The verdict as text. */
export function reportOf(verdict: Verdict): string {
  const { noun, pages, items, duplicates, lost, failedPages, moves } = verdict;
  const counts = tableOf([noun, 'items', 'duplicates', 'lost'], [[pages, items, duplicates, lost.length]]);
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
          `${countOf(failedPages, noun)} could not be loaded; ${failedPages === 1 ? 'its item says' : 'their items say'} why.`,
        ];
  return ['', counts, '', ...(moves.length === 0 ? [] : [handoffs, '']), ...failed, ...sentences(verdict)].join('\n');
}

function sentences(verdict: Verdict): string[] {
  const { faults, moves, noun, isDurable, repeatedByLostServer } = verdict;
  const hasLostServer = moves.some(({ mode }) => mode === 'lost');
  if (isDurable && faults.length === 0)
    return ['Nothing was lost, and nothing was repeated, not even when the server was lost.'];
  const lostServer =
    hasLostServer && !isDurable
      ? [
          'A stock Actor whose server is lost may repeat its requests in flight; ' +
            (repeatedByLostServer === 0
              ? 'this one repeated nothing.'
              : `this one repeated ${countOf(repeatedByLostServer, noun)}.`),
        ]
      : [];
  if (faults.length > 0) return [...faults.map((fault) => `FAILED: ${fault}`), ...lostServer];
  return ['Nothing was lost, and nothing was repeated in the planned moves.', ...lostServer];
}

const countOf = (count: number, noun: string): string => `${count} ${count === 1 ? noun.slice(0, -1) : noun}`;
