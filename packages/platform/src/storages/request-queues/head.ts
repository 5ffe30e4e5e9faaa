import { defineRead, defineWrite } from '../../database/operation.ts';
import { all, one } from '../../database/sql.ts';
import { shownTime } from '../../shared/clock.ts';
import { dropExpiredLocks } from './lock.ts';
import { addCounts, getRequestQueue, type QueueAccess, touchQueue } from './queue.ts';

export interface HeadRow {
  readonly id: string;
  readonly unique_key: string;
  readonly url: string;
  readonly method: string;
  readonly retry_count: number;
  readonly order_no: number;
}

interface Head {
  readonly queueId: string;
  readonly modifiedAt: number;
  readonly hadMultipleClients: boolean;
  /** The first requests, in order. */
  readonly rows: readonly HeadRow[];
}

const columns = 'id, unique_key, url, method, retry_count, order_no';
const byPlace = (a: HeadRow, b: HeadRow): number => a.order_no - b.order_no;

/** Reads the first requests that are neither handled nor locked [lock-1]. */
export const readHead = defineRead(
  'requests.head',
  function* ({ access, limit }: { access: QueueAccess; limit: number }, { steadyNow }) {
    const queue = yield* getRequestQueue(access.userId, access.address);
    const free = yield* all<HeadRow>(
      `SELECT ${columns} FROM requests WHERE queue_id = ? AND order_no IS NOT NULL AND locked_until IS NULL
        ORDER BY order_no LIMIT ?`,
      queue.id,
      limit,
    );
    const expired = yield* all<HeadRow>(
      `SELECT ${columns} FROM requests WHERE queue_id = ? AND locked_until IS NOT NULL AND locked_until <= ?
        ORDER BY order_no LIMIT ?`,
      queue.id,
      steadyNow,
      limit,
    );
    const isFirstClient = queue.client_key === null;
    const isNewClient = !isFirstClient && (queue.client_key === '' || queue.client_key !== access.clientKey);
    const head: ReadHead = {
      queueId: queue.id,
      isReaderUncounted: isFirstClient || (isNewClient && queue.had_multiple_clients === 0),
      modifiedAt: queue.modified_at,
      hadMultipleClients: queue.had_multiple_clients === 1 || isNewClient,
      rows: [...free, ...expired].sort(byPlace).slice(0, limit),
    };
    return head;
  },
);

interface ReadHead extends Head {
  /** Whether the queue does not know of this client yet: `countReader` tells it. */
  readonly isReaderUncounted: boolean;
}

interface LockedHead extends Head {
  /** By the wall clock. */
  readonly lockExpiresAt: number;
  readonly hasLockedRequests: boolean;
}

/** Locks the first requests for the caller and returns them. */
export const lockHead = defineWrite(
  'requests.lockHead',
  function* (input: { access: QueueAccess; limit: number; lockMs: number }, { now, steadyNow, caller }) {
    const { access, limit, lockMs } = input;
    const queue = yield* touchQueue(access, {}, now);
    yield* dropExpiredLocks(queue.id, steadyNow);
    const lockedUntil = steadyNow + lockMs;
    const rows = yield* all<HeadRow>(
      `UPDATE requests SET locked_until = ?, lock_client_key = ?, lock_run_id = ?, lock_attempt = ?
        WHERE queue_id = ? AND id IN (SELECT id FROM requests
          WHERE queue_id = ? AND order_no IS NOT NULL AND locked_until IS NULL ORDER BY order_no LIMIT ?)
        RETURNING ${columns}`,
      lockedUntil,
      access.clientKey ?? null,
      caller.kind === 'attempt' ? caller.runId : null,
      caller.kind === 'attempt' ? caller.attempt : null,
      queue.id,
      queue.id,
      limit,
    );
    yield* addCounts(queue.id, { writes: rows.length, headItemReads: rows.length });
    const hasLockedRequests =
      rows.length > 0 ||
      (yield* one('SELECT 1 FROM requests WHERE queue_id = ? AND locked_until IS NOT NULL LIMIT 1', queue.id)) !==
        undefined;
    const head: LockedHead = {
      queueId: queue.id,
      modifiedAt: queue.modified_at,
      hadMultipleClients: queue.had_multiple_clients === 1,
      rows: rows.sort(byPlace),
      lockExpiresAt: shownTime(lockedUntil, { now, steadyNow }),
      hasLockedRequests,
    };
    return head;
  },
);
