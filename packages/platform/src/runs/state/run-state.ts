/**
 * A run as the database has it, in its parts: options, counts, attempts and the handoff under way. Each phase of a
 * handoff owns the fields that it has. Imports nothing of the runs' other files.
 */
import type { ContainerRef } from '../../engines/engine.ts';

export type RunStatus =
  | 'READY'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMING-OUT'
  | 'TIMED-OUT'
  | 'ABORTING'
  | 'ABORTED';
export type HandoffMode = 'warm' | 'cold' | 'lost';
export type HandoffReason = 'migration' | 'lost' | 'reboot' | 'metamorph' | 'restart';

/** What a run was started with. `timeoutSecs` 0 is none. */
export interface RunOptions {
  /** The tag or number that was asked for. */
  readonly build: string;
  readonly timeoutSecs: number;
  readonly memoryMbytes: number;
  readonly diskMbytes: number;
  readonly restartOnError: boolean;
  readonly maxItems?: number;
  readonly maxTotalChargeUsd?: number;
}

/** Counts and measures of a run over all of its attempts. Memory in bytes, processor time in percent of one core. */
export interface RunStats {
  readonly inputBodyLen: number;
  readonly migrationCount: number;
  readonly rebootCount: number;
  readonly restartCount: number;
  readonly resurrectCount: number;
  readonly metamorph: number;
  /** Time under way before the last resurrection; what lies between an end and a resurrection is not counted. */
  readonly earlierRunMs: number;
  /** When it was last resurrected. */
  readonly resumedAt: number | null;
  /** When `restartOnError` restarted it of late, in ms since 1970. */
  readonly restartedAt: readonly number[];
  readonly usage: Readonly<Record<string, number>>;
}

export interface AttemptState {
  readonly number: number;
  readonly serverId: string;
  readonly buildId: string;
  readonly phase: 'waiting' | 'active' | 'fenced';
  readonly reason: 'start' | 'resurrect' | HandoffReason;
  readonly container: ContainerRef | null;
  readonly tokenHash: string | null;
  readonly createdAt: number;
  /** When it came to the gate; null before, and when that was not seen. */
  readonly arrivedAt: number | null;
  readonly activatedAt: number | null;
  readonly fencedAt: number | null;
}

/** What a handoff has in each of its phases. Times in ms since 1970. */
interface HandoffBase {
  readonly id: string;
  readonly mode: HandoffMode;
  readonly reason: HandoffReason;
  readonly from: number;
  /** Where it shall go; null leaves it to the placement. */
  readonly targetServerId: string | null;
  readonly requestedAt: number;
}

/** Until the switch. `to` is the waiting attempt, null while there is none. */
export interface RequestedHandoff extends HandoffBase {
  readonly phase: 'requested';
  readonly to: number | null;
}

/** From the switch on. */
interface SwitchedParts extends HandoffBase {
  readonly to: number;
  /** When the drain began; null for a handoff without one. */
  readonly migratingAt: number | null;
  readonly switchedAt: number;
}

/** `to` is active and is not known to work yet. */
export interface SwitchedHandoff extends SwitchedParts {
  readonly phase: 'switched';
}

export interface DoneHandoff extends SwitchedParts {
  readonly phase: 'done';
  readonly finishedAt: number;
  /** When the first call of `to` was accepted; null when it was not seen. */
  readonly firstCallAt: number | null;
  /** Null when it could not be measured. */
  readonly downtimeMs: number | null;
  readonly outcome: string;
}

/** It ended before the switch, so `from` is active still or the run is over. */
interface CancelledHandoff extends HandoffBase {
  readonly phase: 'cancelled';
  readonly to: number | null;
  readonly finishedAt: number;
  readonly outcome: string;
}

export type HandoffUnderWay = RequestedHandoff | SwitchedHandoff;
export type ClosedHandoff = DoneHandoff | CancelledHandoff;
export type HandoffState = HandoffUnderWay | ClosedHandoff;

/** How long the drain of a handoff took, in ms; null for one without a drain. */
export const drainMsOf = ({ switchedAt, migratingAt }: Pick<SwitchedHandoff, 'switchedAt' | 'migratingAt'>) =>
  migratingAt === null ? null : switchedAt - migratingAt;

/** A run as the database has it: what the supervisor needs of it after a restart. */
export interface RunState {
  readonly id: string;
  readonly userId: string;
  readonly actorId: string;
  readonly buildId: string;
  readonly buildNumber: string;
  /** The record that holds the input; another one after a metamorph. */
  readonly inputKey: string;
  readonly status: RunStatus;
  readonly statusMessage: string | null;
  readonly isStatusMessageTerminal: boolean;
  readonly exitCode: number | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Null too while it waits for room: its time begins when it gets some. */
  readonly deadlineAt: number | null;
  /** When a graceful abort stops waiting for the Actor. */
  readonly graceEndsAt: number | null;
  /** It is being ended because nobody uses it, as a Standby run that is idle: it will have succeeded. */
  readonly endsIdle: boolean;
  /** Null while it waits for room, READY, and when it is over. */
  readonly activeAttempt: number | null;
  readonly attemptCount: number;
  readonly options: RunOptions;
  readonly stats: RunStats;
  /** Those that have not ended. */
  readonly attempts: readonly AttemptState[];
  /** The one under way. */
  readonly handoff: HandoffUnderWay | null;
}

export const isOver = (run: RunState): boolean => run.finishedAt !== null;

export const activeAttemptOf = (run: RunState): AttemptState | undefined =>
  run.attempts.find((attempt) => attempt.number === run.activeAttempt);

/** How long the run has been under way, in ms, without the time between an end and a resurrection. */
export const runTimeMs = ({ stats, startedAt, finishedAt }: RunState, now: number): number =>
  stats.earlierRunMs + (finishedAt ?? now) - (stats.resumedAt ?? startedAt);
