/** The verdict for a terminal. */
import { failureNames, findingText } from './finding.ts';
import type { Verdict } from './verdict.ts';

export type Table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) => string;

/** `table` draws one; `replayWith` makes the command that tries a case again. */
export function reportText(verdict: Verdict, table: Table, replayWith: (replay: string) => string): string {
  const { rows, failing, advice, reasons } = verdict;
  const head = ['fault', 'runs', ...columns.map((column) => failureNames[column])];
  const body = rows.map(({ kind, runs, counts }) => [kind, runs, ...columns.map((column) => counts[column])]);
  const stories = failing.flatMap(({ kind, story, replay, isReproduced, findings }) => [
    '',
    `${kind}: ${story}`,
    ...findings.slice(1, 4).map((finding) => `  also: ${findingText(finding)}`),
    `  again: ${replayWith(replay)}${isReproduced !== false ? '' : '   (a second run of it came through)'}`,
  ]);
  return [
    '',
    table(head, body),
    ...stories,
    ...(advice.length === 0 ? [] : ['', 'What mends it:', ...advice.map(({ text }) => `  - ${text}`)]),
    '',
    ...reasons.map((reason) => `Note: ${reason}.`),
    headline(verdict),
  ].join('\n');
}

const columns = ['lost', 'duplicated', 'changed', 'chargedTwice', 'startedTwice', 'neverFinished', 'wasted'] as const;

export function headline({ verdict, faults, actor, seed, tookSecs, failing }: Verdict): string {
  const facts = `${faults} faults in ${Math.round(tookSecs)} s, seed ${seed}`;
  switch (verdict) {
    case 'safe':
      return `SAFE: ${actor} lost nothing and repeated nothing in its results (${facts}).`;
    case 'unsafe':
      return `UNSAFE: ${actor} fails under ${failing.map(({ kind }) => kind).join(', ') || 'faults'} (${facts}).`;
    case 'unclear':
      return `COULD NOT TELL whether ${actor} is safe (${facts}).`;
  }
}
