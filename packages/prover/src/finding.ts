/** What is wrong with a run. */
export const failures = ['lost', 'duplicated', 'changed', 'chargedTwice', 'startedTwice', 'neverFinished'] as const;
export type Failure = (typeof failures)[number];

/** `wasted` is no failure: work that was done again without a trace in the results. */
export interface Finding {
  readonly failure: Failure | 'wasted';
  /** What it is about, with its place: `item {"page":3}`, `record STATE, at seen`. */
  readonly what: string;
  /** How it is: `is missing`, `is there 2 times instead of once`. */
  readonly how: string;
  readonly count: number;
}

/** What a failure is called on a command line and in a table. */
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
