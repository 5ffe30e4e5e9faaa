/** A goal for a figure. It is printed beside the measured value, and fails nothing. */
export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

/** One line of a benchmark's table. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The reference, measured in the same rounds. */
  readonly beside?: { readonly what: string; readonly value: number; readonly unit: string };
  /** The median of the rounds' ratios of `value` to `beside`. */
  readonly ratio?: number;
  readonly goals: readonly Goal[];
}

export interface BenchmarkOptions {
  /** A short version with rough figures, to see that the benchmark works. */
  readonly quick: boolean;
  /** The folder for the CPU profiles of the processes; undefined for none. */
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
