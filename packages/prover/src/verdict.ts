/** What the prover says of an Actor. Plain data: `--json` writes it as it is. */
import type { Advice } from './advice.ts';
import type { FaultKind } from './fault.ts';
import type { Failure, Finding } from './finding.ts';
import type { Row } from './tally.ts';
import type { TimelineEvent } from './timeline.ts';

export interface FailingCase {
  readonly kind: FaultKind;
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
  readonly story: string;
  /** What `--replay` takes. */
  readonly replay: string;
  /** Whether a second run of the same case failed in the same way; null when there was no time for one. */
  readonly isReproduced: boolean | null;
  readonly timeline: readonly TimelineEvent[];
  readonly log: string;
}

export interface Verdict {
  readonly format: 1;
  readonly verdict: 'safe' | 'unsafe' | 'unclear';
  /** Why it is unclear; for a verdict that is clear what limits it. */
  readonly reasons: readonly string[];
  readonly actor: string;
  readonly seed: number;
  readonly budgetSecs: number;
  readonly tookSecs: number;
  /** How many struck. A run with several counts for the kind of each in `rows`. */
  readonly faults: number;
  /** Undisturbed runs, and how long the longest of them took. */
  readonly cleanRuns: number;
  readonly cleanMs: number;
  /** How many writes of each type the undisturbed run made. */
  readonly writes: Readonly<Record<string, number>>;
  /** By group, the paths that differ between undisturbed runs or were given with `--ignore`. */
  readonly setAside: Readonly<Record<string, readonly string[]>>;
  readonly allowed: readonly Failure[];
  readonly rows: readonly Row[];
  /** One for each kind of fault that fails. */
  readonly failing: readonly FailingCase[];
  readonly advice: readonly Advice[];
}
