/**
 * The verdict for a terminal, and what all reports have in common.
 *
 * The folder `report/` turns a `Verdict` into text (here), a page (`report-html.ts`, `timeline-svg.ts`) or JUnit XML
 * (`report-junit.ts`). All functions are pure. Text of the Actor is escaped wherever it is inserted. The folder imports
 * `verdict.ts`, what cuts logs in `trial-reports.ts`, and types of `faults/`, `proxy/` and `comparison/`.
 */
import { failureNames, findingText } from '../comparison/finding.ts';
import type { Verdict } from '../verdict.ts';

export type Table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) => string;

/** The columns of the table of faults. */
export const columns = [
  'lost',
  'duplicated',
  'changed',
  'chargedTwice',
  'startedTwice',
  'neverFinished',
  'wasted',
] as const;

/** `table` formats a table; `replayWith` returns the command that tries a case again. */
export function reportText(verdict: Verdict, table: Table, replayWith: (replay: string) => string): string {
  const { rows, failing, advice, reasons } = verdict;
  const head = ['fault', 'runs', ...columns.map((column) => failureNames[column])];
  const body = rows.map(({ kind, runs, counts }) => [kind, runs, ...columns.map((column) => counts[column])]);
  const stories = failing.flatMap(({ kind, story, replay, isReproduced, findings }) => [
    '',
    `${kind}: ${story}`,
    ...findings.slice(1, 4).map((finding) => `  also: ${findingText(finding)}`),
    `  replay: ${replayWith(replay)}${isReproduced !== false ? '' : '   (a second run of this case succeeded)'}`,
  ]);
  return [
    '',
    table(head, body),
    ...stories,
    ...(advice.length === 0 ? [] : ['', 'How to fix it:', ...advice.map(({ text }) => `  - ${text}`)]),
    '',
    ...reasons.map((reason) => `Note: ${reason}.`),
    headline(verdict),
  ].join('\n');
}

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

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them even when escaped.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for HTML, SVG and XML. */
export const escaped = (text: string): string =>
  text.replaceAll(forbidden, '').replaceAll(/[&<>"]/g, (character) => entities[character]!);
