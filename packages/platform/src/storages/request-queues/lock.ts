/**
 * Locks of requests.
 *
 * [lock-1] a locked request is in no head until its lock is released, taken away by a handoff, or expired.
 * [lock-2] a lock that an attempt took belongs to that attempt. A lock that was taken outside a run belongs to its
 *     client key. A user may also end or prolong the lock of a run if they know its client key, as on Apify.
 * [lock-3] an expired lock belongs to no one; it cannot be prolonged.
 * [lock-4] a commit does not mark a request as handled while another holder has its lock, since that holder will store
 *     results of it as well. An attempt that lost its lock must discard its results. (A plain update may mark it, as on
 *     Apify.)
 * [lock-5] an update by the client that holds the lock, which does not mark the request as handled, gives the request back:
 *     Apify's Python client sends nothing else. Crawlee deletes the lock besides; that deletion means the lock that the
 *     update has released, so it leaves alone what anybody has locked since, this client itself included.
 * [lock-6] locks go by the steady time [clock-4]: a wall clock that is set neither frees them nor makes them longer.
 */
import { type Caller, defineWrite } from '../../database/operation.ts';
import { all, exec, one, type Sql } from '../../database/sql.ts';
import { shownTime } from '../../shared/clock.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { addCounts, placeAt, type QueueAccess, touchQueue } from './queue.ts';

export const unlocked = 'locked_until = NULL, lock_client_key = NULL, lock_run_id = NULL, lock_attempt = NULL';

export const lockColumns = 'order_no, locked_until, lock_client_key, lock_run_id, lock_attempt';

/** Clears expired locks, so that their requests are in the head again. */
export function* dropExpiredLocks(queueId: string, steadyNow: number): Sql<void> {
  yield* exec(
    `UPDATE requests SET ${unlocked} WHERE queue_id = ? AND locked_until IS NOT NULL AND locked_until <= ?`,
    queueId,
    steadyNow,
  );
}

export interface Lock {
  readonly order_no: number | null;
  /** A steady time [lock-6]. Null when nobody locked it since it was last unlocked. */
  readonly locked_until: number | null;
  readonly lock_client_key: string | null;
  readonly lock_run_id: string | null;
  readonly lock_attempt: number | null;
}

/** Who marks a request as handled in a commit: the active attempt and, if it sends its key, one client within it. */
export interface LockHolder {
  readonly runId: string;
  readonly attempt: number;
  readonly clientKey: string | undefined;
}

interface LockChange {
  readonly access: QueueAccess;
  readonly requestId: string;
  readonly forefront: boolean;
}

export const isLocked = (lock: Lock, steadyNow: number): lock is Lock & { locked_until: number } =>
  lock.locked_until !== null && lock.locked_until > steadyNow;

/** Returns the queue's id and when the lock expires by the wall clock. */
export const prolongLock = defineWrite(
  'requests.prolongLock',
  function* (change: LockChange & { lockMs: number }, { now, steadyNow, caller }) {
    const { queueId, place, lock } = yield* findLock(change, now);
    checkOwnLock(lock, change, caller, steadyNow);
    const lockedUntil = steadyNow + change.lockMs;
    yield* exec(
      'UPDATE requests SET locked_until = ?, order_no = ? WHERE queue_id = ? AND id = ?',
      lockedUntil,
      place,
      queueId,
      change.requestId,
    );
    return { queueId, lockExpiresAt: shownTime(lockedUntil, { now, steadyNow }) };
  },
);

/** Releases a lock; the request goes to an end of the queue. `released` is false when an update has done so before [lock-5]. */
export const deleteLock = defineWrite('requests.deleteLock', function* (change: LockChange, moment) {
  const { caller, now, steadyNow } = moment;
  const { queueId, place, lock } = yield* findLock(change, now);
  if (lock.given_back_by === giverOf(caller, change.access.clientKey)) {
    yield* exec('UPDATE requests SET given_back_by = NULL WHERE queue_id = ? AND id = ?', queueId, change.requestId);
    return { queueId, released: false };
  }
  checkOwnLock(lock, change, caller, steadyNow);
  yield* exec(
    `UPDATE requests SET ${unlocked}, order_no = ? WHERE queue_id = ? AND id = ?`,
    place,
    queueId,
    change.requestId,
  );
  return { queueId, released: true };
});

