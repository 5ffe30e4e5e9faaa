/** Of each kind of fault that fails, the simplest case that shows it. */
import type { FaultKind } from './fault.ts';
import { caseText } from './fault.ts';
import type { Failure, Finding } from './finding.ts';
import { simplerCases } from './shrink.ts';
import { storyOf } from './story.ts';
import { failing } from './tally.ts';
import type { Timeline } from './timeline.ts';
import type { Trial, Trials } from './trials.ts';
import type { FailingCase } from './verdict.ts';

export interface ShrinkingOptions {
  readonly trials: Trials;
  readonly allowed: ReadonlySet<Failure>;
  readonly clean: Timeline;
  readonly laneCount: number;
  /** Whether there is time for one more run. */
  readonly goesOn: () => boolean;
}

export async function failingCases(options: ShrinkingOptions): Promise<FailingCase[]> {
  const open = [...firstOfEachKind(options)];
  const found: FailingCase[] = [];
  const lanes = Array.from({ length: options.laneCount }, async (_, lane) => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      found.push(await simplest(options, lane, ...next));
    }
  });
  await Promise.all(lanes);
  return found.toSorted((one, other) => (one.kind < other.kind ? -1 : 1));
}

/** The cases that fail in the most ways, and of them those that struck earliest, tell their story best. */
function firstOfEachKind(options: ShrinkingOptions): Map<FaultKind, Trial> {
  const { trials, allowed } = options;
  const first = new Map<FaultKind, Trial>();
  const waysOf = (trial: Trial) => failuresOf(options, trial).length;
  const bad = trials.all.filter((trial) => failing(trials.findingsOf(trial), allowed).length > 0);
  for (const trial of bad.toSorted((one, other) => waysOf(other) - waysOf(one) || weightOf(one) - weightOf(other))) {
    for (const { kind } of trial.faults) if (!first.has(kind)) first.set(kind, trial);
  }
  return first;
}

const weightOf = ({ faults }: Trial): number => faults.length * 1000 + (faults[0]?.ordinal ?? 0);

/** The first of the simpler cases that fails in every way in which the case failed, else the case itself, run again. */
async function simplest(options: ShrinkingOptions, lane: number, kind: FaultKind, trial: Trial): Promise<FailingCase> {
  const { trials, goesOn } = options;
  const known = failuresOf(options, trial);
  const failsAlike = (other: Trial) => new Set(known).isSubsetOf(new Set(failuresOf(options, other)));
  for (const faults of simplerCases(trial.faults)) {
    if (!goesOn()) break;
    if (!faults.some((fault) => fault.kind === kind)) continue;
    const simpler = await trials.tryOne(lane, faults);
    if (failsAlike(simpler)) return describe(options, kind, simpler, true);
  }
  const again = goesOn() ? await trials.tryOne(lane, trial.faults) : undefined;
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
  ...new Set(failing(trials.findingsOf(trial), allowed).map(({ failure }) => failure as Failure)),
];
