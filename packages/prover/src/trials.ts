/** Tries cases, one at a time on each trial runner, and compares each run to the baseline. */
import type { BaselineRuns } from './baseline-runs.ts';
import type { Baseline } from './comparison/baseline.ts';
import { compare } from './comparison/compare.ts';
import type { Finding } from './comparison/finding.ts';
import type { Case } from './faults/fault.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { CaseRun } from './sandbox/trial-runner.ts';

export interface Trial {
  readonly faults: Case;
  readonly run: CaseRun;
}

export interface TrialsOptions {
  readonly sandbox: Sandbox;
  readonly baselineRuns: BaselineRuns;
  /** Whether another case may begin. */
  readonly mayContinue: () => boolean;
  readonly onTrial: (trial: Trial) => void;
  readonly signal: AbortSignal | undefined;
}

export class Trials {
  readonly all: Trial[] = [];
  readonly #options: TrialsOptions;
  readonly #findings = new WeakMap<Trial, { readonly baseline: Baseline; readonly findings: Finding[] }>();

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  async tryAll(cases: Iterator<Case>): Promise<void> {
    const { sandbox, mayContinue } = this.#options;
    const runners = Array.from({ length: sandbox.runnerCount }, async (_, runner) => {
      while (mayContinue()) {
        const next = cases.next();
        if (next.done === true) return;
        await this.tryOne(runner, next.value);
      }
    });
    await Promise.all(runners);
  }

  async tryOne(runner: number, faults: Case): Promise<Trial> {
    const { sandbox, baselineRuns, onTrial, signal } = this.#options;
    const trial = { faults, run: await unlessAborted(sandbox.run(runner, faults), signal) };
    // [verdict-2]
    if (this.findingsOf(trial).some(({ failure }) => failure === 'changed')) await baselineRuns.learnMore(runner);
    this.all.push(trial);
    onTrial(trial);
    return trial;
  }

  /** The findings by the present baseline, which may change with each further undisturbed run. */
  findingsOf(trial: Trial): Finding[] {
    const baseline = this.#options.baselineRuns.baseline!;
    const known = this.#findings.get(trial);
    if (known?.baseline === baseline) return known.findings;
    const findings = compare(baseline, trial.run.outcome);
    this.#findings.set(trial, { baseline, findings });
    return findings;
  }
}

/**
 * Rejects when the signal is aborted, without waiting for `work`. The work ends by itself when its platform is closed.
 * @throws the signal's reason
 */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  // First: nobody else waits for it once this has rejected, whether the signal is aborted now or already was.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