interface FoundLock {
  readonly queueId: string;
  /** Where the request goes. */
  readonly place: number;
  readonly lock: Lock & { readonly given_back_by: string | null };
}

/** @throws Refusal 404 when there is no such queue or request */
function* findLock({ access, requestId, forefront }: LockChange, now: number): Sql<FoundLock> {
  const queue = yield* touchQueue(access, { places: 1, writes: 1 }, now);
  const lock = yield* one<FoundLock['lock']>(
    `SELECT ${lockColumns}, given_back_by FROM requests WHERE queue_id = ? AND id = ?`,
    queue.id,
    requestId,
  );
  if (lock === undefined) throw notFound('Request', requestId);
  return { queueId: queue.id, place: placeAt(queue.last_order, forefront), lock };
}

/** [lock-2], [lock-3]. */
function checkOwnLock(lock: Lock, { access, requestId }: LockChange, caller: Caller, steadyNow: number): void {
  if (lock.order_no === null) throw noLock(requestId, 'is handled already');
  if (!isLocked(lock, steadyNow)) {
    throw noLock(requestId, 'is not locked, or its lock has expired. Take the head with locks again');
  }
  if (!isOwn(lock, caller, access.clientKey)) throw noLock(requestId, 'is locked by another client or run');
}

function isOwn(lock: Lock, caller: Caller, clientKey: string | undefined): boolean {
  if (lock.lock_run_id === null) return lock.lock_client_key === (clientKey ?? null);
  if (caller.kind === 'attempt') return lock.lock_run_id === caller.runId && lock.lock_attempt === caller.attempt;
  return clientKey !== undefined && lock.lock_client_key === clientKey;
}

/** Whether the caller works on the request: another client of the same attempt does not, though it may end the lock. */
export function holds(lock: Lock, caller: Caller, clientKey: string | undefined): boolean {
  if (caller.kind !== 'attempt') return isOwn(lock, caller, clientKey);
  return isLockOf(lock, { runId: caller.runId, attempt: caller.attempt, clientKey });
}

/** Who gives a request back: an attempt or a user, and the client within it. */
export const giverOf = (caller: Caller, clientKey = ''): string =>
  caller.kind === 'attempt' ? `${caller.runId}/${caller.attempt}/${clientKey}` : `/${clientKey}`;

/** Whether the lock belongs to the holder, as in [lock-2]. If the holder has a client key, the key must match too. */
export function isLockOf(lock: Lock, { runId, attempt, clientKey }: LockHolder): boolean {
  const isOwnClient = lock.lock_client_key === (clientKey ?? null);
  if (lock.lock_run_id === null) return clientKey !== undefined && isOwnClient;
  return lock.lock_run_id === runId && lock.lock_attempt === attempt && (clientKey === undefined || isOwnClient);
}

const noLock = (requestId: string, why: string): Refusal =>
  new Refusal(403, 'request-handled-or-locked', `Request "${requestId}" ${why}.`);

/** Releases all locks of the caller in the queue. The requests keep their places. Returns the requests' ids. */
export const unlockRequests = defineWrite(
  'requests.unlock',
  function* ({ access }: { access: QueueAccess }, { now, steadyNow, caller }) {
    const queue = yield* touchQueue(access, {}, now);
    yield* dropExpiredLocks(queue.id, steadyNow);
    const mayTakeFromRuns = caller.kind !== 'attempt' && access.clientKey !== undefined;
    const rows = yield* all<{ id: string }>(
      `UPDATE requests SET ${unlocked} WHERE queue_id = ? AND locked_until IS NOT NULL
        AND (lock_run_id = ? OR (COALESCE(lock_client_key, '') = ? AND (lock_run_id IS NULL OR ? = 1))) RETURNING id`,
      queue.id,
      caller.kind === 'attempt' ? caller.runId : null,
      access.clientKey ?? '',
      mayTakeFromRuns ? 1 : 0,
    );
    yield* addCounts(queue.id, { writes: rows.length });
    return { queueId: queue.id, requestIds: rows.map(({ id }) => id) };
  },
);

/** Releases all locks of the attempt, in all queues. The requests keep their places. Returns the number of locks. */
export function* releaseAttemptLocks(runId: string, attempt: number): Sql<number> {
  return yield* exec(`UPDATE requests SET ${unlocked} WHERE lock_run_id = ? AND lock_attempt = ?`, runId, attempt);
}
