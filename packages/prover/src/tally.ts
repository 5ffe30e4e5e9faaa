/** Counts the findings of all runs by the kind of fault. */
import { type Failure, type Finding, unsafeFindings } from './comparison/finding.ts';
import { type Case, type FaultKind, faultKinds } from './faults/fault.ts';

export interface Row {
  readonly kind: FaultKind;
  /** Runs in which the fault was injected. */
  runs: number;
  /** Those of them with a failure that is not allowed. */
  failedRuns: number;
  /** The number of lost, duplicated, … results over all runs. */
  readonly counts: Record<Failure | 'wasted', number>;
}

const noCounts = (): Row['counts'] => ({
  lost: 0,
  duplicated: 0,
  changed: 0,
  chargedTwice: 0,
  startedTwice: 0,
  neverFinished: 0,
  wasted: 0,
});

export class Tally {
  readonly #rows = new Map<FaultKind, Row>();
  readonly #allowed: ReadonlySet<Failure>;

  constructor(kinds: readonly FaultKind[], allowed: ReadonlySet<Failure>) {
    this.#allowed = allowed;
    for (const kind of kinds) this.#rows.set(kind, { kind, runs: 0, failedRuns: 0, counts: noCounts() });
  }

  /** A run with several faults counts for the kind of each. */
  add(faults: Case, findings: readonly Finding[]): void {
    for (const kind of new Set(faults.map((fault) => fault.kind))) {
      const row = this.#rows.get(kind)!;
      row.runs += 1;
      if (unsafeFindings(findings, this.#allowed).length > 0) row.failedRuns += 1;
      for (const { failure, count } of findings) row.counts[failure] += count;
    }
  }

  rows(): Row[] {
    return faultKinds.flatMap((kind) => this.#rows.get(kind) ?? []);
  }
}
