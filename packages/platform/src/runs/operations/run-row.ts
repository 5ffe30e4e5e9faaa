import { all, each, exec, one, type Sql } from '../../database/sql.ts';
import type { ContainerRef } from '../../engines/engine.ts';
import { notFound } from '../../shared/errors.ts';
import { releaseAttemptLocks } from '../../storages/request-queues/lock.ts';
import {
  type AttemptState,
  drainMsOf,
  type HandoffMode,
  type HandoffReason,
  type HandoffState,
  type HandoffUnderWay,
  type RunState,
  type RunStatus,
} from '../state/run-state.ts';
import type { Transition } from '../state/transitions.ts';

interface RunRow {
  readonly id: string;
  readonly user_id: string;
  readonly actor_id: string;
  readonly build_id: string;
  readonly build_number: string;
  readonly input_key: string;
  readonly status: RunStatus;
  readonly status_message: string | null;
  readonly status_message_terminal: number;
  readonly exit_code: number | null;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly deadline_at: number | null;
  readonly grace_ends_at: number | null;
  readonly ends_idle: number;
  readonly active_attempt: number | null;
  readonly attempt_count: number;
  readonly options_json: string;
  readonly stats_json: string;
}

interface AttemptRow {
  readonly number: number;
  readonly server_id: string;
  readonly build_id: string;
  readonly phase: AttemptState['phase'];
  readonly reason: AttemptState['reason'];
  readonly token_hash: string | null;
  readonly container_json: string | null;
  readonly created_at: number;
  readonly arrived_at: number | null;
  readonly activated_at: number | null;
  readonly fenced_at: number | null;
}

interface HandoffRow {
  readonly id: string;
  readonly mode: HandoffMode;
  readonly reason: HandoffReason;
  readonly from_attempt: number;
  readonly to_attempt: number | null;
  readonly target_server_id: string | null;
  readonly phase: HandoffState['phase'];
  readonly requested_at: number;
  readonly migrating_at: number | null;
  readonly switched_at: number | null;
  readonly finished_at: number | null;
  readonly drain_ms: number | null;
  readonly downtime_ms: number | null;
  readonly outcome: string | null;
}

/** @throws Refusal 404 `record-not-found` */
export function* loadRun(id: string): Sql<RunState> {
  const row = yield* one<RunRow>(
    `SELECT id, user_id, actor_id, build_id, build_number, input_key, status, status_message, status_message_terminal, exit_code,
      started_at, finished_at, deadline_at, grace_ends_at, ends_idle, active_attempt, attempt_count, options_json, stats_json
      FROM runs WHERE id = ?`,
    id,
  );
  if (row === undefined) throw notFound('Actor run', id);
  const attempts = yield* all<AttemptRow>(
    `SELECT number, server_id, build_id, phase, reason, token_hash, container_json, created_at, arrived_at,
        activated_at, fenced_at
      FROM attempts WHERE run_id = ? AND phase <> 'ended' ORDER BY number`,
    id,
  );
  const handoff = yield* one<HandoffRow>(
    "SELECT * FROM handoffs WHERE run_id = ? AND phase IN ('requested', 'switched')",
    id,
  );
  return stateOf(row, attempts.map(attemptOf), handoff === undefined ? null : handoffOf(handoff));
}

const stateOf = (row: RunRow, attempts: AttemptState[], handoff: HandoffUnderWay | null): RunState => ({
  id: row.id,
  userId: row.user_id,
  actorId: row.actor_id,
  buildId: row.build_id,
  buildNumber: row.build_number,
  inputKey: row.input_key,
  status: row.status,
  statusMessage: row.status_message,
  isStatusMessageTerminal: row.status_message_terminal === 1,
  exitCode: row.exit_code,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  deadlineAt: row.deadline_at,
  graceEndsAt: row.grace_ends_at,
  endsIdle: row.ends_idle === 1,
  activeAttempt: row.active_attempt,
  attemptCount: row.attempt_count,
  options: JSON.parse(row.options_json) as RunState['options'],
  stats: JSON.parse(row.stats_json) as RunState['stats'],
  attempts,
  handoff,
});

const attemptOf = (row: AttemptRow): AttemptState => ({
  number: row.number,
  serverId: row.server_id,
  buildId: row.build_id,
  phase: row.phase,
  reason: row.reason,
  container: row.container_json === null ? null : (JSON.parse(row.container_json) as ContainerRef),
  tokenHash: row.token_hash,
  createdAt: row.created_at,
  arrivedAt: row.arrived_at,
  activatedAt: row.activated_at,
  fencedAt: row.fenced_at,
});

/** Of a row that is under way: the columns of the later phases are null until then. */
function handoffOf(row: HandoffRow): HandoffUnderWay {
  const base = {
    id: row.id,
    mode: row.mode,
    reason: row.reason,
    from: row.from_attempt,
    targetServerId: row.target_server_id,
    requestedAt: row.requested_at,
  };
  if (row.phase === 'requested') return { ...base, phase: 'requested', to: row.to_attempt };
  return {
    ...base,
    phase: 'switched',
    to: row.to_attempt!,
    migratingAt: row.migrating_at,
    switchedAt: row.switched_at!,
  };
}

