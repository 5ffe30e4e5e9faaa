import type { Case, FaultKind } from './fault.ts';
import type { Failure } from './finding.ts';
import type { Json } from './json.ts';
import type { Trial } from './trials.ts';

export interface ProveOptions {
  /** What the Actor is called in the report. */
  readonly actor: string;
  /** Brings the Actor to a platform and answers its id. */
  readonly deploy: (address: { url: string; token: string }) => Promise<string>;
  readonly input?: Json;
  /** The events of its price list. Without any the SDK charges for nothing, as for an Actor that is free. */
  readonly chargedEvents?: readonly string[];
  /** 1 unless set. */
  readonly seed?: number;
  /** 300 unless set, from the first undisturbed run on. When it is used up no further case begins. */
  readonly budgetSecs?: number;
  /** All unless set. */
  readonly kinds?: readonly FaultKind[];
  /** Paths that may differ. */
  readonly ignored?: readonly string[];
  /** Requests to the outside that only read, though they are POSTs, by their paths (`PathPatterns`). */
  readonly reads?: readonly string[];
  /** Failures that do not make the Actor unsafe. */
  readonly allowed?: readonly Failure[];
  /** Tries this case alone. */
  readonly replay?: Case;
  /** How many faults one run goes through. 1 unless set. */
  readonly faultsPerRun?: number;
  /** Ends after so many faults, if the budget lasts. No limit unless set. */
  readonly mostFaults?: number;
  /** How many runs are under way at once, each on a platform of its own. 2 unless set. */
  readonly lanes?: number;
  /** Whether the platform takes commits; Apify's does not. True unless set. */
  readonly takesCommits?: boolean;
  /** Everything is kept below, and removed at the end. It must exist. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: 'deploying' | 'clean' | 'faults' | 'shrinking';
  readonly faults: number;
  readonly failedRuns: number;
  readonly elapsedSecs: number;
  /** The case that has just come to its end. */
  readonly last?: Trial;
}
