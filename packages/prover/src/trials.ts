/**
 * Tries cases, one on each lane at a time.
 *
 * [verdict-2] a value that is found changed is compared with a further undisturbed run before it counts: what differs from chance
 *     to chance differs there too.
 */
import type { CleanRuns } from './clean-runs.ts';
import { compare } from './compare.ts';
import type { Case } from './fault.ts';
import type { Finding } from './finding.ts';
import type { CaseRun } from './lane.ts';
import type { Truth } from './truth.ts';
import type { Workshop } from './workshop.ts';

export interface Trial {
  readonly faults: Case;
  readonly run: CaseRun;
}

export interface TrialsOptions {
  readonly workshop: Workshop;
  readonly cleanRuns: CleanRuns;
  /** Whether another case may begin. */
  readonly goesOn: () => boolean;
  readonly onTrial: (trial: Trial) => void;
  readonly signal: AbortSignal | undefined;
}

export class Trials {
  readonly all: Trial[] = [];
  readonly #options: TrialsOptions;
  readonly #findings = new WeakMap<Trial, { readonly truth: Truth; readonly findings: Finding[] }>();

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  async tryAll(cases: Iterator<Case>): Promise<void> {
    const { workshop, goesOn } = this.#options;
    const lanes = Array.from({ length: workshop.laneCount }, async (_, lane) => {
      while (goesOn()) {
        const next = cases.next();
        if (next.done === true) return;
        await this.tryOne(lane, next.value);
      }
    });
    await Promise.all(lanes);
  }

  async tryOne(lane: number, faults: Case): Promise<Trial> {
    const { workshop, cleanRuns, onTrial, signal } = this.#options;
    const trial = { faults, run: await unlessAborted(workshop.run(lane, faults), signal) };
    // [verdict-2].
    if (this.findingsOf(trial).some(({ failure }) => failure === 'changed')) await cleanRuns.learnMore(lane);
    this.all.push(trial);
    onTrial(trial);
    return trial;
  }

  /** By what is known of the truth now. */
  findingsOf(trial: Trial): Finding[] {
    const truth = this.#options.cleanRuns.truth!;
    const known = this.#findings.get(trial);
    if (known?.truth === truth) return known.findings;
    const findings = compare(truth, trial.run.outcome);
    this.#findings.set(trial, { truth, findings });
    return findings;
  }
}

/** What is under way when it is aborted ends by itself, once its platform is gone; nobody waits for it. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => undefined);
  }
}
