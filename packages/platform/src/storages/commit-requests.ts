import type { Sql } from '../database/sql.ts';
import { type AddedRequest, addRequests } from './request-change.ts';
import { type HandledMark, type HandledRequest, markHandled } from './request-handled.ts';
import type { NewRequest } from './request-input.ts';
import type { LockHolder } from './request-lock.ts';
import type { QueueAccess } from './request-queue-access.ts';

/** What a commit does to one request queue: it adds, then marks as handled, so that it may do both to a request. Never neither. */
export interface RequestsPart {
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

export function* commitRequests({ part, queue, holder }: RequestsCommit, now: number): Sql<CommittedRequests> {
  // A commit without a client key is of a run whose clients are counted by their own calls.
  const access = { ...queue, clientKey: part.clientKey, uncounted: part.clientKey === undefined };
  let queueId = queue.address;
  let added: AddedRequest[] = [];
  let handled: HandledRequest[] = [];
  if (part.add.length > 0) {
    ({ queueId, added } = yield* addRequests({ access, requests: part.add, forefront: part.forefront }, now));
  }
  if (part.handled.length > 0) {
    ({ queueId, handled } = yield* markHandled({ access, marks: part.handled, holder }, now));
  }
  return {
    queueId,
    added,
    handled: handled.map((request) => ({ ...request, wasAlreadyPresent: true, wasAlreadyHandled: false })),
  };
}
