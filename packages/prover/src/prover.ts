/**
 * Proves an Actor: learns what it produces undisturbed, runs it with faults, and says what they do to its results.
 *
 * The files beside this one carry the steps out: `baseline-runs.ts` learns the baseline, `trials.ts` tries cases,
 * `failing-cases.ts` simplifies those that fail, and `verdict.ts`, `tally.ts`, `trial-reports.ts`, `story.ts` and
 * `advice.ts` are the result. They may use all folders but `report/`, which may use them: `sandbox/` runs the Actor, `faults/` injects
 * faults, `proxy/` sees its calls, and `comparison/` compares its results.
 *
 * [verdict-1] "safe" requires that every kind of fault was injected at every type of write at least once.
 * [verdict-2] when a value is found changed, a further undisturbed run is made before that counts. A value that changes
 *     by chance differs in that run too, and is then ignored.
 * [verdict-3] however the proof ends, no process that it started is left.
 */
import { adviceFor, type Symptoms } from './advice.ts';
import { BaselineRuns } from './baseline-runs.ts';
import { type Failure, unsafeFindings } from './comparison/finding.ts';
import type { Json } from './comparison/json.ts';
import { failingCases } from './failing-cases.ts';
import { type Case, type FaultKind, faultKinds } from './faults/fault.ts';
import { coverageOf, plannedCases, requiredCoverage } from './faults/fault-plan.ts';
import type { WriteType } from './proxy/write.ts';
import { Sandbox } from './sandbox/sandbox.ts';
import { Tally } from './tally.ts';
import { combinationsOf, type JudgedTrial, trialReportsOf } from './trial-reports.ts';
import { type Trial, Trials, unlessAborted } from './trials.ts';
import type { FailingCase, Verdict } from './verdict.ts';

export interface ProveOptions {
  /** The name of the Actor in the report. */
  readonly actor: string;
  /** Deploys the Actor to a platform and resolves with the Actor's id. */
  readonly deploy: (address: { url: string; token: string }) => Promise<string>;
  readonly input?: Json;
  /** The events of the Actor's price list. Without events the SDK charges nothing, as for a free Actor. */
  readonly chargedEvents?: readonly string[];
  /** Default: 1. */
  readonly seed?: number;
  /** Default: 300, counted from the first undisturbed run. When it is used up, no further case begins. */
  readonly budgetSecs?: number;
  /** Default: all. */
  readonly kinds?: readonly FaultKind[];
  /** Paths that may differ. */
  readonly ignored?: readonly string[];
  /** The paths of requests to the outside that only read, although they are POSTs (see `PathPatterns`). */
  readonly reads?: readonly string[];
  /** Failures that do not make the Actor unsafe. */
  readonly allowed?: readonly Failure[];
  /** Tries only this case. */
  readonly replay?: Case;
  /** How many faults one run has. Default: 1. */
  readonly faultsPerRun?: number;
  /** The proof ends after this many faults, even if the budget is not used up. Default: no limit. */
  readonly maxFaults?: number;
  /** How many runs are in progress at the same time, each on a platform of its own. Default: 2, for a replay 1. */
  readonly runnerCount?: number;
  /** Whether the platform accepts commits. Apify's does not. Default: true. */
  readonly takesCommits?: boolean;
  /** All files are written below this folder, which must exist. The caller removes it. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: 'deploying' | 'clean' | 'faults' | 'shrinking';
  readonly faults: number;
  readonly failedRuns: number;
  readonly elapsedSecs: number;
  /** The case that has just ended. */
  readonly last?: Trial;
}

/** The part of the budget that is kept for simplifying cases. */
const shrinkingShare = 0.2;

