/** The report that is sent to a platform: the same verdict, with what is large in it cut until it fits. */
import { endOfLog } from '../trial-reports.ts';
import type { Verdict } from '../verdict.ts';

/** Of the log of each failing case. `--json` and the page have all of it. */
const caseLogChars = 100_000;
const caseEvents = 2000;

/** In the order in which they are made until the report fits. */
const cuts: readonly ((verdict: Verdict) => Verdict)[] = [
  (verdict) => verdict,
  withCaseLogs(20_000, caseEvents),
  (verdict) => ({ ...verdict, trials: verdict.trials.map((trial) => ({ ...trial, log: null })) }),
  withCaseLogs(2000, 200),
  (verdict) => ({
    ...verdict,
    trials: verdict.trials.map((trial) => ({ ...trial, findings: trial.findings.slice(0, 1) })),
  }),
  (verdict) => ({ ...verdict, trials: [] }),
];

function withCaseLogs(chars: number, events: number): (verdict: Verdict) => Verdict {
  return (verdict) => ({
    ...verdict,
    failing: verdict.failing.map((each) => ({
      ...each,
      log: endOfLog(each.log, chars),
      timeline: each.timeline.slice(0, events),
    })),
  });
}

/** @param maxBytes of its JSON. Each cut is made on what the cuts before it have left. */
export function publishedReport(verdict: Verdict, maxBytes: number): Verdict {
  let cut = withCaseLogs(caseLogChars, caseEvents)(verdict);
  for (const make of cuts) {
    cut = make(cut);
    if (Buffer.byteLength(JSON.stringify(cut)) <= maxBytes) break;
  }
  return cut;
}
