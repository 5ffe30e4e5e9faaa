import { defineEnd, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import type { NewRequest } from './input.ts';
import { giverOf, holds, isLocked, type Lock, lockColumns, unlocked } from './lock.ts';
import { addCounts, placeAt, type QueueAccess, touchQueue } from './queue.ts';

export interface AddedRequest {
  readonly requestId: string;
  readonly uniqueKey: string;
  readonly wasAlreadyPresent: boolean;
  readonly wasAlreadyHandled: boolean;
}

interface Addition {
  readonly access: QueueAccess;
  readonly requests: readonly NewRequest[];
  /** Adds at the head of the queue; the last one of `requests` is then the first in it. */
  readonly forefront: boolean;
}

/**
 * Adds requests in their order. A request whose unique key is already in the queue does not change.
 * @throws Refusal 404 when there is no such queue.
 */
export function* addRequests(addition: Addition, now: number): Sql<{ queueId: string; added: AddedRequest[] }> {
  const { access, requests, forefront } = addition;
  const count = requests.length;
  const handled = requests.filter(({ handledAt }) => handledAt !== null).length;
  const bytes = requests.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
  const queue = yield* touchQueue(access, { places: count, total: count, handled, writes: count, bytes }, now);
  const firstPlace = queue.last_order - count + 1;
  const added: AddedRequest[] = [];
  let [present, presentHandled, presentBytes] = [0, 0, 0];
  for (const [index, request] of requests.entries()) {
    const { id: requestId, uniqueKey, handledAt } = request;
    const isNew = yield* insertRequest(queue.id, request, placeAt(firstPlace + index, forefront));
    const wasAlreadyHandled = !isNew && (yield* isHandled(queue.id, requestId));
    added.push({ requestId, uniqueKey, wasAlreadyPresent: !isNew, wasAlreadyHandled });
    if (isNew) continue;
    present += 1;
    presentBytes += Buffer.byteLength(request.json);
    if (handledAt !== null) presentHandled += 1;
  }
  yield* addCounts(queue.id, { total: -present, handled: -presentHandled, bytes: -presentBytes });
  return { queueId: queue.id, added };
}

export const addToQueue = defineWrite('requests.add', (addition: Addition, { now }) => addRequests(addition, now));

function* insertRequest(queueId: string, request: NewRequest, place: number): Sql<boolean> {
  const inserted = yield* exec(
    `INSERT INTO requests (queue_id, id, order_no, method, retry_count, handled_at, unique_key, url, json)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (queue_id, id) DO NOTHING`,
    queueId,
    request.id,
    request.handledAt === null ? place : null,
    request.method,
    request.retryCount,
    request.handledAt,
    request.uniqueKey,
    request.url,
    request.json,
  );
  return inserted === 1;
}

function* isHandled(queueId: string, requestId: string): Sql<boolean> {
  const row = yield* one<{ order_no: number | null }>(
    'SELECT order_no FROM requests WHERE queue_id = ? AND id = ?',
    queueId,
    requestId,
  );
  return row!.order_no === null;
}

export interface UpdatedRequest {
  readonly queueId: string;
  readonly wasAlreadyPresent: boolean;
  readonly wasAlreadyHandled: boolean;
  /** Whether it is still locked: whoever updates a request without holding its lock leaves the lock to its holder. */
  readonly locked: boolean;
}

interface Update {
  readonly access: QueueAccess;
  readonly request: NewRequest;
  readonly forefront: boolean;
}

/**
 * Replaces the request with the same id, or adds `request`. One that is not handled goes to an end of the queue, and is free
 * again if its holder updates it [lock-5].
 */
export const updateRequest = defineWrite(
  'requests.update',
  function* (update: Update, { now, steadyNow, caller }): Sql<UpdatedRequest> {
    const { access, request, forefront } = update;
    const handled = request.handledAt === null ? 0 : 1;
    const bytes = Buffer.byteLength(request.json);
    const queue = yield* touchQueue(access, { places: 1, handled, writes: 1, bytes, replaces: request.id }, now);
    const place = placeAt(queue.last_order, forefront);
    const known = yield* one<Lock>(
      `SELECT ${lockColumns} FROM requests WHERE queue_id = ? AND id = ?`,
      queue.id,
      request.id,
    );
    if (known === undefined) {
      yield* insertRequest(queue.id, request, place);
      yield* addCounts(queue.id, { total: 1 });
      return { queueId: queue.id, wasAlreadyPresent: false, wasAlreadyHandled: false, locked: false };
    }
    const wasAlreadyHandled = known.order_no === null;
    const wasLocked = isLocked(known, steadyNow);
    const givesBack = handled === 0 && wasLocked && holds(known, caller, access.clientKey);
    yield* replaceRequest(queue.id, request, place, givesBack ? giverOf(caller, access.clientKey) : undefined);
    if (wasAlreadyHandled) yield* addCounts(queue.id, { handled: -1 });
    return {
      queueId: queue.id,
      wasAlreadyPresent: true,
      wasAlreadyHandled,
      locked: handled === 0 && wasLocked && !givesBack,
    };
  },
);

/** @param giver who gives the request back; undefined when the update leaves the lock as it is */
function* replaceRequest(queueId: string, request: NewRequest, place: number, giver: string | undefined): Sql<void> {
  const isHandled = request.handledAt !== null;
  const isReleased = isHandled || giver !== undefined;
  yield* exec(
    `UPDATE requests SET method = ?, retry_count = ?, handled_at = ?, url = ?, json = ?, order_no = ?
      ${isReleased ? `, ${unlocked}, given_back_by = ?` : ''} WHERE queue_id = ? AND id = ?`,
    request.method,
    request.retryCount,
    request.handledAt,
    request.url,
    request.json,
    isHandled ? null : place,
    ...(isReleased ? [giver ?? null] : []),
    queueId,
    request.id,
  );
}

/** Deletes the requests that exist. Returns their number. */
export const deleteRequests = defineEnd(
  'requests.delete',
  function* (input: { access: QueueAccess; requestIds: readonly string[] }, { now }) {
    const queue = yield* touchQueue(input.access, {}, now);
    let [deleted, handled, bytes] = [0, 0, 0];
    for (const requestId of input.requestIds) {
      const row = yield* one<{ order_no: number | null; bytes: number }>(
        'DELETE FROM requests WHERE queue_id = ? AND id = ? RETURNING order_no, octet_length(json) AS bytes',
        queue.id,
        requestId,
      );
      if (row === undefined) continue;
      deleted += 1;
      bytes += row.bytes;
      if (row.order_no === null) handled += 1;
    }
    yield* addCounts(queue.id, { total: -deleted, handled: -handled, deletes: deleted, bytes: -bytes });
    return { queueId: queue.id, deleted };
  },
);

/** Checks, as Apify does, that the id in the path is the one that belongs to the body's unique key. */
export function checkRequestId(requestId: string, request: NewRequest): void {
  if (request.id === requestId) return;
  throw new Refusal(
    400,
    'request-id-invalid',
    `The id "${requestId}" is not that of the uniqueKey in the body. Send the request to the id "${request.id}".`,
  );
}
