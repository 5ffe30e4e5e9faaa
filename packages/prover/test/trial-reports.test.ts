/** What a report has of each trial, and how it is kept small. */
import { expect, test } from 'vitest';
import type { Finding } from '../src/comparison/finding.ts';
import type { Case, FaultKind } from '../src/faults/fault.ts';
import { Timeline } from '../src/faults/timeline.ts';
import { type FailingCase, publishedReport, type Verdict } from '../src/index.ts';
import type { WriteType } from '../src/proxy/write.ts';
import { combinationsOf, endOfLog, type JudgedTrial, trialReportsOf } from '../src/trial-reports.ts';

const finding = (failure: Finding['failure'], what = 'item {"n":1}'): Finding => ({
  failure,
  what,
  how: 'is missing',
  count: 1,
});

interface Given {
  readonly findings?: readonly Finding[];
  readonly injectedCount?: number;
  readonly log?: string;
}

function judged(faults: readonly (readonly [FaultKind, WriteType])[], given: Given = {}): JudgedTrial {
  const { findings = [], injectedCount = faults.length, log = '' } = given;
  const outcome = { status: 'SUCCEEDED', exitCode: 0, durationMs: 12.6, groups: new Map() };
  const tried: Case = faults.map(([kind, type]) => ({ kind, type, ordinal: 2, side: 'after' }));
  return { trial: { faults: tried, run: { outcome, timeline: new Timeline(), injectedCount, log } }, findings };
}

test('a trial says its case, what was injected, how it ended, what differs and, when it failed, the end of its log', () => {
  const log = 'first\nlast\n';
  const trials = trialReportsOf(
    [
      judged([['kill', 'push']], { findings: [finding('lost')], log }),
      judged([['kill', 'push']], { findings: [finding('wasted')], log }),
      judged([['kill', 'push']], { findings: [finding('duplicated')], log }),
      judged(
        [
          ['warm', 'record'],
          ['kill', 'push'],
        ],
        { injectedCount: 1 },
      ),
      judged([['warm', 'record']], { injectedCount: 0 }),
    ],
    new Set(['duplicated']),
  );
  expect(trials[0]).toEqual({
    ...{
      replay: 'kill@push#2:after',
      injected: [{ kind: 'kill', type: 'push' }],
      outcome: 'failed',
      status: 'SUCCEEDED',
    },
    ...{ durationMs: 13, findings: [finding('lost')], moreFindings: 0, log },
  });
  expect(trials.map(({ outcome }) => outcome)).toEqual(['failed', 'passed', 'allowed', 'passed', 'not injected']);
  expect(trials.slice(1).map((trial) => trial.log)).toEqual([null, null, null, null]);
  expect(trials[3]).toMatchObject({
    replay: 'warm@record#2:after+kill@push#2:after',
    injected: [{ kind: 'warm', type: 'record' }],
  });
});

test('every combination of a fault and a write is there, those that were not tried with 0 runs', () => {
  const trials = [
    judged([['kill', 'push']], { findings: [finding('lost')] }),
    judged([
      ['kill', 'push'],
      ['slow', 'record'],
    ]),
    judged([['slow', 'record']], { injectedCount: 0 }),
  ];
  const types: WriteType[] = ['push', 'record', 'push', 'outside'];
  const combinations = combinationsOf(trials, { kinds: ['kill', 'slow', 'sent-twice'], types, allowed: new Set() });
  const shown = combinations.map(({ kind, type, runs, failedRuns }) => `${kind} ${type} ${runs} ${failedRuns}`);
  expect(shown).toEqual([
    ...['kill push 2 1', 'kill record 0 0', 'kill outside 0 0'],
    ...['slow push 0 0', 'slow record 1 0', 'slow outside 0 0'],
    // The prover does not respond in place of servers outside.
    ...['sent-twice push 0 0', 'sent-twice record 0 0'],
  ]);
});

test('[trial-report-1] thousands of trials with long logs and many findings stay small', () => {
  const findings = Array.from({ length: 500 }, (_, index) => finding('lost', `item {"n":${index}}`));
  const log = `${'x'.repeat(99)}\n`.repeat(10_000);
  const trials = trialReportsOf(
    Array.from({ length: 5000 }, () => judged([['kill', 'push']], { findings, log })),
    new Set(),
  );
  expect(trials).toHaveLength(1000);
  expect(trials[0]).toMatchObject({ moreFindings: 490 });
  expect(trials[0]!.findings).toHaveLength(10);
  expect(trials.filter((trial) => trial.log !== null)).toHaveLength(100);
  expect(JSON.stringify(trials).length).toBeLessThan(2_000_000);
});

test('the end of a log begins with a whole line', () => {
  expect(endOfLog('one\ntwo\nthree\n', 100)).toBe('one\ntwo\nthree\n');
  expect(endOfLog('one\ntwo\nthree\n', 9)).toBe('three\n');
});

test('a published report has the whole verdict, and fits, whatever the Actor has printed', () => {
  const failingCase: Omit<FailingCase, 'log'> = {
    ...{ kind: 'kill', failures: ['lost'], findings: [finding('lost')], story: 'Killed.', replay: 'kill@push#1:after' },
    ...{ isReproduced: true, timeline: [] },
  };
  const verdictOf = (log: string): Verdict => ({
    ...{ format: 1, verdict: 'unsafe', reasons: [], actor: 'a', seed: 1, budgetSecs: 1, tookSecs: 1, faults: 1 },
    ...{ failedRuns: 1, cleanRuns: 2, cleanMs: 1, writes: { push: 1 }, ignoredPaths: {}, allowed: [], rows: [] },
    combinations: [{ kind: 'kill', type: 'push', runs: 1, failedRuns: 1 }],
    trials: trialReportsOf(
      Array.from({ length: 1000 }, () => judged([['kill', 'push']], { findings: [finding('lost')], log })),
      new Set(),
    ),
    failing: [{ ...failingCase, log }],
    advice: [],
  });
  const small = verdictOf('a line\n');
  expect(publishedReport(small, 5_000_000)).toEqual(small);
  const large = verdictOf('\u0001\u{1F600} line\n'.repeat(500_000));
  for (const maxBytes of [5_000_000, 600_000, 350_000, 50_000]) {
    const published = publishedReport(large, maxBytes);
    expect(Buffer.byteLength(JSON.stringify(published))).toBeLessThanOrEqual(maxBytes);
    expect(published).toMatchObject({ verdict: 'unsafe', failedRuns: 1, combinations: large.combinations });
    expect(published.failing[0]).toMatchObject({ story: 'Killed.', replay: 'kill@push#1:after' });
  }
  expect(publishedReport(large, 5_000_000).trials).toHaveLength(1000);
});
