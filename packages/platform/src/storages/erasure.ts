/**
 * What happens to the rows of a deleted storage, and to the commits of a deleted run.
 *
 * [erasure-1] a deleted storage is gone for every caller at once: its own row is deleted, and every operation finds or
 *     changes that row first. Its id is never given again.
 * [erasure-2] the rows of its items, records or requests are deleted in slices, each a write of its own, so that no other
 *     write or response waits for more than one slice. Slices that are left at the end of the process are done by the next.
 */
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { defineEnd } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import type { FileStore } from '../objects/file-store.ts';
import type { Clock } from '../shared/clock.ts';
import { nextTurn } from '../shared/slices.ts';
import type { StorageTable } from './storage-row.ts';

/** What is deleted in slices: a storage, or a run. */
type ErasedKind = StorageTable | 'runs';

/** Rows that belong to a storage: `owner` has its id, or a text made from it, and `key` is the rest of the primary key. */
interface OwnedRows {
  readonly table: string;
  readonly owner: string;
  readonly key: string;
  /** SQL for the size of a row, and for the file that only this row names. */
  readonly bytes: string;
  readonly blobId: string;
  readonly ownerOf: (storageId: string) => string;
}

/** @param scopeOf the scope that the keys of a storage or a run have */
const idempotencyKeysOf = (scopeOf: OwnedRows['ownerOf']): OwnedRows => ({
  table: 'idempotency_keys',
  owner: 'scope',
  key: 'key',
  bytes: 'octet_length(response_json)',
  blobId: 'NULL',
  ownerOf: scopeOf,
});

const rowsOf: Readonly<Record<ErasedKind, readonly OwnedRows[]>> = {
  datasets: [
    {
      table: 'dataset_items',
      owner: 'dataset_id',
      key: 'item_index',
      bytes: 'octet_length(json)',
      blobId: 'NULL',
      ownerOf: (id) => id,
    },
    idempotencyKeysOf((id) => pushScope(id)),
  ],
  key_value_stores: [
    {
      table: 'records',
      owner: 'store_id',
      key: 'key',
      bytes: 'COALESCE(octet_length(value), 0)',
      blobId: 'blob_id',
      ownerOf: (id) => id,
    },
  ],
  request_queues: [
    {
      table: 'requests',
      owner: 'queue_id',
      key: 'id',
      bytes: 'octet_length(json)',
      blobId: 'NULL',
      ownerOf: (id) => id,
    },
  ],
  runs: [
    {
      table: 'commits',
      owner: 'run_id',
      key: 'sequence',
      bytes: 'octet_length(response_json)',
      blobId: 'NULL',
      ownerOf: (id) => id,
    },
    idempotencyKeysOf((id) => chargeScope(id)),
  ],
};

/** The scope of the idempotency keys of a run's charges. */
export const chargeScope = (runId: string): string => `charge/${runId}`;

/** The scope of the idempotency keys of a dataset's pushes. */
export const pushScope = (datasetId: string): string => `push/${datasetId}`;

const maxSliceRows = 500;
const maxSliceBytes = 1024 * 1024;

export interface Erased {
  /** Whether no row is left. */
  readonly isOver: boolean;
  /** Files that no record names any more: remove them after the commit, or leave them to `sweepBlobs`. */
  readonly blobIds: readonly string[];
}

/** Deletes one slice of the rows of a storage. */
function* eraseSlice(kind: ErasedKind, storageId: string): Sql<Erased> {
  let slice: readonly FoundRow[] = [];
  for (const rows of rowsOf[kind]) {
    if (slice.length === 0) slice = yield* eraseRows(rows, rows.ownerOf(storageId));
    if (yield* hasRows(rows, rows.ownerOf(storageId))) return { isOver: false, blobIds: blobsOf(slice) };
  }
  return { isOver: true, blobIds: blobsOf(slice) };
}

interface FoundRow {
  readonly key: string | number;
  readonly bytes: number;
  readonly blobId: string | null;
}

const blobsOf = (rows: readonly FoundRow[]): string[] => rows.flatMap(({ blobId }) => blobId ?? []);

/** Returns the rows that it has deleted. */
function* eraseRows({ table, owner, key, bytes, blobId }: OwnedRows, id: string): Sql<readonly FoundRow[]> {
  const found = yield* all<FoundRow>(
    `SELECT ${key} AS "key", ${bytes} AS "bytes", ${blobId} AS "blobId" FROM ${table} WHERE ${owner} = ?
      ORDER BY ${key} LIMIT ${maxSliceRows}`,
    id,
  );
  let size = 0;
  const slice = found.filter((row, index) => {
    size += row.bytes;
    return index === 0 || size <= maxSliceBytes;
  });
  const last = slice.at(-1);
  if (last !== undefined) yield* exec(`DELETE FROM ${table} WHERE ${owner} = ? AND ${key} <= ?`, id, last.key);
  return slice;
}

function* hasRows({ table, owner }: OwnedRows, id: string): Sql<boolean> {
  return (yield* one(`SELECT 1 FROM ${table} WHERE ${owner} = ? LIMIT 1`, id)) !== undefined;
}

/**
 * Deletes a storage or a run [erasure-1] with its first slice, which is all of a small one. `eraseNext` deletes the others.
 */
export function* deleteWithRows(kind: ErasedKind, id: string): Sql<Erased> {
  yield* exec(`DELETE FROM ${kind} WHERE id = ?`, id);
  const erased = yield* eraseSlice(kind, id);
  if (!erased.isOver) yield* exec('INSERT INTO erasures (storage_id, kind) VALUES (?, ?)', id, kind);
  return erased;
}

/** Deletes the next slice of any deleted storage. `isOver` when there was none, or when it was the last of all. */
export const eraseNext = defineEnd('erasures.next', function* (_: Record<string, never>): Sql<Erased> {
  const next = yield* one<{ storage_id: string; kind: ErasedKind }>('SELECT storage_id, kind FROM erasures LIMIT 1');
  if (next === undefined) return { isOver: true, blobIds: [] };
  const erased = yield* eraseSlice(next.kind, next.storage_id);
  if (!erased.isOver) return erased;
  yield* exec('DELETE FROM erasures WHERE storage_id = ?', next.storage_id);
  const other = yield* one('SELECT 1 FROM erasures LIMIT 1');
  return { isOver: other === undefined, blobIds: erased.blobIds };
});

export interface EraserParts {
  readonly database: Database;
  readonly files: FileStore;
  readonly logger: Pick<Logger, 'error'>;
  readonly clock: Clock;
}

/** How long to wait after a failure, e.g. because the disk is full. */
const retryMs = 5000;

/** Deletes the rows of deleted storages in the background [erasure-2]. */
export class Eraser {
  readonly #parts: EraserParts;
  #working: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;
  #isWanted = false;
  #isClosed = false;

  constructor(parts: EraserParts) {
    this.#parts = parts;
  }

  /** To be called at the start, and whenever rows of a deleted storage are left. */
  wake(): void {
    this.#isWanted = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#isWanted && !this.#isClosed) this.wake();
    });
  }

  /** Resolves when no slice is under way. The next process continues. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { database, files, logger, clock } = this.#parts;
    try {
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = false;
        const erased = await database.write(eraseNext, {}, { kind: 'platform' });
        if (!erased.isOver) this.#isWanted = true;
        for (const blobId of erased.blobIds) await files.remove(blobId);
        await nextTurn();
      }
    } catch (error) {
      this.#isWanted = false;
      logger.error({ err: error }, 'rows of deleted storages could not be deleted; this is tried again');
      this.#cancelRetry = clock.after(retryMs, () => this.wake());
    }
  }
}
