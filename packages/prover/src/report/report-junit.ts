/** The verdict as JUnit XML, with a test case for each kind of fault. */
import { failureNames } from '../comparison/finding.ts';
import type { FailingCase, Verdict } from '../verdict.ts';
import { escaped } from './report.ts';

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
