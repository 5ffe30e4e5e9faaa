/**
 * Which changes a run allows: state and change in, next state out. Pure, so that the database's operations and the simulation
 * share it; `run-store.ts` applies it inside one transaction.
 *
 * [transition-1] an attempt is in phase `active` exactly when it is the run's active attempt; there is one at most.
 * [transition-2] a fenced attempt stays fenced; attempt numbers only grow.
 * [transition-3] a run that is over has no active attempt and no handoff, and is changed only by `resurrect`, by the ends
 *     of its attempts, and in its status message, which its user may set as on Apify.
 * [transition-4] a change that was decided on an older state and no longer fits changes nothing. What a user asked for is
 *     refused with a reason instead.
 * [transition-5] a run that waits for room is READY and has no attempt; with its place it gets its first one and is RUNNING.
 */
import type { ContainerRef } from '../../engines/engine.ts';
import { Refusal } from '../../shared/errors.ts';
import {
  type AttemptState,
  type ClosedHandoff,
  type DoneHandoff,
  type HandoffMode,
  type HandoffReason,
  type HandoffUnderWay,
  isOver,
  type RequestedHandoff,
  type RunOptions,
  type RunState,
  type RunStats,
  runTimeMs,
} from './run-state.ts';

type FinalStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED-OUT' | 'ABORTED';

/** What a metamorph changes of a run. */
export interface Metamorph {
  readonly actorId: string;
  readonly buildId: string;
  readonly buildNumber: string;
  readonly inputKey: string;
}

interface AbortChange {
  readonly kind: 'abort';
  readonly graceMs: number;
  /** The platform ends a run that nobody uses; nobody has aborted it. */
  readonly isIdle?: boolean;
}

export type Change =
  | {
      readonly kind: 'recordContainer';
      readonly attempt: number;
      readonly container: ContainerRef;
      readonly tokenHash: string;
    }
  /** The attempt has come to the gate. */
  | { readonly kind: 'recordArrival'; readonly attempt: number; readonly arrivedAt: number }
  /** A run that waits for room gets some. */
  | { readonly kind: 'allocate'; readonly serverId: string }
  | { readonly kind: 'addWaiting'; readonly serverId: string }
  | {
      readonly kind: 'requestHandoff';
      readonly id: string;
      readonly mode: HandoffMode;
      readonly reason: HandoffReason;
      readonly targetServerId: string | null;
      readonly metamorph?: Metamorph;
    }
  | {
      readonly kind: 'switch';
      /** The waiting attempt that becomes active; null makes a new one on `serverId`. */
      readonly to: number | null;
      readonly serverId: string;
      readonly migratingAt: number | null;
    }
  | {
      readonly kind: 'completeHandoff';
      readonly outcome: string;
      readonly firstCallAt: number | null;
      readonly downtimeMs: number | null;
    }
  | { readonly kind: 'cancelHandoff'; readonly outcome: string }
  | { readonly kind: 'endAttempt'; readonly attempt: number; readonly exitCode: number | null }
  | {
      readonly kind: 'finish';
      /** The active attempt when the change was decided; null for a run that waited for room. */
      readonly attempt: number | null;
      readonly status: FinalStatus;
      readonly exitCode: number | null;
      readonly message: string | null;
      readonly usage: Readonly<Record<string, number>>;
    }
  | AbortChange
  | { readonly kind: 'setStatusMessage'; readonly message: string; readonly isTerminal: boolean }
  | {
      readonly kind: 'resurrect';
      /** Null when the run must wait for room. */
      readonly serverId: string | null;
      readonly buildId: string;
      readonly buildNumber: string;
      readonly options: RunOptions;
      /** Those of users for whom no others are set; `run-store.ts` checks them. None unless given. */
      readonly usualLimits?: { readonly maxRuns: number; readonly maxUserMbytes?: number | undefined };
    };

export interface Transition {
  readonly state: RunState;
  /** The handoff that the change ended. */
  readonly closedHandoff?: ClosedHandoff;
  readonly endedAttempt?: { readonly number: number; readonly exitCode: number | null };
}

