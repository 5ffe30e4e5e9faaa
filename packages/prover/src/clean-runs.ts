/** The undisturbed runs, and the truth that they have in common. */
import type { CaseRun } from './lane.ts';
import { learnTruth, type Truth } from './truth.ts';
import type { Workshop } from './workshop.ts';
import type { WriteType } from './write.ts';

/** Undisturbed runs at most, those that are asked for later included. */
const mostRuns = 5;
/** What a disturbed run may take, faults apart: so many undisturbed ones, on a machine that is busier meanwhile. */
const patience = { times: 5, moreMs: 15_000 };

export class CleanRuns {
  readonly #workshop: Workshop;
  readonly #ignored: readonly string[];
  readonly #runs: CaseRun[] = [];
  #truth: Truth | undefined;
  #reasons: readonly string[] = [];
  #learning: Promise<boolean> | undefined;

  constructor(workshop: Workshop, ignored: readonly string[]) {
    this.#workshop = workshop;
    this.#ignored = ignored;
  }

  get count(): number {
    return this.#runs.length;
  }

  /** Why there is no truth, or why the one that was known does not hold of a later run. */
  get reasons(): readonly string[] {
    return this.#reasons;
  }

  get truth(): Truth | undefined {
    return this.#truth;
  }

  /** The run that cases are planned by. */
  get first(): CaseRun | undefined {
    return this.#runs[0];
  }

  writeTypes(): WriteType[] {
    return this.#runs[0]?.timeline.writes().map(({ type }) => type) ?? [];
  }

  /** The first two. Answers whether there is a truth. */
  async learn(): Promise<boolean> {
    const lanes = Array.from({ length: 2 }, (_, index) => index % this.#workshop.laneCount);
    for (const lane of lanes) this.#runs.push(await this.#workshop.run(lane, []));
    this.#workshop.mostMs = this.#longestMs() * patience.times + patience.moreMs;
    return this.#conclude();
  }

  /** One more, on this lane, unless there are enough. Answers whether the truth has changed by it. */
  async learnMore(lane: number): Promise<boolean> {
    // Two lanes that ask at once are both served by the one run.
    this.#learning ??= this.#learnMore(lane).finally(() => {
      this.#learning = undefined;
    });
    return this.#learning;
  }

  get longestMs(): number {
    return this.#longestMs();
  }

  async #learnMore(lane: number): Promise<boolean> {
    if (this.#runs.length >= mostRuns) return false;
    this.#runs.push(await this.#workshop.run(lane, []));
    const before = sizeOf(this.#truth);
    return this.#conclude() && sizeOf(this.#truth) !== before;
  }

  #longestMs(): number {
    return Math.round(Math.max(0, ...this.#runs.map(({ outcome }) => outcome.durationMs)));
  }

  #conclude(): boolean {
    const failed = this.#runs.find(({ outcome }) => outcome.status !== 'SUCCEEDED');
    if (failed !== undefined) {
      const { status, exitCode } = failed.outcome;
      // The platform's own lines say what the status says.
      const lines = failed.log.trimEnd().split('\n');
      const lastLine = lines.findLast((line) => !line.includes(' WHERRY ')) ?? 'nothing';
      this.#reasons = [`an undisturbed run ended ${status}, exit code ${exitCode ?? '-'}; its log ends: ${lastLine}`];
      return false;
    }
    const learning = learnTruth(
      this.#runs.map(({ outcome }) => outcome),
      this.#ignored,
    );
    if (learning.kind === 'known') this.#truth = learning.truth;
    else this.#reasons = learning.reasons;
    return learning.kind === 'known';
  }
}

const sizeOf = (truth: Truth | undefined): number =>
  [...(truth?.setAside.values() ?? [])].reduce((sum, paths) => sum + paths.size, 0);
