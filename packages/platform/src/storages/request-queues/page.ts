import { defineRead } from '../../database/operation.ts';
import { all, one } from '../../database/sql.ts';
import { type Moment, shownTime } from '../../shared/clock.ts';
import { notFound } from '../../shared/errors.ts';
import type { QueueAccess } from './queue.ts';
import { findRequestQueueId } from './queue.ts';

interface FoundRequest {
  readonly queueId: string;
  /** The request's JSON for the response. */
  readonly json: string;
  readonly handled: boolean;
}

interface RequestRow {
  readonly id: string;
  readonly json: string;
  readonly order_no: number | null;
  readonly locked_until: number | null;
  readonly lock_client_key: string | null;
}

const columns = 'requests.id, json, order_no, locked_until, lock_client_key';

/** @throws Refusal 404 when the queue or the request does not exist. */
export const getRequest = defineRead(
  'requests.get',
  function* ({ access, requestId }: { access: QueueAccess; requestId: string }, moment) {
    // First by the queue's id, in one statement, since clients ask that way, once for each request that they crawl.
    let queueId = access.address;
    let row = yield* one<RequestRow>(
      `SELECT ${columns} FROM requests JOIN request_queues ON request_queues.id = requests.queue_id
        WHERE requests.queue_id = ? AND requests.id = ? AND request_queues.user_id = ?`,
      queueId,
      requestId,
      access.userId,
    );
    if (row === undefined) {
      queueId = yield* findRequestQueueId(access.userId, access.address);
      row = yield* one<RequestRow>(`SELECT ${columns} FROM requests WHERE queue_id = ? AND id = ?`, queueId, requestId);
    }
    if (row === undefined) throw notFound('Request', requestId);
    const found: FoundRequest = { queueId, json: requestJson(row, moment), handled: row.order_no === null };
    return found;
  },
);

export type RequestFilter = 'locked' | 'pending';

/** The largest size of a page of requests. A request that is larger is a page of its own. */
const maxPageBytes = 8 * 1024 * 1024;
const chunkSize = 100;

const conditions: Record<RequestFilter, string> = {
  locked: '(locked_until IS NOT NULL AND locked_until > ?)',
  pending: '(order_no IS NOT NULL AND (locked_until IS NULL OR locked_until <= ?))',
};

/** Lists requests in the order of their ids, after `afterId`. `more` says whether others follow. */
export const listRequests = defineRead(
  'requests.list',
  function* (input: { access: QueueAccess; afterId: string; limit: number; filter: readonly RequestFilter[] }, moment) {
    const queueId = yield* findRequestQueueId(input.access.userId, input.access.address);
    const { filter, limit } = input;
    const matching = filter.length === 0 ? '' : `AND (${filter.map((name) => conditions[name]).join(' OR ')})`;
    const page: { id: string; json: string }[] = [];
    let bytes = 0;
    let lastId = input.afterId;
    for (;;) {
      const rows = yield* all<RequestRow>(
        `SELECT ${columns} FROM requests WHERE queue_id = ? AND id > ? ${matching} ORDER BY id LIMIT ?`,
        queueId,
        lastId,
        ...filter.map(() => moment.steadyNow),
        chunkSize,
      );
      for (const row of rows) {
        bytes += row.json.length;
        if (page.length === limit || (page.length > 0 && bytes > maxPageBytes)) return { queueId, page, more: true };
        page.push({ id: row.id, json: requestJson(row, moment) });
        lastId = row.id;
      }
      if (rows.length < chunkSize) return { queueId, page, more: false };
    }
  },
);

/** Returns the JSON of a stored request, with its lock unless that has expired. */
function requestJson(row: RequestRow, moment: Moment): string {
  if (row.locked_until === null || row.locked_until <= moment.steadyNow) return row.json;
  const lock = {
    lockExpiresAt: new Date(shownTime(row.locked_until, moment)).toISOString(),
    ...(row.lock_client_key !== null && { lockByClient: row.lock_client_key }),
  };
  return `${row.json.slice(0, -1)},${JSON.stringify(lock).slice(1)}`;
}