export async function prove(options: ProveOptions): Promise<Verdict> {
  const { folder, runnerCount = options.replay === undefined ? 2 : 1, takesCommits = true, reads = [] } = options;
  const { deploy, input, chargedEvents = [], signal } = options;
  const proof = new Proof(options);
  proof.reportProgress('deploying');
  const opening = Sandbox.open({ folder, runnerCount, takesCommits, reads, deploy, input, chargedEvents });
  try {
    const sandbox = await unlessAborted(opening, signal);
    await proof.make(sandbox);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    // [verdict-3] also when it was aborted before the sandbox was open.
    await opening.then(
      (sandbox) => sandbox.close(),
      () => undefined,
    );
  }
  return proof.verdict();
}

class Proof {
  readonly #options: ProveOptions;
  readonly #kinds: readonly FaultKind[];
  readonly #allowed: ReadonlySet<Failure>;
  #startedAt = performance.now();
  #baselineRuns: BaselineRuns | undefined;
  #trials: Trials | undefined;
  #failing: readonly FailingCase[] = [];

  constructor(options: ProveOptions) {
    this.#options = options;
    this.#kinds = options.kinds ?? faultKinds;
    this.#allowed = new Set(options.allowed ?? []);
  }

  async make(sandbox: Sandbox): Promise<void> {
    const { signal, ignored = [], maxFaults = Number.POSITIVE_INFINITY } = this.#options;
    // The time that an installation takes does not count.
    this.#startedAt = performance.now();
    this.reportProgress('clean');
    const baselineRuns = new BaselineRuns(sandbox, ignored);
    this.#baselineRuns = baselineRuns;
    if (!(await unlessAborted(baselineRuns.learn(), signal))) return;
    let phase: Progress['phase'] = 'faults';
    const trials = new Trials({
      sandbox,
      baselineRuns,
      signal,
      mayContinue: () => this.#hasTime(1 - shrinkingShare) && this.#faultCount() < maxFaults,
      onTrial: (trial) => this.reportProgress(phase, trial),
    });
    this.#trials = trials;
    this.reportProgress(phase);
    await trials.tryAll(this.#cases(baselineRuns));
    phase = 'shrinking';
    this.#failing = await failingCases({
      trials,
      allowed: this.#allowed,
      clean: baselineRuns.first!.timeline,
      runnerCount: sandbox.runnerCount,
      mayContinue: () => this.#hasTime(1) && this.#options.replay === undefined,
    });
  }

  #cases(baselineRuns: BaselineRuns) {
    const { replay, seed = 1, faultsPerRun = 1 } = this.#options;
    if (replay !== undefined) return [replay].values();
    return plannedCases({ writes: baselineRuns.writeTypes(), kinds: this.#kinds, seed, faultsPerRun });
  }

  reportProgress(phase: Progress['phase'], last?: Trial): void {
    this.#options.onProgress?.({
      phase,
      faults: this.#faultCount(),
      failedRuns: this.#failedTrials().length,
      elapsedSecs: this.#elapsedSecs(),
      ...(last !== undefined && { last }),
    });
  }

  verdict(): Verdict {
    const { actor, seed = 1, allowed = [] } = this.#options;
    const baselineRuns = this.#baselineRuns;
    const types = baselineRuns?.writeTypes() ?? [];
    const reasons = this.#reasons();
    // If a later undisturbed run does not agree with the baseline, the findings may be due to chance.
    const isBaselineKnown = baselineRuns !== undefined && baselineRuns.reasons.length === 0;
    const isUnsafe = isBaselineKnown && this.#failedTrials().length > 0;
    return {
      format: 1,
      verdict: isUnsafe ? 'unsafe' : reasons.length > 0 ? 'unclear' : 'safe',
      reasons,
      actor,
      seed,
      allowed,
      budgetSecs: this.#budgetSecs,
      tookSecs: Math.round(this.#elapsedSecs() * 10) / 10,
      faults: this.#faultCount(),
      failedRuns: this.#failedTrials().length,
      cleanRuns: baselineRuns?.count ?? 0,
      cleanMs: baselineRuns?.longestMs ?? 0,
      writes: Object.fromEntries(
        Map.groupBy(types, (type) => type)
          .entries()
          .map(([type, all]) => [type, all.length]),
      ),
      ignoredPaths: ignoredPathsOf(baselineRuns),
      rows: this.#rows(),
      combinations: combinationsOf(this.#judgedTrials(), { kinds: this.#triedKinds, types, allowed: this.#allowed }),
      trials: trialReportsOf(this.#judgedTrials(), this.#allowed),
      failing: this.#failing,
      advice: adviceFor(this.#symptoms(), new Set(types)),
    };
  }

  /** Why the verdict is unclear, unless the Actor was seen to fail. */
  #reasons(): string[] {
    const baselineRuns = this.#baselineRuns;
    const aborted = this.#options.signal?.aborted === true ? ['it was interrupted'] : [];
    if (baselineRuns === undefined || baselineRuns.count < 2) return aborted;
    if (baselineRuns.reasons.length > 0) return [...aborted, ...baselineRuns.reasons];
    if (baselineRuns.writeTypes().length === 0)
      return ['the Actor writes nothing, so there is nothing that could fail'];
    // [verdict-1]
    const required = this.#requiredCoverage(baselineRuns.writeTypes());
    const missing = [...required.difference(this.#coverage())];
    if (missing.length === 0) return aborted;
    const some = missing.slice(0, 4).join(', ');
    return [...aborted, `${missing.length} of ${required.size} combinations of fault and write not tried: ${some}`];
  }

  #requiredCoverage(types: readonly WriteType[]): Set<string> {
    const { replay } = this.#options;
    return replay === undefined ? requiredCoverage(types, this.#kinds) : new Set(replay.map(coverageOf));
  }

  #coverage(): Set<string> {
    const covered = this.#allTrials().flatMap((trial) => injectedFaultsOf(trial).map(coverageOf));
    return new Set(covered);
  }

  #allTrials(): readonly Trial[] {
    return this.#trials?.all ?? [];
  }

  #failedTrials(): Trial[] {
    return this.#allTrials().filter(
      (trial) => unsafeFindings(this.#trials!.findingsOf(trial), this.#allowed).length > 0,
    );
  }

  get #triedKinds(): readonly FaultKind[] {
    return this.#options.replay?.map(({ kind }) => kind) ?? this.#kinds;
  }

  #judgedTrials(): JudgedTrial[] {
    return this.#allTrials().map((trial) => ({ trial, findings: this.#trials!.findingsOf(trial) }));
  }

  #rows() {
    const tally = new Tally(this.#triedKinds, this.#allowed);
    for (const trial of this.#allTrials()) tally.add(injectedFaultsOf(trial), this.#trials!.findingsOf(trial));
    return tally.rows();
  }

  #symptoms(): Symptoms {
    const symptoms = new Map<Failure, Set<FaultKind>>();
    for (const trial of this.#failedTrials()) {
      for (const { failure } of unsafeFindings(this.#trials!.findingsOf(trial), this.#allowed)) {
        const kinds = symptoms.get(failure as Failure) ?? new Set();
        symptoms.set(failure as Failure, kinds);
        for (const { kind } of trial.faults) kinds.add(kind);
      }
    }
    return symptoms;
  }

  #faultCount(): number {
    return this.#allTrials().reduce((sum, { run }) => sum + run.injectedCount, 0);
  }

  #elapsedSecs(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  get #budgetSecs(): number {
    return this.#options.budgetSecs ?? 300;
  }

  #hasTime(share: number): boolean {
    return this.#options.signal?.aborted !== true && this.#elapsedSecs() < this.#budgetSecs * share;
  }
}

/** A fault whose point the run did not reach was not injected, so the run says nothing about it. */
const injectedFaultsOf = ({ faults, run }: Trial): Case => faults.slice(0, run.injectedCount);

function ignoredPathsOf(baselineRuns: BaselineRuns | undefined): Record<string, string[]> {
  const known = [...(baselineRuns?.baseline?.ignoredPaths ?? [])].map(([group, paths]): [string, string[]] => [
    group,
    [...paths],
  ]);
  return Object.fromEntries(known.filter(([, paths]) => paths.length > 0));
}
