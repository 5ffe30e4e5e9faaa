/**
 * Learns what an Actor gives undisturbed, tries it under faults, and says what they do to it.
 *
 * [verdict-1] "safe" needs every kind of fault to have struck at every type of write at least once.
 * [verdict-3] whatever ends it, nothing that it started is left.
 */
import { adviceFor, type Symptoms } from './advice.ts';
import { CleanRuns } from './clean-runs.ts';
import { failingCases } from './failing-cases.ts';
import { type FaultKind, faultKinds } from './fault.ts';
import { plannedCases, shareOf, sharesOf } from './fault-plan.ts';
import type { Failure } from './finding.ts';
import type { Progress, ProveOptions } from './prove-options.ts';
import { failing, Tally } from './tally.ts';
import { type Trial, Trials, unlessAborted } from './trials.ts';
import type { FailingCase, Verdict } from './verdict.ts';
import { Workshop } from './workshop.ts';

/** Of the budget what is left for finding simpler cases. */
const shareForShrinking = 0.2;

export async function prove(options: ProveOptions): Promise<Verdict> {
  const { folder, lanes = 2, takesCommits = true, reads = [], deploy, input, chargedEvents = [], signal } = options;
  const proof = new Proof(options);
  proof.tell('deploying');
  const opening = Workshop.open({ folder, lanes, takesCommits, reads, deploy, input, chargedEvents });
  try {
    const workshop = await unlessAborted(opening, signal);
    await proof.make(workshop);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    // [verdict-3] also when it was aborted while it opened.
    await opening.then(
      (workshop) => workshop.close(),
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
  #cleanRuns: CleanRuns | undefined;
  #trials: Trials | undefined;
  #failing: readonly FailingCase[] = [];

  constructor(options: ProveOptions) {
    this.#options = options;
    this.#kinds = options.kinds ?? faultKinds;
    this.#allowed = new Set(options.allowed ?? []);
  }

  async make(workshop: Workshop): Promise<void> {
    const { signal, ignored = [] } = this.#options;
    // What an install takes says nothing about the Actor.
    this.#startedAt = performance.now();
    this.tell('clean');
    const cleanRuns = new CleanRuns(workshop, ignored);
    this.#cleanRuns = cleanRuns;
    if (!(await unlessAborted(cleanRuns.learn(), signal))) return;
    let phase: Progress['phase'] = 'faults';
    const trials = new Trials({
      workshop,
      cleanRuns,
      signal,
      goesOn: () => this.#hasTime(1 - shareForShrinking) && this.#faultCount() < (this.#options.mostFaults ?? Infinity),
      onTrial: (trial) => this.tell(phase, trial),
    });
    this.#trials = trials;
    this.tell(phase);
    await trials.tryAll(this.#cases(cleanRuns));
    phase = 'shrinking';
    this.#failing = await failingCases({
      trials,
      allowed: this.#allowed,
      clean: cleanRuns.first!.timeline,
      laneCount: workshop.laneCount,
      goesOn: () => this.#hasTime(1) && this.#options.replay === undefined,
    });
  }

  #cases(cleanRuns: CleanRuns) {
    const { replay, seed = 1, faultsPerRun = 1 } = this.#options;
    if (replay !== undefined) return [replay].values();
    return plannedCases({ writes: cleanRuns.writeTypes(), kinds: this.#kinds, seed, faultsPerRun });
  }

  tell(phase: Progress['phase'], last?: Trial): void {
    const trials = this.#trials;
    const isBad = (trial: Trial) => failing(trials!.findingsOf(trial), this.#allowed).length > 0;
    this.#options.onProgress?.({
      phase,
      faults: this.#faultCount(),
      failedRuns: trials?.all.filter(isBad).length ?? 0,
      elapsedSecs: this.#elapsedSecs(),
      ...(last !== undefined && { last }),
    });
  }

  verdict(): Verdict {
    const { actor, seed = 1, allowed = [] } = this.#options;
    const cleanRuns = this.#cleanRuns;
    const types = cleanRuns?.writeTypes() ?? [];
    const reasons = this.#reasons();
    // Without a truth that holds, what was found may be chance.
    const isTruthKnown = cleanRuns !== undefined && cleanRuns.reasons.length === 0;
    const isUnsafe = isTruthKnown && this.#trialsWithFailures().length > 0;
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
      cleanRuns: cleanRuns?.count ?? 0,
      cleanMs: cleanRuns?.longestMs ?? 0,
      writes: Object.fromEntries(
        Map.groupBy(types, (type) => type)
          .entries()
          .map(([type, all]) => [type, all.length]),
      ),
      setAside: setAsideOf(cleanRuns),
      rows: this.#rows(),
      failing: this.#failing,
      advice: adviceFor(this.#symptoms(), new Set(types)),
    };
  }

  /** Why no clear verdict can be given, unless the Actor was seen to fail. */
  #reasons(): string[] {
    const cleanRuns = this.#cleanRuns;
    const aborted = this.#options.signal?.aborted === true ? ['it was interrupted'] : [];
    if (cleanRuns === undefined || cleanRuns.count < 2) return aborted;
    if (cleanRuns.reasons.length > 0) return [...aborted, ...cleanRuns.reasons];
    if (cleanRuns.writeTypes().length === 0) return ['the Actor writes nothing, so there is nothing that could fail'];
    const missing = this.#missingShares();
    if (missing.length === 0) return aborted;
    const some = missing.slice(0, 4).join(', ');
    return [...aborted, `${missing.length} of the kinds of fault and types of write were not seen together: ${some}`];
  }

  /** [verdict-1]. */
  #missingShares(): string[] {
    const { replay } = this.#options;
    const wanted =
      replay === undefined ? sharesOf(this.#cleanRuns?.writeTypes() ?? [], this.#kinds) : new Set(replay.map(shareOf));
    const seen = this.#struckTrials().flatMap(({ faults }) => faults.map(shareOf));
    return [...wanted.difference(new Set(seen))];
  }

  /** A case of which a fault did not strike tells nothing of that fault: the run was over before. */
  #struckTrials(): Trial[] {
    return (this.#trials?.all ?? []).map(({ faults, run }) => ({ faults: faults.slice(0, run.struckCount), run }));
  }

  #trialsWithFailures(): Trial[] {
    return (this.#trials?.all ?? []).filter(
      (trial) => failing(this.#trials!.findingsOf(trial), this.#allowed).length > 0,
    );
  }

  #rows() {
    const { replay } = this.#options;
    const tally = new Tally(replay?.map(({ kind }) => kind) ?? this.#kinds, this.#allowed);
    for (const trial of this.#trials?.all ?? []) {
      tally.add(trial.faults.slice(0, trial.run.struckCount), this.#trials!.findingsOf(trial));
    }
    return tally.rows();
  }

  #symptoms(): Symptoms {
    const symptoms = new Map<Failure, Set<FaultKind>>();
    for (const trial of this.#trialsWithFailures()) {
      for (const { failure } of failing(this.#trials!.findingsOf(trial), this.#allowed)) {
        const kinds = symptoms.get(failure as Failure) ?? new Set();
        symptoms.set(failure as Failure, kinds);
        for (const { kind } of trial.faults) kinds.add(kind);
      }
    }
    return symptoms;
  }

  #faultCount(): number {
    return (this.#trials?.all ?? []).reduce((sum, { run }) => sum + run.struckCount, 0);
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

function setAsideOf(cleanRuns: CleanRuns | undefined): Record<string, string[]> {
  const known = [...(cleanRuns?.truth?.setAside ?? [])].map(([group, paths]): [string, string[]] => [
    group,
    [...paths],
  ]);
  return Object.fromEntries(known.filter(([, paths]) => paths.length > 0));
}