/** @throws Refusal what a user asked for and the run's state does not allow */
export function applyChange(run: RunState, change: Change, now: number): Transition {
  switch (change.kind) {
    case 'endAttempt':
      return endAttempt(run, change.attempt, change.exitCode);
    case 'resurrect':
      return { state: resurrect(run, change, now) };
    case 'requestHandoff':
      return requestHandoff(run, change, now);
    case 'setStatusMessage':
      return { state: { ...run, statusMessage: change.message, isStatusMessageTerminal: change.isTerminal } };
  }
  if (isOver(run)) return { state: run };
  switch (change.kind) {
    case 'recordContainer':
      return { state: recordContainer(run, change) };
    case 'recordArrival':
      return { state: recordArrival(run, change) };
    case 'allocate':
      return { state: allocate(run, change.serverId, now) };
    case 'addWaiting':
      return { state: addWaiting(run, change.serverId, now) };
    case 'switch':
      return { state: switchActive(run, change, now) };
    case 'completeHandoff':
      return completeHandoff(run, change, now);
    case 'cancelHandoff':
      return cancelHandoff(run, change.outcome, now);
    case 'finish':
      return finish(run, change, now);
    case 'abort':
      return { state: abort(run, change, now) };
  }
}

/** The first attempt of a run that starts or is resurrected; active from the beginning. */
export function firstAttempt(
  run: Pick<RunState, 'attemptCount' | 'buildId'>,
  serverId: string,
  reason: 'start' | 'resurrect',
  now: number,
): AttemptState {
  return { ...newAttempt(run.attemptCount + 1, run.buildId, serverId, reason, now), phase: 'active', activatedAt: now };
}

/** [transition-5] */
function allocate(run: RunState, serverId: string, now: number): RunState {
  if (run.status !== 'READY' || run.activeAttempt !== null) return run;
  const reason = run.stats.resurrectCount > 0 ? 'resurrect' : 'start';
  const attempt = firstAttempt(run, serverId, reason, now);
  return {
    ...run,
    status: 'RUNNING',
    deadlineAt: deadlineOf(run.options, now),
    activeAttempt: attempt.number,
    attemptCount: attempt.number,
    attempts: [...run.attempts, attempt],
  };
}

const newAttempt = (
  number: number,
  buildId: string,
  serverId: string,
  reason: AttemptState['reason'],
  createdAt: number,
): AttemptState => ({
  number,
  serverId,
  buildId,
  phase: 'waiting',
  reason,
  createdAt,
  container: null,
  tokenHash: null,
  arrivedAt: null,
  activatedAt: null,
  fencedAt: null,
});

/** [transition-4] not for an attempt that was fenced meanwhile: it may have been killed before it had a container. */
function recordContainer(run: RunState, change: Extract<Change, { kind: 'recordContainer' }>): RunState {
  const { container, tokenHash } = change;
  const attempt = run.attempts.find(({ number }) => number === change.attempt);
  if (attempt === undefined || attempt.phase === 'fenced') return run;
  const attempts = run.attempts.map((each) => (each === attempt ? { ...each, container, tokenHash } : each));
  return { ...run, attempts, ...(run.status === 'READY' && { status: 'RUNNING' }) };
}

/** The first time counts. */
function recordArrival(run: RunState, { attempt, arrivedAt }: Extract<Change, { kind: 'recordArrival' }>): RunState {
  const isIt = (each: AttemptState) => each.number === attempt && each.arrivedAt === null;
  return run.attempts.some(isIt)
    ? { ...run, attempts: run.attempts.map((each) => (isIt(each) ? { ...each, arrivedAt } : each)) }
    : run;
}

function addWaiting(run: RunState, serverId: string, now: number): RunState {
  const { handoff } = run;
  if (handoff?.phase !== 'requested' || handoff.to !== null) return run;
  const number = run.attemptCount + 1;
  return {
    ...run,
    attemptCount: number,
    attempts: [...run.attempts, newAttempt(number, run.buildId, serverId, handoff.reason, now)],
    handoff: { ...handoff, to: number },
  };
}

