/** What the crosshair of the timeline reads at a time. Pure. */

import type { AttemptPhases, PhaseName, TimelineSample } from './timeline-phases.ts';

export interface Reading {
  readonly atMs: number;
  readonly attempts: readonly { readonly number: number; readonly serverId: string; readonly phase: PhaseName }[];
  /** The nearest measurement of an attempt that was there; undefined when none is near. */
  readonly sample: TimelineSample | undefined;
}

/** @param nearMs how far away a measurement may be */
export function readAt(
  phases: readonly AttemptPhases[],
  samples: readonly TimelineSample[],
  atMs: number,
  nearMs: number,
): Reading {
  const attempts = phases.flatMap(({ attempt, phases: own }) => {
    const phase = own.find(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
    return phase === undefined ? [] : [{ number: attempt.number, serverId: attempt.serverId, phase: phase.name }];
  });
  const working = attempts.find(({ phase }) => phase === 'active' || phase === 'drains') ?? attempts[0];
  let sample: TimelineSample | undefined;
  for (const each of samples) {
    if (Math.abs(each.atMs - atMs) > nearMs) continue;
    if (working !== undefined && each.attempt !== working.number) continue;
    if (sample === undefined || Math.abs(each.atMs - atMs) < Math.abs(sample.atMs - atMs)) sample = each;
  }
  return { atMs, attempts, sample };
}

/** The next time at which something happens, for the arrow keys; undefined when there is none. */
export function nextMoment(phases: readonly AttemptPhases[], atMs: number, direction: 1 | -1): number | undefined {
  const times = phases.flatMap(({ phases: own, toMs }) => [...own.map(({ fromMs }) => fromMs), toMs]);
  let next: number | undefined;
  for (const each of times) {
    if (direction === 1 ? each <= atMs : each >= atMs) continue;
    if (next === undefined || (direction === 1 ? each < next : each > next)) next = each;
  }
  return next;
}
