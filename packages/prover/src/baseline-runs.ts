/** The undisturbed runs, and the baseline that they have in common. */
import { type Baseline, learnBaseline } from './comparison/baseline.ts';
import type { WriteType } from './proxy/write.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { CaseRun } from './sandbox/trial-runner.ts';

/** How many undisturbed runs there are at most. */
const maxRuns = 5;
/**
 * A run with faults may take this many times as long as an undisturbed run, and `moreMs`: the machine may be busier.
 */
const timeLimit = { factor: 5, moreMs: 15_000 };

export class BaselineRuns {
  readonly #sandbox: Sandbox;
  readonly #ignored: readonly string[];
  readonly #runs: CaseRun[] = [];
  #baseline: Baseline | undefined;
  #reasons: readonly string[] = [];
  #learning: Promise<boolean> | undefined;

  /** `ignored`: the paths of `--ignore`. */
  constructor(sandbox: Sandbox, ignored: readonly string[]) {
    this.#sandbox = sandbox;
    this.#ignored = ignored;
  }

  get count(): number {
    return this.#runs.length;
  }

  /** Why there is no baseline, or why a later run does not agree with the baseline. */
  get reasons(): readonly string[] {
    return this.#reasons;
  }

  get baseline(): Baseline | undefined {
    return this.#baseline;
  }

  /** The run from whose writes the cases are planned. */
  get first(): CaseRun | undefined {
    return this.#runs[0];
  }

  get longestMs(): number {
    return Math.round(Math.max(0, ...this.#runs.map(({ outcome }) => outcome.durationMs)));
  }

  writeTypes(): WriteType[] {
    return this.#runs[0]?.timeline.writes().map(({ type }) => type) ?? [];
  }

  /** Makes the first two runs. Resolves with whether there is a baseline. */
  async learn(): Promise<boolean> {
    const runners = Array.from({ length: 2 }, (_, index) => index % this.#sandbox.runnerCount);
    for (const runner of runners) this.#runs.push(await this.#sandbox.run(runner, []));
    this.#sandbox.timeoutMs = this.longestMs * timeLimit.factor + timeLimit.moreMs;
    return this.#conclude();
  }

  /** Makes one more run on this runner, unless there are `maxRuns`. Resolves with whether the baseline has changed. */
  async learnMore(runner: number): Promise<boolean> {
    // When two runners ask at the same time, one run is enough for both.
    this.#learning ??= this.#learnMore(runner).finally(() => {
      this.#learning = undefined;
    });
    return this.#learning;
  }

  async #learnMore(runner: number): Promise<boolean> {
    if (this.#runs.length >= maxRuns) return false;
    this.#runs.push(await this.#sandbox.run(runner, []));
    const before = ignoredCountOf(this.#baseline);
    return this.#conclude() && ignoredCountOf(this.#baseline) !== before;
  }

  #conclude(): boolean {
    const failed = this.#runs.find(({ outcome }) => outcome.status !== 'SUCCEEDED');
    if (failed !== undefined) {
      const { status, exitCode } = failed.outcome;
      // The platform's own lines only repeat the status.
      const lines = failed.log.trimEnd().split('\n');
      const lastLine = lines.findLast((line) => !/^\S+ WHERRY /.test(line)) ?? 'nothing';
      this.#reasons = [`an undisturbed run ended ${status}, exit code ${exitCode ?? '-'}; its log ends: ${lastLine}`];
      return false;
    }
    const learning = learnBaseline(
      this.#runs.map(({ outcome }) => outcome),
      this.#ignored,
    );
    if (learning.kind === 'known') this.#baseline = learning.baseline;
    else this.#reasons = learning.reasons;
    return learning.kind === 'known';
  }
}

const ignoredCountOf = (baseline: Baseline | undefined): number =>
  [...(baseline?.ignoredPaths.values() ?? [])].reduce((sum, paths) => sum + paths.size, 0);
