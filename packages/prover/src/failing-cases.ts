/**
 * Finds, for each kind of fault that fails, the simplest case that shows the failure.
 *
 * [shrink-1] a simpler case has fewer faults than the case, or the same number and one of them at an earlier write.
 */
import { type Failure, type Finding, unsafeFindings } from './comparison/finding.ts';
import { type Case, caseText, type Fault, type FaultKind } from './faults/fault.ts';
import type { Timeline } from './faults/timeline.ts';
import { storyOf } from './story.ts';
import type { Trial, Trials } from './trials.ts';
import type { FailingCase } from './verdict.ts';

export interface ShrinkingOptions {
  readonly trials: Trials;
  readonly allowed: ReadonlySet<Failure>;
  /** The timeline of an undisturbed run. */
  readonly clean: Timeline;
  readonly runnerCount: number;
  /** Whether there is time for one more run. */
  readonly mayContinue: () => boolean;
}

export async function failingCases(options: ShrinkingOptions): Promise<FailingCase[]> {
  const open = [...firstOfEachKind(options)];
  const found: FailingCase[] = [];
  const runners = Array.from({ length: options.runnerCount }, async (_, runner) => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      found.push(await simplest(options, runner, ...next));
    }
  });
  await Promise.all(runners);
  return found.toSorted((one, other) => (one.kind < other.kind ? -1 : 1));
}

/** Prefers cases that fail in more ways, then cases whose fault came earlier: their stories are the clearest. */
function firstOfEachKind(options: ShrinkingOptions): Map<FaultKind, Trial> {
  const { trials, allowed } = options;
  const first = new Map<FaultKind, Trial>();
  const failureCountOf = (trial: Trial) => failuresOf(options, trial).length;
  const failed = trials.all.filter((trial) => unsafeFindings(trials.findingsOf(trial), allowed).length > 0);
  const sorted = failed.toSorted(
    (one, other) => failureCountOf(other) - failureCountOf(one) || weightOf(one) - weightOf(other),
  );
  for (const trial of sorted) {
    for (const { kind } of trial.faults) if (!first.has(kind)) first.set(kind, trial);
  }
  return first;
}

const weightOf = ({ faults }: Trial): number => faults.length * 1000 + (faults[0]?.ordinal ?? 0);

/** The first of the simpler cases that has all failures of the case, else the case itself, after a second run of it. */
async function simplest(
  options: ShrinkingOptions,
  runner: number,
  kind: FaultKind,
  trial: Trial,
): Promise<FailingCase> {
  const { trials, mayContinue } = options;
  const known = failuresOf(options, trial);
  const failsAlike = (other: Trial) => new Set(known).isSubsetOf(new Set(failuresOf(options, other)));
  for (const faults of simplerCases(trial.faults)) {
    if (!mayContinue()) break;
    if (!faults.some((fault) => fault.kind === kind)) continue;
    const simpler = await trials.tryOne(runner, faults);
    if (failsAlike(simpler)) return describe(options, kind, simpler, true);
  }
  const again = mayContinue() ? await trials.tryOne(runner, trial.faults) : undefined;
  return describe(options, kind, trial, again === undefined ? null : failsAlike(again));
}

function describe(options: ShrinkingOptions, kind: FaultKind, trial: Trial, isReproduced: boolean | null): FailingCase {
  const findings: Finding[] = options.trials.findingsOf(trial);
  const { timeline, log } = trial.run;
  return {
    kind,
    findings,
    isReproduced,
    log,
    failures: failuresOf(options, trial),
    story: storyOf(timeline, findings, options.clean),
    replay: caseText(trial.faults),
    timeline: timeline.events,
  };
}

const failuresOf = ({ trials, allowed }: ShrinkingOptions, trial: Trial): Failure[] => [
  ...new Set(unsafeFindings(trials.findingsOf(trial), allowed).map(({ failure }) => failure as Failure)),
];

/** [shrink-1]. Cases that may fail in the same way, the simplest first. */
export function simplerCases(faults: Case): Case[] {
  const single = faults.length > 1 ? faults.map((fault): Case => [fault]) : [];
  const earlier = faults.length > 1 ? [] : faults.flatMap((fault) => earlierFaults(fault).map((each): Case => [each]));
  return [...single, ...earlier];
}

/** The same fault at the first and second write of its type, and at half of its ordinal, where those are earlier. */
function earlierFaults(fault: Fault): Fault[] {
  const ordinals = new Set([1, 2, Math.floor(fault.ordinal / 2)].filter((each) => each >= 1 && each < fault.ordinal));
  return [...ordinals].sort((one, other) => one - other).map((ordinal) => ({ ...fault, ordinal }));
}
