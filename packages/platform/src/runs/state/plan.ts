/**
 * Decides what a run needs next: facts in, actions and a time out. No clock, no I/O and no randomness of its own, so that
 * a simulation can drive it through any interleaving. The supervisor performs the actions and plans again. All times of the
 * facts and of the plan, and `now`, are by the monotonic clock, in ms [clock-1].
 *
 * [plan-1] a run that has ended, or an attempt that is fenced, keeps no container.
 * [plan-2] `migrating` is sent only when the next attempt is at the gate, is late, or is not started yet (cold).
 * [plan-3] an active attempt is replaced only when its drain is over: no request in flight and quiet, exited, or the grace over.
 * [plan-4] exit 0 of the active attempt ends the run SUCCEEDED, migrating or not; another code ends it FAILED unless the run
 *     migrates or restarts on errors.
 * [plan-5] a waiting attempt that has ended is never switched to.
 * [plan-6] a start that failed by a fault of the platform is tried again, later each time, and ends no run. A handoff whose
 *     next attempt cannot be started is cancelled, or over if there is no way back, so that nobody waits for it without end.
 * [plan-7] without room elsewhere an attempt that works stays where it is and its handoff is cancelled; a run whose attempt is
 *     gone waits for room.
 * [plan-8] a run that is aborted ends when its container has, and when the grace is over. One that is ended since nobody uses
 *     it gets SIGTERM within that grace, and has succeeded however it ends.
 */
import type { ExitCause } from '../../engines/engine.ts';
import type {
  HandoffMode,
  HandoffReason,
  HandoffUnderWay,
  RequestedHandoff,
  RunStatus,
  SwitchedHandoff,
} from './run-state.ts';

/** What is known of an attempt's container. */
export type ContainerState =
  | { readonly kind: 'none' }
  /** [plan-6] its start failed so many times, `fault` says why; nothing of it is left. `retryAt` in ms since 1970. */
  | { readonly kind: 'delayed'; readonly failures: number; readonly retryAt: number; readonly fault: string }
  | { readonly kind: 'starting'; readonly killSent: boolean }
  | { readonly kind: 'running'; readonly killSent: boolean }
  /** `startError`: it never ran, since the Actor or its build is wrong. */
  | { readonly kind: 'exited'; readonly exitCode: number; readonly cause?: ExitCause; readonly startError?: string }
  /** It waits for its turn to boot. */
  | { readonly kind: 'queued' }
  /** Its server is gone, or the platform process that followed it died. */
  | { readonly kind: 'lost' };

/** How far the drain of an attempt is. `migratingSentAt` by the monotonic clock, in ms. */
export type DrainState =
  | { readonly kind: 'notDraining' }
  /** Step 3: it finishes what it works on. */
  | { readonly kind: 'toldToMigrate'; readonly migratingSentAt: number }
  /** Step 4: it saves for the last time. */
  | { readonly kind: 'saving'; readonly migratingSentAt: number }
  | { readonly kind: 'quiet'; readonly migratingSentAt: number };

export interface AttemptFacts {
  readonly number: number;
  readonly phase: 'waiting' | 'active' | 'fenced';
  readonly container: ContainerState;
  readonly drain: DrainState;
  /** It has made a call, or opened its events websocket. */
  readonly hasArrived: boolean;
  /** When it became active; null while it waits. */
  readonly activatedAt: number | null;
  readonly inFlightRequests: number;
  readonly calledReboot: boolean;
  readonly toldToAbort: boolean;
  readonly toldToStop: boolean;
}

export interface RunFacts {
  readonly status: RunStatus;
  readonly finished: boolean;
  readonly deadlineAt: number | null;
  readonly graceEndsAt: number | null;
  readonly endsIdle: boolean;
  readonly activeAttempt: number | null;
  readonly attempts: readonly AttemptFacts[];
  readonly handoff: HandoffUnderWay | null;
  readonly mayRestart: boolean;
  /** Where a run that waits for room may start; null while it must wait. */
  readonly allottedServerId: string | null;
  /** Whether a server has room for the next attempt of the handoff. */
  readonly hasRoom: boolean;
}

export interface Limits {
  /** How long the next attempt may take to arrive at the gate. */
  readonly bootMs: number;
  /** What bounds the drain: steps 3 and 4 of a handoff. */
  readonly graceMs: number;
  /** How long after `migrating` an attempt without in-flight requests may go on before it is told to save. */
  readonly quietGraceMs: number;
  /** How long before the end of its grace the program of a run that nobody uses gets SIGTERM. */
  readonly stopMs: number;
}

