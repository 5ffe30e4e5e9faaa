import { exec, one, type Sql } from '../../database/sql.ts';
import { type Moment, shownTime } from '../../shared/clock.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { type NewRequest, newRequestOf, withHandledAt } from './input.ts';
import { isLocked, isLockOf, type Lock, type LockHolder, lockColumns, unlocked } from './lock.ts';
import { addCounts, type QueueAccess, touchQueue } from './queue.ts';

export interface HandledRequest {
  readonly requestId: string;
  readonly uniqueKey: string;
}

/** A request to be marked as handled, with the fields that replace the stored ones. */
export interface HandledMark {
  readonly id: string;
  readonly changes: Readonly<Record<string, unknown>> | null;
}

interface Marking {
  readonly access: QueueAccess;
  readonly marks: readonly HandledMark[];
  readonly holder: LockHolder;
}

interface KnownRequest extends Lock {
  readonly unique_key: string;
  readonly json: string;
}

/**
 * Marks requests as handled and releases their locks.
 * @throws Refusal 404 for a queue or a request that does not exist; 403 for a request that is already handled, since its
 *   results are stored, or that another holder has locked [lock-4]; 400 for changes that an update would refuse too.
 */
export function* markHandled(
  { access, marks, holder }: Marking,
  moment: Moment,
): Sql<{ queueId: string; handled: HandledRequest[] }> {
  const { now } = moment;
  const queue = yield* touchQueue(access, { writes: marks.length }, now);
  const handled: HandledRequest[] = [];
  let bytes = 0;
  for (const { id: requestId, changes } of marks) {
    const known = yield* one<KnownRequest>(
      `SELECT unique_key, json, ${lockColumns} FROM requests WHERE queue_id = ? AND id = ?`,
      queue.id,
      requestId,
    );
    if (known === undefined) throw notFound('Request', requestId);
    if (known.order_no === null) throw handledAlready(requestId);
    handled.push({ requestId, uniqueKey: known.unique_key });
    checkHeld(requestId, known, holder, moment);
    const json = yield* changes === null
      ? markOne(queue.id, requestId, known.json, now)
      : replaceOne(queue.id, changedRequest(known.json, changes, now));
    bytes += Buffer.byteLength(json) - Buffer.byteLength(known.json);
  }
  yield* addCounts(queue.id, { handled: handled.length, bytes });
  return { queueId: queue.id, handled };
}

/** Returns the request's JSON as it is now. */
function* markOne(queueId: string, requestId: string, known: string, now: number): Sql<string> {
  const json = withHandledAt(known, now);
  yield* exec(
    `UPDATE requests SET handled_at = ?, json = ?, order_no = NULL, ${unlocked} WHERE queue_id = ? AND id = ?`,
    now,
    json,
    queueId,
    requestId,
  );
  return json;
}

function changedRequest(json: string, changes: NonNullable<HandledMark['changes']>, now: number): NewRequest {
  const handledAt = new Date(now).toISOString();
  return newRequestOf({ ...(JSON.parse(json) as object), handledAt, ...changes }, 'the handled request');
}

/** Returns the request's JSON as it is now. */
function* replaceOne(queueId: string, request: NewRequest): Sql<string> {
  yield* exec(
    `UPDATE requests SET method = ?, retry_count = ?, handled_at = ?, url = ?, json = ?, order_no = NULL, ${unlocked}
      WHERE queue_id = ? AND id = ?`,
    request.method,
    request.retryCount,
    request.handledAt,
    request.url,
    request.json,
    queueId,
    request.id,
  );
  return request.json;
}

const handledAlready = (requestId: string) =>
  new Refusal(
    403,
    'request-handled-or-locked',
    `Request "${requestId}" is handled already, and its results are there. Drop what you have of it.`,
    { requestId },
  );

/** [lock-4]. */
function checkHeld(requestId: string, lock: Lock, holder: LockHolder, moment: Moment): void {
  if (!isLocked(lock, moment.steadyNow) || isLockOf(lock, holder)) return;
  throw new Refusal(
    403,
    'request-handled-or-locked',
    `Request "${requestId}" is locked by another client, attempt or run, which works on it now. Drop what you have of it.`,
    { requestId, lockExpiresAt: new Date(shownTime(lock.locked_until, moment)).toISOString() },
  );
}
