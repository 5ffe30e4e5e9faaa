/**
 * What the report has of each trial, and of each combination of a fault and a write.
 *
 * [trial-report-1] the size is limited: of the first trials, of the first findings of each, and of the ends of some logs. The
 *     combinations count all trials.
 */
import { type Failure, type Finding, unsafeFindings } from './comparison/finding.ts';
import { type Case, caseText, type FaultKind, sidesOf } from './faults/fault.ts';
import type { WriteType } from './proxy/write.ts';
import type { Trial } from './trials.ts';

/** A run with faults. */
export interface TrialReport {
  /** The value for `--replay`. */
  readonly replay: string;
  /** The faults that were injected: those before a point that the run did not reach. */
  readonly injected: readonly { readonly kind: FaultKind; readonly type: WriteType }[];
  /** `allowed`: it has failures, and all of them are allowed. */
  readonly outcome: 'passed' | 'allowed' | 'failed' | 'not injected';
  /** In which the run ended; `STUCK` when it was aborted. */
  readonly status: string;
  readonly durationMs: number;
  /** What differs from the baseline: the first findings. */
  readonly findings: readonly Finding[];
  readonly moreFindings: number;
  /** The end of the log of a run that failed; null for others, and for those after the first ones. */
  readonly log: string | null;
}

/** A kind of fault at a type of write. */
export interface Combination {
  readonly kind: FaultKind;
  readonly type: WriteType;
  /** Runs in which the fault was injected there. */
  readonly runs: number;
  /** Those of them with a failure that is not allowed. */
  readonly failedRuns: number;
}

/** [trial-report-1] */
const mostTrials = 1000;
const mostFindings = 10;
const mostLogs = 100;
const logChars = 4000;

/** A trial with what it found. */
export interface JudgedTrial {
  readonly trial: Trial;
  readonly findings: readonly Finding[];
}

export function trialReportsOf(judged: readonly JudgedTrial[], allowed: ReadonlySet<Failure>): TrialReport[] {
  let logs = 0;
  return judged.slice(0, mostTrials).map(({ trial, findings }) => {
    const { faults, run } = trial;
    const outcome = outcomeOf(run.injectedCount, findings, allowed);
    const hasLog = outcome === 'failed' && logs < mostLogs;
    if (hasLog) logs += 1;
    return {
      replay: caseText(faults),
      injected: faults.slice(0, run.injectedCount).map(({ kind, type }) => ({ kind, type })),
      outcome,
      status: run.outcome.status,
      durationMs: Math.round(run.outcome.durationMs),
      findings: findings.slice(0, mostFindings),
      moreFindings: Math.max(0, findings.length - mostFindings),
      log: hasLog ? endOfLog(run.log, logChars) : null,
    };
  });
}

function outcomeOf(
  injectedCount: number,
  findings: readonly Finding[],
  allowed: ReadonlySet<Failure>,
): TrialReport['outcome'] {
  // What a run without a fault differs in is still a failure.
  if (unsafeFindings(findings, allowed).length > 0) return 'failed';
  if (injectedCount === 0) return 'not injected';
  return findings.some(({ failure }) => failure !== 'wasted') ? 'allowed' : 'passed';
}

/** The last whole lines that have room. */
export function endOfLog(log: string, mostChars: number): string {
  if (log.length <= mostChars) return log;
  const end = log.slice(-mostChars);
  return end.slice(end.indexOf('\n') + 1);
}

/** Every combination that there is for the writes of the undisturbed run, those that were not tried with 0 runs. */
export function combinationsOf(
  judged: readonly JudgedTrial[],
  {
    kinds,
    types,
    allowed,
  }: { kinds: readonly FaultKind[]; types: readonly WriteType[]; allowed: ReadonlySet<Failure> },
): Combination[] {
  const counts = new Map<string, { kind: FaultKind; type: WriteType; runs: number; failedRuns: number }>();
  for (const kind of kinds) {
    for (const type of new Set(types)) {
      if (sidesOf(kind, type).length > 0) counts.set(`${kind} ${type}`, { kind, type, runs: 0, failedRuns: 0 });
    }
  }
  for (const { trial, findings } of judged) {
    const hasFailed = unsafeFindings(findings, allowed).length > 0;
    for (const key of new Set(injectedOf(trial).map(({ kind, type }) => `${kind} ${type}`))) {
      const count = counts.get(key);
      if (count === undefined) continue;
      count.runs += 1;
      if (hasFailed) count.failedRuns += 1;
    }
  }
  return [...counts.values()];
}

const injectedOf = ({ faults, run }: Trial): Case => faults.slice(0, run.injectedCount);