export type Action =
  | { readonly kind: 'start'; readonly attempt: number }
  | { readonly kind: 'kill'; readonly attempt: number }
  | { readonly kind: 'end'; readonly attempt: number; readonly exitCode: number | null }
  | { readonly kind: 'allocate'; readonly serverId: string }
  | { readonly kind: 'addWaiting' }
  | { readonly kind: 'sendMigrating'; readonly attempt: number }
  | { readonly kind: 'sendPersist'; readonly attempt: number }
  | { readonly kind: 'sendAborting'; readonly attempt: number }
  | { readonly kind: 'stop'; readonly attempt: number }
  /** `to`: the waiting attempt that becomes active; null makes a new one. */
  | { readonly kind: 'switch'; readonly to: number | null }
  | { readonly kind: 'completeHandoff'; readonly outcome: string }
  | { readonly kind: 'cancelHandoff'; readonly outcome: string }
  | { readonly kind: 'requestHandoff'; readonly mode: HandoffMode; readonly reason: HandoffReason }
  | {
      readonly kind: 'finish';
      readonly attempt: number | null;
      readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED-OUT' | 'ABORTED';
      readonly exitCode: number | null;
    };

export interface Plan {
  readonly actions: readonly Action[];
  /** When to plan again at the latest. */
  readonly wakeAt: number | undefined;
}

const nothing: Plan = { actions: [], wakeAt: undefined };
const act = (...actions: Action[]): Plan => ({ actions, wakeAt: undefined });
const wait = (...times: (number | null | undefined)[]): Plan => {
  const known = times.filter((each) => each !== null && each !== undefined);
  return { actions: [], wakeAt: known.length > 0 ? Math.min(...known) : undefined };
};

export function plan(run: RunFacts, limits: Limits, now: number): Plan {
  const cleaning = cleanUp(run);
  const next = run.finished ? nothing : planLive(run, limits, now);
  return { actions: [...cleaning, ...next.actions], wakeAt: next.wakeAt };
}

/** [plan-1]. */
function cleanUp(run: RunFacts): Action[] {
  return run.attempts
    .filter((attempt) => run.finished || attempt.phase === 'fenced')
    .flatMap((attempt): Action[] => {
      const { container, number } = attempt;
      switch (container.kind) {
        case 'none':
        case 'delayed':
        case 'queued':
        case 'lost':
          return [{ kind: 'end', attempt: number, exitCode: null }];
        case 'exited':
          return [{ kind: 'end', attempt: number, exitCode: container.exitCode }];
        default:
          return container.killSent ? [] : [{ kind: 'kill', attempt: number }];
      }
    });
}

function planLive(run: RunFacts, limits: Limits, now: number): Plan {
  const active = run.attempts.find((attempt) => attempt.number === run.activeAttempt);
  if (active === undefined) return planQueued(run);
  if (run.deadlineAt !== null && now >= run.deadlineAt) return finish(active, 'TIMED-OUT');
  if (run.status === 'ABORTING') return planAbort(run, active, limits, now);
  const { handoff } = run;
  if (active.container.kind === 'exited') return planExit(run, active, active.container.exitCode, now);
  if (active.container.kind === 'lost') return planLost(run, now);
  if (active.container.kind !== 'running' && active.container.kind !== 'starting') {
    return planStart(run, active, active.container, limits, now);
  }
  if (handoff === null) {
    // It asked for a reboot during a handoff that was cancelled since, and waits to be ended.
    return active.calledReboot ? act({ kind: 'requestHandoff', mode: 'cold', reason: 'reboot' }) : wait(run.deadlineAt);
  }
  const next =
    handoff.phase === 'switched'
      ? planOpening(handoff, active, limits, now)
      : planDrain(run, handoff, active, limits, now);
  return next.actions.length > 0 ? next : wait(next.wakeAt, run.deadlineAt);
}

/** Of a run that waits for room. */
function planQueued({ status, activeAttempt, allottedServerId }: RunFacts): Plan {
  if (activeAttempt !== null) return nothing;
  if (status === 'ABORTING') return act({ kind: 'finish', attempt: null, status: 'ABORTED', exitCode: null });
  return allottedServerId === null ? nothing : act({ kind: 'allocate', serverId: allottedServerId });
}

