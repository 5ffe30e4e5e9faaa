/** A goal of the design's Speed section. It is printed beside what was measured, and never fails anything. */
export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

/** One line of a benchmark's table. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What was measured in the same rounds, to compare with. */
  readonly beside?: { readonly what: string; readonly value: number; readonly unit: string };
  /** The median of the rounds' ratios of `value` to `beside`. */
  readonly ratio?: number;
  readonly goals: readonly Goal[];
}

export interface BenchmarkOptions {
  /** A short version, to see that it works; its figures are rough. */
  readonly quick: boolean;
  /** Where processes leave their CPU profiles when they end; nowhere when undefined. */
  readonly profileFolder: string | undefined;
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(options: BenchmarkOptions): Promise<readonly Figure[]>;
}

export const atLeast = (value: number, limit: number, text: string): Goal => ({
  text: `≥ ${text}`,
  met: value >= limit,
});

export const atMost = (value: number, limit: number, text: string): Goal => ({
  text: `≤ ${text}`,
  met: value <= limit,
});
