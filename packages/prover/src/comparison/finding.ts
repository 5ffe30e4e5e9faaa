/** What is wrong with a run. */
export const failures = ['lost', 'duplicated', 'changed', 'chargedTwice', 'startedTwice', 'neverFinished'] as const;
export type Failure = (typeof failures)[number];

/** `wasted` is not a failure: work was repeated, and the results do not show it. */
export interface Finding {
  readonly failure: Failure | 'wasted';
  /** The subject, with its place: `item {"page":3}`, `record STATE, at seen`. */
  readonly what: string;
  /** The predicate: `is missing`, `appears 2 times instead of once`. */
  readonly how: string;
  readonly count: number;
}

/** The name of a failure on the command line and in tables. */
export const failureNames: Readonly<Record<Failure | 'wasted', string>> = {
  lost: 'lost',
  duplicated: 'duplicated',
  changed: 'changed',
  chargedTwice: 'charged-twice',
  startedTwice: 'started-twice',
  neverFinished: 'never-finished',
  wasted: 'wasted',
};

export const findingText = ({ what, how }: Finding): string => `${what} ${how}`;

/** The findings that make an Actor unsafe. `allowed`: the failures of `--allow`. */
export const unsafeFindings = (findings: readonly Finding[], allowed: ReadonlySet<Failure>): Finding[] =>
  findings.filter(({ failure }) => failure !== 'wasted' && !allowed.has(failure));