/** Of the active attempt, which has no container. */
function planStart(
  run: RunFacts,
  active: AttemptFacts,
  container: Extract<ContainerState, { kind: 'none' | 'delayed' | 'queued' }>,
  limits: Limits,
  now: number,
): Plan {
  const { handoff } = run;
  if (container.kind === 'none') {
    // Cold: the next container starts once the previous one is gone. An older one on a lost server may never be gone.
    const before = run.attempts.some(({ phase, number }) => phase === 'fenced' && number === handoff?.from);
    return before && handoff?.mode === 'cold' ? wait(run.deadlineAt) : act({ kind: 'start', attempt: active.number });
  }
  // [plan-6] it has never run, so it needs no drain to go where it may start.
  if (handoff?.phase === 'requested') {
    return run.hasRoom ? switchFrom(run, handoff) : act({ kind: 'cancelHandoff', outcome: noRoom });
  }
  const retryAt = container.kind === 'delayed' ? container.retryAt : undefined;
  if (retryAt !== undefined && now >= retryAt) return act({ kind: 'start', attempt: active.number });
  const openEndsAt = handoff === null ? undefined : handoff.switchedAt + limits.bootMs;
  if (openEndsAt !== undefined && now >= openEndsAt) {
    const why = container.kind === 'delayed' ? container.fault : 'others boot before it';
    const outcome = `attempt ${active.number} is the active one but could not be started yet: ${why}`;
    return act({ kind: 'completeHandoff', outcome });
  }
  return wait(retryAt, openEndsAt, run.deadlineAt);
}

const noRoom = 'no other server has room for the run';
/** How often a run that waits for room looks for some, besides whenever another one ends. */
const roomMs = 1000;

const firstRetryMs = 1000;
const longestRetryMs = 30_000;

/** [plan-6] how long after so many failed starts in a row the next one is made. */
export const startDelayMs = (failures: number): number =>
  Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 10));

const finish = (active: AttemptFacts, status: Extract<Action, { kind: 'finish' }>['status']): Plan =>
  act({ kind: 'finish', attempt: active.number, status, exitCode: exitCodeOf(active) });
const exitCodeOf = ({ container }: AttemptFacts): number | null =>
  container.kind === 'exited' ? container.exitCode : null;

/** [plan-8]. */
function planAbort(run: RunFacts, active: AttemptFacts, limits: Limits, now: number): Plan {
  const isOver = !['running', 'starting'].includes(active.container.kind);
  const graceEndsAt = run.graceEndsAt ?? now;
  if (isOver || now >= graceEndsAt) return finish(active, run.endsIdle ? 'SUCCEEDED' : 'ABORTED');
  if (run.handoff?.phase === 'requested') return act({ kind: 'cancelHandoff', outcome: 'the run is being aborted' });
  if (!active.toldToAbort) return act({ kind: 'sendAborting', attempt: active.number });
  const stopAt = run.endsIdle && !active.toldToStop ? graceEndsAt - limits.stopMs : undefined;
  if (stopAt !== undefined && now >= stopAt) return act({ kind: 'stop', attempt: active.number });
  return wait(stopAt, graceEndsAt, run.deadlineAt);
}

/** [plan-4]. */
function planExit(run: RunFacts, active: AttemptFacts, exitCode: number, now: number): Plan {
  if (exitCode === 0) return finish(active, 'SUCCEEDED');
  const { handoff } = run;
  if (handoff?.phase === 'requested' && (active.drain.kind !== 'notDraining' || isImmediate(handoff))) {
    return switchWhenRoom(run, handoff, now);
  }
  if (!run.mayRestart) return finish(active, 'FAILED');
  if (handoff !== null)
    return act({ kind: 'cancelHandoff', outcome: `the attempt exited with code ${exitCode} before` });
  return act({ kind: 'requestHandoff', mode: 'cold', reason: 'restart' });
}

function planLost(run: RunFacts, now: number): Plan {
  const { handoff } = run;
  if (handoff === null) return act({ kind: 'requestHandoff', mode: 'lost', reason: 'lost' });
  if (handoff.phase === 'requested' && handoff.mode === 'lost') return switchWhenRoom(run, handoff, now);
  return act({ kind: 'cancelHandoff', outcome: 'the server of the attempt was lost' });
}

/** [plan-7] of a run whose attempt is gone. */
const switchWhenRoom = (run: RunFacts, handoff: RequestedHandoff, now: number): Plan =>
  run.hasRoom || handoff.to !== null ? switchFrom(run, handoff) : wait(now + roomMs, run.deadlineAt);

