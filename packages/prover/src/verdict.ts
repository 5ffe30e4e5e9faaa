/** The prover's verdict on an Actor. Plain data: `--json` writes it unchanged. */
import type { Advice } from './advice.ts';
import type { Failure, Finding } from './comparison/finding.ts';
import type { FaultKind } from './faults/fault.ts';
import type { TimelineEvent } from './faults/timeline.ts';
import type { Row } from './tally.ts';
import type { Combination, TrialReport } from './trial-reports.ts';

export interface FailingCase {
  readonly kind: FaultKind;
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
  readonly story: string;
  /** The value for `--replay`. */
  readonly replay: string;
  /** Whether a second run of the same case failed in the same way; null when there was no time for one. */
  readonly isReproduced: boolean | null;
  readonly timeline: readonly TimelineEvent[];
  readonly log: string;
}

export interface Verdict {
  readonly format: 1;
  readonly verdict: 'safe' | 'unsafe' | 'unclear';
  /** Why the verdict is unclear; for a clear verdict, what limits it. */
  readonly reasons: readonly string[];
  readonly actor: string;
  readonly seed: number;
  readonly budgetSecs: number;
  readonly tookSecs: number;
  /** How many faults were injected. In `rows`, a run with several faults counts for the kind of each. */
  readonly faults: number;
  /** How many of the runs with faults had a failure that is not allowed. */
  readonly failedRuns: number;
  /** The number of undisturbed runs, and the duration of the longest. */
  readonly cleanRuns: number;
  readonly cleanMs: number;
  /** How many writes of each type the undisturbed run made. */
  readonly writes: Readonly<Record<string, number>>;
  /** By group, the paths that differ between undisturbed runs or were given with `--ignore`. */
  readonly ignoredPaths: Readonly<Record<string, readonly string[]>>;
  readonly allowed: readonly Failure[];
  readonly rows: readonly Row[];
  /** The same by the type of write. A combination that was not tried has 0 runs. */
  readonly combinations: readonly Combination[];
  /** The runs with faults, in the order of their ends; of very many, the first ones. */
  readonly trials: readonly TrialReport[];
  /** One for each kind of fault that fails. */
  readonly failing: readonly FailingCase[];
  readonly advice: readonly Advice[];
}