/** The columns of a handoff that change from phase to phase. */
function phaseColumnsOf(handoff: HandoffState) {
  const { phase, to } = handoff;
  const isClosed = phase === 'done' || phase === 'cancelled';
  const isSwitched = phase === 'switched' || phase === 'done';
  return {
    phase,
    to,
    migratingAt: isSwitched ? handoff.migratingAt : null,
    switchedAt: isSwitched ? handoff.switchedAt : null,
    finishedAt: isClosed ? handoff.finishedAt : null,
    drainMs: isSwitched ? drainMsOf(handoff) : null,
    firstCallAt: phase === 'done' ? handoff.firstCallAt : null,
    downtimeMs: phase === 'done' ? handoff.downtimeMs : null,
    outcome: isClosed ? handoff.outcome : null,
  };
}

/** Writes what a transition changed, and releases the request locks of each attempt that it fenced. */
export function* saveTransition(before: RunState, { state, closedHandoff, endedAttempt }: Transition, now: number) {
  if (state === before) return;
  yield* saveRunRow(state);
  const known = new Map(before.attempts.map((attempt) => [attempt.number, attempt]));
  yield* saveAttempts(
    state.id,
    state.attempts.filter((attempt) => known.get(attempt.number) !== attempt),
  );
  for (const { number, phase } of state.attempts) {
    if (phase === 'fenced' && known.get(number)?.phase === 'active') yield* releaseAttemptLocks(state.id, number);
  }
  if (endedAttempt !== undefined) yield* endAttemptRow(state.id, endedAttempt, now);
  for (const handoff of [closedHandoff, state.handoff]) {
    if (handoff && handoff !== before.handoff) yield* saveHandoff(state, handoff);
  }
}

function* saveRunRow(state: RunState): Sql<void> {
  yield* exec(
    `UPDATE runs SET actor_id = ?, build_id = ?, build_number = ?, input_key = ?, status = ?, status_message = ?,
      status_message_terminal = ?, exit_code = ?, finished_at = ?, deadline_at = ?, grace_ends_at = ?,
      ends_idle = ?, active_attempt = ?, attempt_count = ?, options_json = ?, stats_json = ? WHERE id = ?`,
    state.actorId,
    state.buildId,
    state.buildNumber,
    state.inputKey,
    state.status,
    state.statusMessage,
    state.isStatusMessageTerminal ? 1 : 0,
    state.exitCode,
    state.finishedAt,
    state.deadlineAt,
    state.graceEndsAt,
    state.endsIdle ? 1 : 0,
    state.activeAttempt,
    state.attemptCount,
    JSON.stringify(state.options),
    JSON.stringify(state.stats),
    state.id,
  );
}

export function* saveAttempts(runId: string, attempts: readonly AttemptState[]): Sql<void> {
  yield* each(
    `INSERT INTO attempts (run_id, number, server_id, build_id, phase, reason, token_hash, container_json, created_at,
      arrived_at, activated_at, fenced_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (run_id, number) DO UPDATE SET phase = excluded.phase, token_hash = excluded.token_hash,
        container_json = excluded.container_json, arrived_at = excluded.arrived_at, activated_at = excluded.activated_at, fenced_at = excluded.fenced_at`,
    attempts.map((attempt) => [
      runId,
      attempt.number,
      attempt.serverId,
      attempt.buildId,
      attempt.phase,
      attempt.reason,
      attempt.tokenHash,
      attempt.container === null ? null : JSON.stringify(attempt.container),
      attempt.createdAt,
      attempt.arrivedAt,
      attempt.activatedAt,
      attempt.fencedAt,
    ]),
  );
}

function* endAttemptRow(runId: string, ended: { number: number; exitCode: number | null }, now: number): Sql<void> {
  yield* exec(
    "UPDATE attempts SET phase = 'ended', ended_at = ?, exit_code = ? WHERE run_id = ? AND number = ?",
    now,
    ended.exitCode,
    runId,
    ended.number,
  );
}

function* saveHandoff(run: RunState, handoff: HandoffState): Sql<void> {
  const columns = phaseColumnsOf(handoff);
  yield* exec(
    `INSERT INTO handoffs (id, run_id, user_id, mode, reason, from_attempt, to_attempt, target_server_id, phase,
      requested_at, migrating_at, switched_at, first_call_at, finished_at, drain_ms, downtime_ms, outcome)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET to_attempt = excluded.to_attempt, phase = excluded.phase,
        migrating_at = excluded.migrating_at, switched_at = excluded.switched_at,
        first_call_at = excluded.first_call_at, finished_at = excluded.finished_at, drain_ms = excluded.drain_ms, downtime_ms = excluded.downtime_ms, outcome = excluded.outcome`,
    handoff.id,
    run.id,
    run.userId,
    handoff.mode,
    handoff.reason,
    handoff.from,
    columns.to,
    handoff.targetServerId,
    columns.phase,
    handoff.requestedAt,
    columns.migratingAt,
    columns.switchedAt,
    columns.firstCallAt,
    columns.finishedAt,
    columns.drainMs,
    columns.downtimeMs,
    columns.outcome,
  );
}