function requestHandoff(run: RunState, change: Extract<Change, { kind: 'requestHandoff' }>, now: number): Transition {
  const { id, mode, reason, targetServerId, metamorph } = change;
  // An attempt that makes a request itself has arrived, so the handoff that started it is over.
  const isFollowed = run.handoff?.phase === 'switched' && (reason === 'reboot' || reason === 'metamorph');
  const unmeasured = { outcome: 'done', firstCallAt: null, downtimeMs: null };
  const former = isFollowed ? completeHandoff(run, unmeasured, now) : { state: run };
  checkMovable(former.state, reason);
  const handoff: RequestedHandoff = {
    id,
    mode,
    reason,
    targetServerId,
    from: run.activeAttempt!,
    to: null,
    phase: 'requested',
    requestedAt: now,
  };
  return { ...former, state: { ...former.state, ...metamorph, handoff } };
}

/** A first container may be lost before it is recorded, while the run is still READY. */
function checkMovable(run: RunState, reason: HandoffReason): void {
  const isUnderWay = run.status === 'RUNNING' || (run.status === 'READY' && reason === 'lost');
  if (!isUnderWay || run.activeAttempt === null) {
    throw new Refusal(
      400,
      'run-not-running',
      `The run ${run.id} is ${run.status}; only a run that is RUNNING can be moved, rebooted or metamorphed.`,
    );
  }
  if (run.handoff !== null) {
    throw new Refusal(
      409,
      'handoff-under-way',
      `The run ${run.id} is already being handed off (${run.handoff.mode}, ${run.handoff.reason}). Try again when that is over.`,
    );
  }
}

/** [promise-1] fences the active attempt and activates the next one in one change. */
function switchActive(run: RunState, change: Extract<Change, { kind: 'switch' }>, now: number): RunState {
  const { handoff } = run;
  const waiting = run.attempts.find(({ number, phase }) => number === change.to && phase === 'waiting');
  if (handoff?.phase !== 'requested' || handoff.from !== run.activeAttempt) return run;
  if (change.to !== null && waiting === undefined) return run;
  const next = waiting ?? newAttempt(run.attemptCount + 1, run.buildId, change.serverId, handoff.reason, now);
  const others = run.attempts.filter((attempt) => attempt !== waiting).map((attempt) => fenced(attempt, now));
  return {
    ...run,
    activeAttempt: next.number,
    attemptCount: Math.max(run.attemptCount, next.number),
    attempts: [...others, { ...next, phase: 'active', activatedAt: now }],
    stats: counted(run.stats, handoff.reason, now),
    handoff: {
      ...handoff,
      to: next.number,
      phase: 'switched',
      migratingAt: change.migratingAt,
      switchedAt: now,
    },
  };
}

const fenced = (attempt: AttemptState, now: number): AttemptState =>
  attempt.phase === 'fenced' ? attempt : { ...attempt, phase: 'fenced', fencedAt: now };

/** Restarts older than this do not count against the limit of `restartOnError`. */
const restartWindowMs = 60_000;
const maxRestartsInWindow = 3;

function counted(stats: RunStats, reason: HandoffReason, now: number): RunStats {
  switch (reason) {
    case 'migration':
    case 'lost':
      return { ...stats, migrationCount: stats.migrationCount + 1 };
    case 'reboot':
      return { ...stats, rebootCount: stats.rebootCount + 1 };
    case 'metamorph':
      return { ...stats, metamorph: stats.metamorph + 1 };
    case 'restart': {
      const restartedAt = [...stats.restartedAt.filter((each) => each > now - restartWindowMs), now];
      return { ...stats, restartCount: stats.restartCount + 1, restartedAt };
    }
  }
}

/** @param now by the same clock as `stats.restartedAt` */
export const mayRestart = ({ options, stats }: Pick<RunState, 'options' | 'stats'>, now: number): boolean =>
  options.restartOnError &&
  stats.restartedAt.filter((each) => each > now - restartWindowMs).length < maxRestartsInWindow;

function completeHandoff(
  run: RunState,
  change: Omit<Extract<Change, { kind: 'completeHandoff' }>, 'kind'>,
  now: number,
): Transition {
  const { outcome, firstCallAt, downtimeMs } = change;
  if (run.handoff?.phase !== 'switched') return { state: run };
  const closedHandoff: DoneHandoff = {
    ...run.handoff,
    phase: 'done',
    finishedAt: now,
    firstCallAt,
    downtimeMs,
    outcome,
  };
  return { state: { ...run, handoff: null }, closedHandoff };
}