/** [plan-7] of a run whose attempt works. */
const switchOrStay = (run: RunFacts, handoff: RequestedHandoff): Plan =>
  run.hasRoom || handoff.to !== null ? switchFrom(run, handoff) : act({ kind: 'cancelHandoff', outcome: noRoom });

/** [plan-5] when the waiting attempt has ended meanwhile, a new one is started instead. */
function switchFrom(run: RunFacts, handoff: RequestedHandoff): Plan {
  const next = run.attempts.find((attempt) => attempt.number === handoff.to);
  const isAlive = next?.container.kind === 'starting' || next?.container.kind === 'running';
  return act({ kind: 'switch', to: isAlive ? next.number : null });
}

/** A handoff has no drain when the Actor itself asked for it or its attempt is gone. */
const isImmediate = (handoff: HandoffUnderWay) => handoff.mode === 'lost' || handoff.reason !== 'migration';

function planDrain(run: RunFacts, handoff: RequestedHandoff, active: AttemptFacts, limits: Limits, now: number): Plan {
  if (isImmediate(handoff)) return switchOrStay(run, handoff);
  const booting = handoff.mode === 'warm' ? planBoot(run, handoff, active, limits, now) : undefined;
  if (booting !== undefined) return booting;
  const { drain } = active;
  if (drain.kind === 'notDraining') {
    // An attempt that still boots would miss it.
    const bootEndsAt = (active.activatedAt ?? now) + limits.bootMs;
    const isBooting = !active.hasArrived && now < bootEndsAt;
    return isBooting ? wait(bootEndsAt) : act({ kind: 'sendMigrating', attempt: active.number });
  }
  const graceEndsAt = drain.migratingSentAt + limits.graceMs;
  if (now >= graceEndsAt || drain.kind === 'quiet') return switchOrStay(run, handoff);
  if (drain.kind === 'saving' || active.inFlightRequests > 0) return wait(graceEndsAt);
  const quietGraceEndsAt = Math.min(graceEndsAt, drain.migratingSentAt + limits.quietGraceMs);
  if (!active.calledReboot && now < quietGraceEndsAt) return wait(quietGraceEndsAt);
  return act({ kind: 'sendPersist', attempt: active.number });
}

/** [plan-2]. Undefined once the next attempt is at the gate, is late, or will not arrive. */
function planBoot(
  run: RunFacts,
  handoff: RequestedHandoff,
  active: AttemptFacts,
  limits: Limits,
  now: number,
): Plan | undefined {
  const isDraining = active.drain.kind !== 'notDraining';
  if (handoff.to === null) {
    if (isDraining) return undefined;
    return act(run.hasRoom ? { kind: 'addWaiting' } : { kind: 'cancelHandoff', outcome: noRoom });
  }
  const next = run.attempts.find((attempt) => attempt.number === handoff.to);
  if (next?.container.kind === 'none') return act({ kind: 'start', attempt: next.number });
  const isGone = next === undefined || next.container.kind === 'exited' || next.container.kind === 'lost';
  if (isDraining) return undefined;
  if (isGone) return act({ kind: 'cancelHandoff', outcome: 'the next attempt ended before it came to the gate' });
  const bootEndsAt = handoff.requestedAt + limits.bootMs;
  if (next.container.kind === 'queued') {
    if (now < bootEndsAt) return wait(bootEndsAt);
    return act({ kind: 'cancelHandoff', outcome: 'the next attempt had no turn to boot' });
  }
  if (next.container.kind === 'delayed') {
    const { retryAt, fault } = next.container;
    // [plan-6]
    if (now >= bootEndsAt)
      return act({ kind: 'cancelHandoff', outcome: `the next attempt could not be started: ${fault}` });
    return now >= retryAt ? act({ kind: 'start', attempt: next.number }) : wait(retryAt, bootEndsAt);
  }
  return next.hasArrived || now >= bootEndsAt ? undefined : wait(bootEndsAt);
}

/** After the switch: done when the new attempt has arrived, or is late. A warm one had its time before the switch. */
function planOpening(handoff: SwitchedHandoff, active: AttemptFacts, limits: Limits, now: number): Plan {
  const openEndsAt = handoff.switchedAt + limits.bootMs;
  if (active.hasArrived || (handoff.mode === 'warm' && active.container.kind === 'running')) {
    return act({ kind: 'completeHandoff', outcome: 'done' });
  }
  if (now >= openEndsAt)
    return act({ kind: 'completeHandoff', outcome: 'the new attempt runs but has not called the platform' });
  return wait(openEndsAt);
}
