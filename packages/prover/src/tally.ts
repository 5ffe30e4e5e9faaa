/** What the cases of each kind came to. */
import { type Case, type FaultKind, faultKinds } from './fault.ts';
import type { Failure, Finding } from './finding.ts';

export interface Row {
  readonly kind: FaultKind;
  /** Runs in which the fault struck. */
  runs: number;
  /** Of them, those with a failure that is not allowed. */
  failedRuns: number;
  /** How many things, over all runs. */
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
      if (failing(findings, this.#allowed).length > 0) row.failedRuns += 1;
      for (const { failure, count } of findings) row.counts[failure] += count;
    }
  }

  rows(): Row[] {
    return faultKinds.flatMap((kind) => this.#rows.get(kind) ?? []);
  }
}

/** The findings that make an Actor unsafe. */
export const failing = (findings: readonly Finding[], allowed: ReadonlySet<Failure>): Finding[] =>
  findings.filter(({ failure }) => failure !== 'wasted' && !allowed.has(failure));