/** Fences the waiting attempt, if there is one. After the switch the active attempt stays. */
function cancelHandoff(run: RunState, outcome: string, now: number): Transition {
  const { handoff } = run;
  if (handoff === null) return { state: run };
  const attempts = run.attempts.map((attempt) => (attempt.phase === 'waiting' ? fenced(attempt, now) : attempt));
  return { state: { ...run, attempts, handoff: null }, closedHandoff: endOf(handoff, outcome, now) };
}

/** After the switch there is nothing to take back: the handoff is done, however it went on. */
function endOf(handoff: HandoffUnderWay, outcome: string, now: number): ClosedHandoff {
  if (handoff.phase === 'requested') return { ...handoff, phase: 'cancelled', finishedAt: now, outcome };
  return { ...handoff, phase: 'done', finishedAt: now, firstCallAt: null, downtimeMs: null, outcome };
}

function endAttempt(run: RunState, number: number, exitCode: number | null): Transition {
  const attempt = run.attempts.find((each) => each.number === number);
  // [transition-1] an active attempt is fenced before it ends.
  if (attempt?.phase !== 'fenced') return { state: run };
  const attempts = run.attempts.filter((each) => each !== attempt);
  return { state: { ...run, attempts }, endedAttempt: { number, exitCode } };
}

function finish(run: RunState, change: Extract<Change, { kind: 'finish' }>, now: number): Transition {
  const { attempt, status, exitCode, message, usage } = change;
  const { handoff } = run;
  // [transition-4] the run may continue with another attempt than the one that ended.
  if (attempt !== run.activeAttempt) return { state: run };
  const state: RunState = {
    ...run,
    status,
    exitCode,
    finishedAt: now,
    activeAttempt: null,
    handoff: null,
    graceEndsAt: null,
    endsIdle: false,
    statusMessage: run.isStatusMessageTerminal ? run.statusMessage : (message ?? run.statusMessage),
    attempts: run.attempts.map((attempt) => fenced(attempt, now)),
    stats: { ...run.stats, usage },
  };
  return handoff === null
    ? { state }
    : { state, closedHandoff: endOf(handoff, `the run ended ${status} meanwhile`, now) };
}

/** A second abort can end a run sooner, never later. One that was asked for counts as such, whatever came before. */
function abort(run: RunState, { graceMs, isIdle = false }: AbortChange, now: number): RunState {
  const graceEndsAt = Math.min(run.graceEndsAt ?? Number.POSITIVE_INFINITY, now + graceMs);
  const endsIdle = isIdle && (run.status !== 'ABORTING' || run.endsIdle);
  return { ...run, status: 'ABORTING', graceEndsAt, endsIdle };
}

function resurrect(run: RunState, change: Extract<Change, { kind: 'resurrect' }>, now: number): RunState {
  if (!isOver(run)) {
    throw new Refusal(
      400,
      'run-not-finished',
      `The run ${run.id} is ${run.status}. Only a run that is over can be resurrected.`,
    );
  }
  const { serverId, buildId, buildNumber, options } = change;
  const earlierRunMs = runTimeMs(run, now);
  const waiting: RunState = {
    ...run,
    buildId,
    buildNumber,
    options,
    status: 'READY',
    exitCode: null,
    finishedAt: null,
    graceEndsAt: null,
    endsIdle: false,
    statusMessage: null,
    isStatusMessageTerminal: false,
    deadlineAt: null,
    activeAttempt: null,
    stats: { ...run.stats, resurrectCount: run.stats.resurrectCount + 1, earlierRunMs, resumedAt: now },
  };
  return serverId === null ? waiting : allocate(waiting, serverId, now);
}

export const deadlineOf = ({ timeoutSecs }: Pick<RunOptions, 'timeoutSecs'>, now: number): number | null =>
  timeoutSecs > 0 ? now + timeoutSecs * 1000 : null;
