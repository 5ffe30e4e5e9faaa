import { type AttemptCaller, limitedRightsOf } from '../../accounts/permissions.ts';
import { findUsableActorId } from '../../actors/public-actors.ts';
import { numberAsInteger } from '../../builds/build-row.ts';
import { defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import type { Paging } from '../../shared/paging.ts';
import { isoTime, isoTimeOrNull } from '../../shared/time.ts';
import { findTaskId } from '../../tasks/task-address.ts';
import type { RunStatus } from '../state/run-state.ts';
import { statusCondition } from './run-address.ts';
import { type CostRow, costColumns, costOfRow, type UsagePrices } from './run-cost.ts';
import type { RunMeta } from './run-details.ts';

export interface RunListing extends Paging {
  readonly userId: string;
  /** When given, the runs of this Actor alone. */
  readonly actor?: string;
  /** When given, the runs of this task alone. */
  readonly task?: string;
  readonly statuses: readonly RunStatus[] | null;
  /** Both ends are included; in ms. */
  readonly startedAfter: number;
  readonly startedBefore: number;
  readonly prices: UsagePrices;
}

interface Row extends CostRow {
  readonly actor_id: string;
  readonly actor_task_id: string | null;
  readonly user_id: string;
  readonly status: RunStatus;
  readonly build_id: string;
  readonly build_number: string;
  readonly meta_json: string;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
}

/** Every filter is counted and read by an index, so that the first page of many runs is as fast as that of few. */
export const listRuns = defineRead('runs.list', function* (listing: RunListing, { caller, now }) {
  const { statuses, startedAfter, startedBefore, offset, limit, desc } = listing;
  const [owner, ownerId] = yield* ownerOf(listing);
  // With limited permissions, an attempt is shown its own run and those that it started [permission-1].
  const isLimited = (yield* limitedRightsOf(caller)) !== undefined;
  const reached = isLimited ? 'AND (id = ? OR started_by_run_id = ?)' : '';
  const reachedBy = isLimited ? [(caller as AttemptCaller).runId, (caller as AttemptCaller).runId] : [];
  // [public-2] others have runs of the Actor too.
  const where = `${owner} = ? AND user_id = ? ${statusCondition(statuses)} AND started_at BETWEEN ? AND ? ${reached}`;
  const parameters = [ownerId, listing.userId, ...(statuses ?? []), startedAfter, startedBefore, ...reachedBy];
  const direction = desc ? 'DESC' : 'ASC';
  const counted = yield* one<{ total: number }>(`SELECT count(*) AS total FROM runs WHERE ${where}`, ...parameters);
  const rows = yield* all<Row>(
    `SELECT ${costColumns}, actor_id, actor_task_id, user_id, status, build_id, build_number, meta_json,
      default_dataset_id, default_key_value_store_id, default_request_queue_id FROM runs WHERE ${where}
      ORDER BY started_at ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    ...parameters,
    limit,
    offset,
  );
  const items: ReturnType<typeof apiListedRun>[] = [];
  for (const row of rows) items.push(apiListedRun(row, (yield* costOfRow(row, listing.prices, now)).totalUsd));
  return { total: counted!.total, items };
});

/** The column by which the runs are listed, and its value. */
function* ownerOf({ userId, actor, task }: RunListing): Sql<[column: string, id: string]> {
  if (task !== undefined) return ['actor_task_id', yield* findTaskId({ userId, task })];
  return actor === undefined ? ['user_id', userId] : ['actor_id', yield* findUsableActorId(userId, actor)];
}

const apiListedRun = (row: Row, usageTotalUsd: number) => ({
  id: row.id,
  actId: row.actor_id,
  userId: row.user_id,
  actorTaskId: row.actor_task_id,
  status: row.status,
  startedAt: isoTime(row.started_at),
  finishedAt: isoTimeOrNull(row.finished_at),
  buildId: row.build_id,
  buildNumber: row.build_number,
  buildNumberInt: numberAsInteger(row.build_number),
  meta: JSON.parse(row.meta_json) as RunMeta,
  usageTotalUsd,
  defaultKeyValueStoreId: row.default_key_value_store_id,
  defaultDatasetId: row.default_dataset_id,
  defaultRequestQueueId: row.default_request_queue_id,
});

interface Row {
  readonly number: number;
  readonly serverId: string;
  readonly phase: string;
  readonly reason: string;
  readonly created_at: number;
  readonly arrived_at: number | null;
  readonly activated_at: number | null;
  readonly fenced_at: number | null;
  readonly ended_at: number | null;
  readonly exit_code: number | null;
}

/** Every attempt of a run, the first one first. @throws Refusal 404 for a run that the user does not have */
export const listAttempts = defineRead('attempts.list', function* (input: { userId: string; runId: string }) {
  const { userId, runId } = input;
  if ((yield* one('SELECT 1 FROM runs WHERE id = ? AND user_id = ?', runId, userId)) === undefined) {
    throw notFound('Actor run', runId);
  }
  const rows = yield* all<Row>(
    `SELECT number, server_id AS "serverId", phase, reason, created_at, arrived_at, activated_at, fenced_at, ended_at,
        exit_code
      FROM attempts WHERE run_id = ? ORDER BY number`,
    runId,
  );
  return rows.map(({ created_at, arrived_at, activated_at, fenced_at, ended_at, exit_code, ...row }) => ({
    ...row,
    createdAt: isoTimeOrNull(created_at),
    arrivedAt: isoTimeOrNull(arrived_at),
    activatedAt: isoTimeOrNull(activated_at),
    fencedAt: isoTimeOrNull(fenced_at),
    endedAt: isoTimeOrNull(ended_at),
    exitCode: exit_code,
  }));
});
