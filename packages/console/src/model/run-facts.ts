/** What the page of a run says about it, from what the platform knows. Pure. */

import type { TimelineHandoff } from './timeline-phases.ts';

export interface Moves {
  /** How often the run was moved, or lost its server. */
  readonly count: number;
  /** How often another attempt went on where it was: reboots, metamorphs, and restarts after errors. */
  readonly restarts: number;
  /** Of moves and restarts in all; null when none was measured. */
  readonly downtimeMs: number | null;
}

export function movesOf(handoffs: readonly TimelineHandoff[]): Moves {
  const done = handoffs.filter(({ phase }) => phase === 'switched' || phase === 'done');
  const count = done.filter(({ reason }) => reason === 'migration' || reason === 'lost').length;
  const measured = done.flatMap(({ downtimeMs }) => downtimeMs ?? []);
  return {
    count,
    restarts: done.length - count,
    downtimeMs: measured.length === 0 ? null : measured.reduce((sum, ms) => sum + ms, 0),
  };
}

/** Whether results were repeated or lost, and how that is known. */
export type Losses =
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * @param facts.takeovers how often an attempt went on where another one had stopped: moves, restarts and resurrections
 * @param facts.commits the number of the run's last commit; undefined while it is not known
 * @param facts.verdict of the Actor's newest proof
 */
export function lossesOf({
  takeovers,
  commits,
  verdict,
}: {
  readonly takeovers: number;
  readonly commits: number | undefined;
  readonly verdict: string | undefined;
}): Losses {
  if (takeovers === 0) return { kind: 'none', why: 'The run was neither moved nor restarted.' };
  if (commits !== undefined && commits > 0) {
    return {
      kind: 'none',
      why: `The Actor gives its results in commits, each of which counts once; ${commits} so far.`,
    };
  }
  if (verdict === 'safe') return { kind: 'none', why: 'The newest proof of the Actor found nothing repeated or lost.' };
  if (verdict !== undefined) {
    return { kind: 'unknown', why: `The newest proof of the Actor says: ${verdict}. Compare the results.` };
  }
  return {
    kind: 'unknown',
    why: 'The Actor does not use @wherry/durable, and no proof of it was published: wherry prove <folder> --publish.',
  };
}

/** What will happen when a run is moved, before it does. */
export function moveForecast(mode: 'warm' | 'cold' | 'lost', isDurable: boolean): readonly string[] {
  if (mode === 'lost') {
    return [
      'The attempt is cut off and killed as if its server had failed: no warning, no drain.',
      'The next one boots on another server and goes on from what was saved. That takes seconds.',
      isDurable
        ? 'The Actor commits its results: nothing is repeated or lost.'
        : 'A stock Actor repeats what it did since its last save, and what it had in progress.',
    ];
  }
  const repeats = isDurable
    ? 'The Actor commits its results: nothing is repeated or lost.'
    : 'A stock Actor repeats nothing when it saves its state on persistState, or crawls a request queue. One that saves on migrating only, or crawls a list, may repeat what it had in progress.';
  if (mode === 'warm') {
    return [
      'The next attempt boots on the other server while this one works on, and waits at the gate.',
      'This one is told to migrate, finishes what it has in flight, and saves. Then one transaction passes the run on: some ms of downtime.',
      repeats,
    ];
  }
  return [
    'This attempt is told to migrate, finishes what it has in flight, saves, and ends.',
    'Only then the next one boots, so the run is down for as long as that takes: seconds.',
    repeats,
  ];
}

export interface MoveStep {
  readonly name: string;
  /** Null for a step that is not there yet. */
  readonly atMs: number | null;
}

/** The steps of a handoff in their order, each with when it happened. */
export function moveSteps(handoff: TimelineHandoff, bootsFromMs: number | null): readonly MoveStep[] {
  const { mode, requestedAtMs, drainStartedAtMs, fencedAtMs, firstCallAtMs } = handoff;
  const requested = { name: 'requested', atMs: requestedAtMs };
  const boots = { name: 'next attempt boots', atMs: bootsFromMs };
  const drains = { name: 'active one drains', atMs: drainStartedAtMs };
  const fenced = { name: 'fenced, passed on', atMs: fencedAtMs };
  const first = { name: 'first call of the next', atMs: firstCallAtMs };
  if (mode === 'warm') return [requested, boots, drains, fenced, first];
  if (mode === 'cold') return [requested, drains, fenced, boots, first];
  return [requested, fenced, boots, first];
}
