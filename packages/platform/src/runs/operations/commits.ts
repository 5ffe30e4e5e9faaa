/**
 * Commits: items, records, requests and charges in one change [promise-3].
 *
 * [commit-1] the parts of a commit take effect together or not at all, in the order items, records, requests, charges.
 * [commit-2] the commits of a run are numbered from 1 without a gap, across its attempts.
 * [commit-3] a commit that is sent again gets the first response and changes nothing, whatever it contains then.
 * [commit-4] of two commits with one number and different ids, the second is not a repetition: it is refused.
 */
import { type Caller, defineRead, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import type { Moment } from '../../shared/clock.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { appendItems } from '../../storages/datasets/dataset.ts';
import { deleteRecord, putRecord, type StoredRecord } from '../../storages/key-value-stores/record.ts';
import { type AddedRequest, addRequests } from '../../storages/request-queues/change.ts';
import { type HandledMark, type HandledRequest, markHandled } from '../../storages/request-queues/handled.ts';
import type { NewRequest } from '../../storages/request-queues/input.ts';
import type { LockHolder } from '../../storages/request-queues/lock.ts';
import type { QueueAccess } from '../../storages/request-queues/queue.ts';
import { checkInputReach, checkStorageReach } from '../../storages/storage-permissions.ts';
import { findStorageId, type StorageTable } from '../../storages/storage-row.ts';
import { addCharge, chargeItems, type Spending } from './charges.ts';

/** A storage of null is the run's default one. Items are JSON texts; a record of null is deleted. */
export interface CommitParts {
  readonly items: readonly { readonly datasetId: string | null; readonly items: readonly string[] }[];
  readonly records: readonly {
    readonly storeId: string | null;
    readonly key: string;
    readonly record: StoredRecord | null;
  }[];
  readonly requests: readonly RequestsPart[];
  readonly charges: readonly { readonly eventName: string; readonly count: number }[];
}

export interface CommitResponse {
  readonly runId: string;
  readonly sequence: number;
  readonly attempt: number;
  /** Where the items of each part went. */
  readonly items: readonly { readonly datasetId: string; readonly firstIndex: number; readonly count: number }[];
  /** What became of the requests of each part. */
  readonly requests: readonly CommittedRequests[];
}

export interface CommitOutcome {
  readonly response: CommitResponse;
  readonly repeated: boolean;
  /** Blobs that no record refers to any more. */
  readonly replacedBlobs: readonly string[];
  /** How far the charges bring the run; undefined when nothing was charged. */
  readonly spending?: Spending | undefined;
}

interface Run {
  readonly id: string;
  readonly active_attempt: number | null;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
}

interface Commit {
  readonly userId: string;
  readonly runId: string;
  readonly sequence: number;
  /** Null when the client sends none; a repetition is then recognised by the number alone. */
  readonly id: string | null;
  readonly parts: CommitParts;
}

export const commit = defineWrite('commits.commit', function* (input: Commit, moment): Sql<CommitOutcome> {
  const { now, caller } = moment;
  const { userId, runId, sequence, id, parts } = input;
  const committing = yield* findRun(userId, runId, caller);
  const expected = (yield* lastSequence(runId)) + 1;
  if (sequence < expected) {
    return { response: yield* firstResponse(runId, sequence, id, expected), repeated: true, replacedBlobs: [] };
  }
  if (sequence > expected) throw outOfOrder(runId, sequence, expected);
  const attempt = committing.active_attempt;
  if (attempt === null) {
    throw new Refusal(409, 'run-not-active', `Run ${runId} has no active attempt, so nothing can be committed to it.`);
  }
  const by = { userId, caller };
  const { items, spending: ofItems } = yield* commitItems(committing, by, parts.items, now);
  const replacedBlobs = yield* commitRecords(committing, by, parts.records, now);
  const requests = yield* commitQueues(committing, attempt, by, parts.requests, moment);
  let spending = ofItems;
  for (const [index, charge] of parts.charges.entries()) {
    spending = (yield* naming(`charges[${index}]`, addCharge(runId, charge))) ?? spending;
  }
  const response = { runId, sequence, attempt, items, requests };
  yield* exec(
    'INSERT INTO commits (run_id, sequence, id, attempt, response_json, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    runId,
    sequence,
    id,
    attempt,
    JSON.stringify(response),
    now,
  );
  return { response, repeated: false, replacedBlobs, spending };
});

/** The number of the run's last commit, 0 when there is none: the next attempt continues after it. */
export const lastCommit = defineRead(
  'commits.last',
  function* ({ userId, runId }: Pick<Commit, 'userId' | 'runId'>, { caller }): Sql<number> {
    yield* findRun(userId, runId, caller);
    return yield* lastSequence(runId);
  },
);

function* findRun(userId: string, runId: string, caller: Caller): Sql<Run> {
  if (caller.kind === 'attempt' && caller.runId !== runId) {
    throw new Refusal(403, 'insufficient-permissions', `An attempt of run ${caller.runId} commits to that run alone.`);
  }
  const found = yield* one<Run>(
    `SELECT id, active_attempt, default_dataset_id, default_key_value_store_id, default_request_queue_id
      FROM runs WHERE id = ? AND user_id = ?`,
    runId,
    userId,
  );
  if (found === undefined) throw notFound('Actor run', runId);
  return found;
}

/** [commit-3], [commit-4]. */
function* firstResponse(runId: string, sequence: number, id: string | null, expected: number): Sql<CommitResponse> {
  const row = yield* one<{ response_json: string; id: string | null }>(
    'SELECT response_json, id FROM commits WHERE run_id = ? AND sequence = ?',
    runId,
    sequence,
  );
  if (id !== null && row!.id !== null && row!.id !== id) throw outOfOrder(runId, sequence, expected);
  return JSON.parse(row!.response_json) as CommitResponse;
}

function* lastSequence(runId: string): Sql<number> {
  const row = yield* one<{ last: number | null }>('SELECT MAX(sequence) AS last FROM commits WHERE run_id = ?', runId);
  return row?.last ?? 0;
}

/** [commit-2]. */
const outOfOrder = (runId: string, sequence: number, expected: number): Refusal =>
  new Refusal(
    409,
    'commit-out-of-order',
    `The next commit of run ${runId} is ${expected}, not ${sequence}. Nothing was changed; send commit ${expected}.`,
    { expected },
  );

function* commitItems(
  { id: runId, default_dataset_id }: Run,
  by: Committer,
  parts: CommitParts['items'],
  now: number,
): Sql<{ items: CommitResponse['items']; spending: Spending | undefined }> {
  const appended: CommitResponse['items'][number][] = [];
  let spending: Spending | undefined;
  for (const [index, { datasetId: address, items }] of parts.entries()) {
    const datasetId = yield* naming(`items[${index}]`, reachedStorage(by, 'datasets', address, default_dataset_id));
    const { firstIndex, chargedRunId } = yield* appendItems({ datasetId, items, now });
    // [charge-4].
    if (chargedRunId === runId) spending = yield* chargeItems(runId, items.length);
    appended.push({ datasetId, firstIndex, count: items.length });
  }
  return { items: appended, spending };
}

function* commitRecords(
  { default_key_value_store_id }: Run,
  by: Committer,
  parts: CommitParts['records'],
  now: number,
): Sql<string[]> {
  const replaced: string[] = [];
  for (const [index, { storeId: address, key, record }] of parts.entries()) {
    const storeId = yield* naming(
      `records[${index}]`,
      reachedStorage(by, 'key_value_stores', address, default_key_value_store_id),
    );
    if (address !== null) yield* naming(`records[${index}]`, checkInputReach(by.caller, storeId, key, 'write'));
    const old =
      record === null ? yield* deleteRecord({ storeId, key, now }) : yield* putRecord({ ...record, storeId, now });
    if (old !== null) replaced.push(old);
  }
  return replaced;
}

function* commitQueues(
  { id: runId, default_request_queue_id }: Run,
  attempt: number,
  by: Committer,
  parts: CommitParts['requests'],
  moment: Moment,
): Sql<CommittedRequests[]> {
  const committed: CommittedRequests[] = [];
  for (const [index, part] of parts.entries()) {
    const holder = { runId, attempt, clientKey: part.clientKey };
    const address = yield* naming(
      `requests[${index}]`,
      reachedStorage(by, 'request_queues', part.queueId, default_request_queue_id),
    );
    const queue = { userId: by.userId, address };
    committed.push(yield* naming(`requests[${index}]`, commitRequests({ part, queue, holder }, moment)));
  }
  return committed;
}

/** Who commits, and whose storages they are. */
interface Committer {
  readonly userId: string;
  readonly caller: Caller;
}

/** The storage that a part names, if the caller may write to it; the run's default one when it names none. */
function* reachedStorage(by: Committer, table: StorageTable, address: string | null, ofRun: string): Sql<string> {
  if (address === null || address === ofRun) return ofRun;
  const id = yield* findStorageId(table, by.userId, address);
  yield* checkStorageReach(by.caller, table, id, 'write');
  return id;
}

/** Adds to a refusal which part of the commit it is about. */
function* naming<Result>(part: string, body: Sql<Result>): Sql<Result> {
  try {
    return yield* body;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { statusCode, type, message, details } = error;
    throw new Refusal(statusCode, type, `${part}: ${message}`, { ...details, part });
  }
}

/** What a commit does to one request queue: it adds, then marks as handled, so that it may do both to a request. Never neither. */
interface RequestsPart {
  /** Null for the run's default queue. */
  readonly queueId: string | null;
  readonly clientKey: string | undefined;
  readonly add: readonly NewRequest[];
  readonly forefront: boolean;
  readonly handled: readonly HandledMark[];
}

/** What became of each request, in the order of the part. */
export interface CommittedRequests {
  readonly queueId: string;
  readonly added: readonly AddedRequest[];
  readonly handled: readonly AddedRequest[];
}

interface RequestsCommit {
  readonly part: RequestsPart;
  readonly queue: Pick<QueueAccess, 'userId' | 'address'>;
  readonly holder: LockHolder;
}

function* commitRequests({ part, queue, holder }: RequestsCommit, moment: Moment): Sql<CommittedRequests> {
  // A commit without a client key does not count as a client of the queue: the clients are counted by their own calls.
  const access = { ...queue, clientKey: part.clientKey, uncounted: part.clientKey === undefined };
  let queueId = queue.address;
  let added: AddedRequest[] = [];
  let handled: HandledRequest[] = [];
  if (part.add.length > 0) {
    ({ queueId, added } = yield* addRequests({ access, requests: part.add, forefront: part.forefront }, moment.now));
  }
  if (part.handled.length > 0) {
    ({ queueId, handled } = yield* markHandled({ access, marks: part.handled, holder }, moment));
  }
  return {
    queueId,
    added,
    handled: handled.map((request) => ({ ...request, wasAlreadyPresent: true, wasAlreadyHandled: false })),
  };
}
