import { defineEnd, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import type { NewRequest } from './input.ts';
import { correctCounts, placeAt, type QueueAccess, touchQueue } from './queue.ts';

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
  const handled = requests.filter(({ handledAt }) => handledAt !== null).length;
  const queue = yield* touchQueue(access, { places: requests.length, total: requests.length, handled }, now);
  const firstPlace = queue.last_order - requests.length + 1;
  const added: AddedRequest[] = [];
  let [present, presentHandled] = [0, 0];
  for (const [index, request] of requests.entries()) {
    const { id: requestId, uniqueKey, handledAt } = request;
    const isNew = yield* insertRequest(queue.id, request, placeAt(firstPlace + index, forefront));
    const wasAlreadyHandled = !isNew && (yield* isHandled(queue.id, requestId));
    added.push({ requestId, uniqueKey, wasAlreadyPresent: !isNew, wasAlreadyHandled });
    if (isNew) continue;
    present += 1;
    if (handledAt !== null) presentHandled += 1;
  }
  yield* correctCounts(queue.id, -present, -presentHandled);
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
  /** Whether it is still locked: an update keeps the lock, unless it marks the request as handled. */
  readonly locked: boolean;
}

interface Update {
  readonly access: QueueAccess;
  readonly request: NewRequest;
  readonly forefront: boolean;
}

/**
 * Replaces the request with the same id, or adds `request`. One that is not handled goes to an end of the queue. It
 * keeps its lock, as Apify's API description says: Crawlee releases the lock in a second call. If the first call
 * released it already, the second could release a lock that the same client has acquired in between.
 */
export const updateRequest = defineWrite('requests.update', function* (update: Update, { now }): Sql<UpdatedRequest> {
  const { access, request, forefront } = update;
  const handled = request.handledAt === null ? 0 : 1;
  const queue = yield* touchQueue(access, { places: 1, handled }, now);
  const place = placeAt(queue.last_order, forefront);
  const known = yield* one<{ order_no: number | null; locked_until: number | null }>(
    'SELECT order_no, locked_until FROM requests WHERE queue_id = ? AND id = ?',
    queue.id,
    request.id,
  );
  if (known === undefined) {
    yield* insertRequest(queue.id, request, place);
    yield* correctCounts(queue.id, 1, 0);
    return { queueId: queue.id, wasAlreadyPresent: false, wasAlreadyHandled: false, locked: false };
  }
  const wasAlreadyHandled = known.order_no === null;
  yield* replaceRequest(queue.id, request, place);
  yield* correctCounts(queue.id, 0, wasAlreadyHandled ? -1 : 0);
  const locked = handled === 0 && known.locked_until !== null && known.locked_until > now;
  return { queueId: queue.id, wasAlreadyPresent: true, wasAlreadyHandled, locked };
});

function* replaceRequest(queueId: string, request: NewRequest, place: number): Sql<void> {
  const values = [request.method, request.retryCount, request.handledAt, request.url, request.json] as const;
  if (request.handledAt === null) {
    yield* exec(
      `UPDATE requests SET method = ?, retry_count = ?, handled_at = ?, url = ?, json = ?, order_no = ?
        WHERE queue_id = ? AND id = ?`,
      ...values,
      place,
      queueId,
      request.id,
    );
  } else {
    yield* exec(
      `UPDATE requests SET method = ?, retry_count = ?, handled_at = ?, url = ?, json = ?, order_no = NULL,
        locked_until = NULL, lock_client_key = NULL, lock_run_id = NULL, lock_attempt = NULL
        WHERE queue_id = ? AND id = ?`,
      ...values,
      queueId,
      request.id,
    );
  }
}

/** Deletes the requests that exist. Returns their number. */
export const deleteRequests = defineEnd(
  'requests.delete',
  function* (input: { access: QueueAccess; requestIds: readonly string[] }, { now }) {
    const queue = yield* touchQueue(input.access, {}, now);
    let [deleted, handled] = [0, 0];
    for (const requestId of input.requestIds) {
      const row = yield* one<{ order_no: number | null }>(
        'DELETE FROM requests WHERE queue_id = ? AND id = ? RETURNING order_no',
        queue.id,
        requestId,
      );
      if (row === undefined) continue;
      deleted += 1;
      if (row.order_no === null) handled += 1;
    }
    yield* correctCounts(queue.id, -deleted, -handled);
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
