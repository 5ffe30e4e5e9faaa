/** The verdict as JUnit XML: a test case for each kind of fault. */
import { failureNames } from './finding.ts';
import type { FailingCase, Verdict } from './verdict.ts';

export function reportJunit({ actor, rows, failing, verdict, reasons, tookSecs }: Verdict): string {
  const cases = rows.map(({ kind, runs, failedRuns }) => {
    const found = failing.find((each) => each.kind === kind);
    const body = failedRuns > 0 ? failureElement(failedRuns, runs, found) : runs === 0 ? '<skipped/>' : '';
    return `    <testcase classname="${escaped(actor)}" name="${kind}">${body}</testcase>`;
  });
  const unclear =
    verdict === 'unclear'
      ? [
          `    <testcase classname="${escaped(actor)}" name="verdict"><error message="${escaped(reasons.join('; '))}"/></testcase>`,
        ]
      : [];
  const failures = rows.filter(({ failedRuns }) => failedRuns > 0).length;
  const counts = `tests="${cases.length + unclear.length}" failures="${failures}" errors="${unclear.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${tookSecs}">`,
    `  <testsuite name="wherry prove ${escaped(actor)}" ${counts} time="${tookSecs}">`,
    ...cases,
    ...unclear,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function failureElement(failedRuns: number, runs: number, found: FailingCase | undefined): string {
  const message = `${failedRuns} of ${runs} runs failed${found === undefined ? '' : `: ${found.failures.map((failure) => failureNames[failure]).join(', ')}`}`;
  const text = found === undefined ? '' : `${found.story}\nreplay: ${found.replay}`;
  return `<failure message="${escaped(message)}">${escaped(text)}</failure>`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them even when escaped.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escaped = (text: string): string =>
  text.replaceAll(forbidden, '').replaceAll(/[&<>"]/g, (character) => entities[character]!);
