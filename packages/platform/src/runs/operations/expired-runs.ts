/**
 * What of runs and storages retention deletes. `main/retention.ts` does the work; builds: `builds/expired-builds.ts`.
 *
 * [retention-1] a run is deleted when it has been over for the days of its user. It stays while it is one of the user's ten
 *     newest, as on Apify, while the run that started it or one that it has started is not over, and while a container of it
 *     is being stopped.
 * [retention-2] a storage is deleted when it has no name and was not written for the days of its user. It stays while the run
 *     that it was made for, or one whose input grants it, is not over, was over for fewer days, or stays by [retention-1].
 * [retention-3] what is found is checked again in the transaction that deletes it, so that a run that is resurrected, a
 *     storage that gets a name, and a clock that is set in between keep what they have.
 * [retention-4] days pass when both clocks say so, the wall clock and the one that nobody sets [clock-4]: a clock that is set
 *     forward deletes nothing.
 */
import { defineEnd, defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import { daysBefore } from '../../shared/time.ts';
import { deleteWithRows } from '../../storages/erasure.ts';
import type { StorageTable } from '../../storages/storage-row.ts';
import { eraseRun } from './run-deletion.ts';

const newestKept = 10;

/** A place in the order of creation. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

export const firstPlace: Place = { at: 0, id: '' };

/** The oldest of the user's newest runs; undefined when all of them are such. */
function* oldestKept(userId: string): Sql<Place | undefined> {
  return yield* one<Place>(
    `SELECT started_at AS at, id FROM runs WHERE user_id = ?
      ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ${newestKept - 1}`,
    userId,
  );
}

/** SQL: the run is over, and so are the run that started it and those that it has started. */
const isOver = `(runs.finished_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM runs AS starter WHERE starter.id = runs.started_by_run_id AND starter.finished_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM runs AS started WHERE started.started_by_run_id = runs.id AND started.finished_at IS NULL))`;

/** SQL with one parameter, the end of retention [retention-1]; besides the newest. */
const isRunExpired = `(runs.finished_at <= ? AND ${isOver}
  AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.run_id = runs.id AND attempts.phase <> 'ended'))`;

const sliceOfSearch = 200;

interface Search {
  readonly userId: string;
  readonly days: number;
  /** The last place that was searched. */
  readonly after: Place;
}

export interface Found<Thing> {
  readonly expired: readonly Thing[];
  /** Where to search on; null at the end. */
  readonly next: Place | null;
}

function foundOf<Row extends Place & { readonly isExpired: number | null }>(rows: readonly Row[]): Found<Row> {
  const last = rows.at(-1);
  return {
    expired: rows.filter(({ isExpired }) => isExpired === 1),
    next: last === undefined || rows.length < sliceOfSearch ? null : { at: last.at, id: last.id },
  };
}

/** A slice of a user's runs, the oldest first, of which those are returned that retention deletes. */
export const findExpiredRuns = defineRead('retention.findRuns', function* ({ userId, days, after }: Search, moment) {
  const kept = yield* oldestKept(userId);
  if (kept === undefined) return { expired: [], next: null };
  const before = daysBefore(moment, days);
  const rows = yield* all<Place & { readonly isExpired: number | null }>(
    `SELECT id, started_at AS at, ${isRunExpired} AS "isExpired" FROM runs
      WHERE user_id = ? AND (started_at, id) > (?, ?) AND (started_at, id) < (?, ?) AND started_at <= ?
      ORDER BY started_at, id LIMIT ${sliceOfSearch}`,
    before,
    userId,
    after.at,
    after.id,
    kept.at,
    kept.id,
    before,
  );
  return foundOf(rows);
});

interface Deletion {
  readonly userId: string;
  readonly days: number;
  readonly ids: readonly string[];
}

/** Deletes runs [retention-3], each with its first slice of commits [erasure-2]. */
export const deleteExpiredRuns = defineEnd('retention.deleteRuns', function* (deletion: Deletion, moment) {
  const { userId, days, ids } = deletion;
  const kept = yield* oldestKept(userId);
  const deleted: string[] = [];
  let isOver = true;
  if (kept === undefined) return { deleted, isOver };
  for (const id of ids) {
    const expired = yield* one(
      `SELECT 1 FROM runs WHERE id = ? AND user_id = ? AND (started_at, id) < (?, ?) AND ${isRunExpired}`,
      id,
      userId,
      kept.at,
      kept.id,
      daysBefore(moment, days),
    );
    if (expired === undefined) continue;
    const erased = yield* eraseRun(id, moment.now);
    deleted.push(id);
    isOver &&= erased.isOver;
  }
  return { deleted, isOver };
});

/** SQL: the run keeps its storages [retention-2]. */
const keepsStorages = `(NOT ${isOver} OR runs.finished_at > ? OR (runs.started_at, runs.id) >= (?, ?))`;

/** SQL, with the parameters of `valuesOf`. */
const isStorageExpired = `(storage.name IS NULL AND storage.modified_at <= ?
  AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = storage.act_run_id AND ${keepsStorages})
  AND NOT EXISTS (SELECT 1 FROM storage_grants JOIN runs ON runs.id = storage_grants.run_id
    WHERE storage_grants.storage_id = storage.id AND ${keepsStorages}))`;

const valuesOf = (before: number, kept: Place): readonly (string | number)[] => [
  before,
  before,
  kept.at,
  kept.id,
  before,
  kept.at,
  kept.id,
];

export interface ExpiredStorage extends Place {
  readonly bytes: number;
}

/** As `findExpiredRuns` for storages of one kind. */
export const findExpiredStorages = defineRead(
  'retention.findStorages',
  function* ({ userId, days, after, table }: Search & { readonly table: StorageTable }, moment) {
    const kept = (yield* oldestKept(userId)) ?? firstPlace;
    const before = daysBefore(moment, days);
    const rows = yield* all<ExpiredStorage & { readonly isExpired: number | null }>(
      `SELECT storage.id, storage.created_at AS at, storage.bytes, ${isStorageExpired} AS "isExpired"
        FROM ${table} AS storage WHERE storage.user_id = ? AND (storage.created_at, storage.id) > (?, ?)
        AND storage.created_at <= ? ORDER BY storage.created_at, storage.id LIMIT ${sliceOfSearch}`,
      ...valuesOf(before, kept),
      userId,
      after.at,
      after.id,
      before,
    );
    return foundOf(rows);
  },
);

/** Deletes storages [retention-3], each with its first slice of rows [erasure-2]. */
export const deleteExpiredStorages = defineEnd(
  'retention.deleteStorages',
  function* ({ userId, days, ids, table }: Deletion & { readonly table: StorageTable }, moment) {
    const kept = (yield* oldestKept(userId)) ?? firstPlace;
    const before = daysBefore(moment, days);
    const deleted: string[] = [];
    const blobIds: string[] = [];
    let isOver = true;
    for (const id of ids) {
      const expired = yield* one(
        `SELECT 1 FROM ${table} AS storage WHERE storage.id = ? AND storage.user_id = ? AND ${isStorageExpired}`,
        id,
        userId,
        ...valuesOf(before, kept),
      );
      if (expired === undefined) continue;
      const erased = yield* deleteWithRows(table, id);
      deleted.push(id);
      blobIds.push(...erased.blobIds);
      isOver &&= erased.isOver;
    }
    return { deleted, blobIds, isOver };
  },
);

/** `gone`: there is no such run or build any more. `ended`: it has been over for the days. */
type LogState = 'gone' | 'ended' | 'wanted';

/** What has become of the runs and builds that have these logs. */
export const statesOfLogs = defineRead(
  'retention.logs',
  function* ({ ids, days }: { ids: readonly string[]; days: number | null }, moment) {
    const before = days === null ? Number.NEGATIVE_INFINITY : daysBefore(moment, days);
    const states: LogState[] = [];
    for (const id of ids) {
      const row = yield* one<{ finished_at: number | null }>(
        'SELECT finished_at FROM runs WHERE id = ? UNION ALL SELECT finished_at FROM builds WHERE id = ? LIMIT 1',
        id,
        id,
      );
      const isEnded = row !== undefined && row.finished_at !== null && row.finished_at <= before;
      states.push(row === undefined ? 'gone' : isEnded ? 'ended' : 'wanted');
    }
    return states;
  },
);
